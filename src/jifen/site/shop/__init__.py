"""The merchant's console: what a manager sees and decides of one merchant."""

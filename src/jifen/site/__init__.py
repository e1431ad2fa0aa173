"""The signed-in pages: member, till, merchant's console, operator's console."""

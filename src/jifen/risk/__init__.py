"""Floor 3: freezing, only on evidence."""

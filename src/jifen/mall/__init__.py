"""Floor 3: what points buy, and how they come back."""

"""Floor 3: green behaviour and the evidence for it."""

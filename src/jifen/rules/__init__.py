"""Floor 1: earning rules. Definitions are compiled once; evaluation is pure."""

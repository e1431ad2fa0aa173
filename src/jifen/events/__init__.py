"""Floor 3: purchases, acts and what is taken back of them."""

"""Floor 2: programmes, merchants, members and the keys that speak for them."""

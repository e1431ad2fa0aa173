"""Floor 3: what an operator does to wallets: expiry, adjustment, compensation."""

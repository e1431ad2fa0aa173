"""Jifen: a loyalty-points platform whose ledger can prove every point."""

__version__ = "0.1.0"

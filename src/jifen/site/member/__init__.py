"""A member's pages: wallet, mall, orders, family, me."""

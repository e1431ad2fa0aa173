"""A fresh database for each test that asks."""

from tests.databases import database, server, template

__all__ = ["database", "server", "template"]

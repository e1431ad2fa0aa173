"""A fresh database for each test that asks."""

from tests.engine.databases import database, server, template

__all__ = ["database", "server", "template"]

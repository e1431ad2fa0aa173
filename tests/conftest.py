"""A fresh database for each test that asks, and the order of the files."""

import pytest

from tests.databases import database, server, template

__all__ = ["database", "server", "template"]

BEGIN_WITH = (
    # Makes the demo, for which the browser's tests wait. What follows keeps another process busy meanwhile.
    "tests/cli/test_demo.py",
    "tests/store/test_embedded.py",
    "tests/soak/",
    "tests/spending/",
    "tests/browser/test_every_page.py",
    "tests/browser/",
)
"""The long files in the order in which they begin, so that no process is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first; the tests of a file keep their order, and so do the other files."""

    def place(item: pytest.Item) -> int:
        found = (at for at, where in enumerate(BEGIN_WITH) if item.nodeid.startswith(where))
        return next(found, len(BEGIN_WITH))

    items.sort(key=place)

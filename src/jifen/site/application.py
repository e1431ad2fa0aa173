"""The site as a server mounts it: its places, and what it shares while the house is open."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from jifen.api.house import House
from jifen.site.entrance import Entrance, mounts
from jifen.site.reception import Reception


class Site:
    """All signed-in pages. `handlers` are mounted beside the interface; `open` runs beside the house."""

    def __init__(self) -> None:
        self.entrance = Entrance()
        self.handlers: list[Any] = mounts(self.entrance)

    @contextlib.asynccontextmanager
    async def open(self, house: House) -> AsyncIterator[None]:
        """Answer for as long as the house is open."""
        self.entrance.reception = Reception(house)
        try:
            yield
        finally:
            self.entrance.reception = None

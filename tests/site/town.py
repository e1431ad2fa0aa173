"""A town for tests of the signed-in pages: an alliance, people and staff, and a client signed in as each."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.house import House
from jifen.api.settings import Settings
from jifen.pages.routes import routes
from jifen.parties.keys import Key
from jifen.parties.programs import Program
from jifen.parties.staff import Staff
from jifen.site.application import Site
from jifen.site.inside import Inside
from jifen.site.reception import Reception
from jifen.site.visit import SESSION_COOKIE
from tests.api.alliance import running
from tests.site.founding import PASSWORD, PEOPLE, SECRET, STAFF, TODAY, Change, Towns, towns


class Town:
    """An open alliance. `client("lin")`, `client("zhoumin")` and so on are signed in; `client("")` is not."""

    def __init__(
        self, app: Litestar, house: House, program: Program, reception: Reception, staff: Mapping[str, Staff]
    ) -> None:
        self.app = app
        self.house = house
        self.program = program
        self.reception = reception
        self.staff = dict(staff)

    @property
    def api(self) -> Inside:
        """The interface with the operator's whole right."""
        return Inside(self.house, self.program, Key(self.program.id, None, "tests"))

    def number(self, who: str) -> str:
        """The member's number."""
        return PEOPLE[who][0]

    async def clock(self, at: datetime) -> None:
        """Set the programme's clock."""
        await self.api.put("/v1/clock", {"at": at})
        self.program = await self.house.catalog.refresh(self.program.id)

    async def buys(self, who: str, fen: int, store: str = "S367", **more: Any) -> Any:
        """A purchase; the receipt."""
        body = {"member": self.number(who), "store": store, "amount": fen, **more}
        return await self.api.post("/v1/purchases", body, secrets.token_hex(8))

    async def given(self, who: str, points: int) -> Any:
        """Points by adjustment, so that there is something to spend."""
        body = {"member": self.number(who), "points": points, "reason": "opening balance"}
        return await self.api.post("/v1/adjustments", body, secrets.token_hex(8))

    async def balance(self, who: str) -> Any:
        """The balance of the programme's points."""
        return await self.api.get(f"/v1/members/{self.number(who)}/balance")

    async def token(self, who: str) -> str:
        """A session's token."""
        now = datetime.now(UTC)
        if who in PEOPLE:
            number = self.number(who)
            wallets = await self.house.members.wallets(self.program.id, [number])
            return await self.reception.sessions.open_for_member(
                self.program.id, wallets[number], number, now
            )
        return await self.reception.sessions.open_for_staff(self.staff[who], now)

    async def client(self, who: str = "", language: str = "zh") -> "Browser":
        """A client with that person's session."""
        cookies = {SESSION_COOKIE: await self.token(who)} if who else {}
        cookies["jifen_lang"] = language
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        return Browser(httpx.AsyncClient(transport=transport, base_url="http://jifen", cookies=cookies))


class Browser:
    """A browser without scripts: opens pages, and sends their forms with what stands hidden in them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def open(self, path: str, status: int = 200) -> str:
        """A page's text.

        Raises:
            AssertionError: it answers with another status.
        """
        answer = await self.client.get(path)
        assert answer.status_code == status, (
            f"{path}: {answer.status_code} {answer.headers.get('location', '')}"
        )
        return answer.text

    async def send(self, path: str, page: str, **fields: Any) -> httpx.Response:
        """Send a form to `path` with the token and the key of the page that shows it."""
        text = await self.open(page)
        hidden = {
            name: text.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")
        }
        return await self.client.post(path, data={**hidden, **fields})


@asynccontextmanager
async def built(towns: Towns, change: Change | None = None) -> AsyncIterator[Town]:
    """A town on a database of its own, dropped at the end. change: of the usual programme."""
    site = Site()
    shared: dict[str, House] = {}

    @asynccontextmanager
    async def keep(house: House) -> AsyncIterator[None]:
        shared["house"] = house
        app.state.update(pool=house.pool, catalog=house.catalog, members=house.members, vault=house.vault)
        yield

    async with towns.copied(change) as (dsn, founded):
        settings = Settings(database_url=dsn, secret=SECRET, pool_size=8, lookout_s=0.2)
        app = create_app(settings, handlers=(*routes(), *site.handlers), beside=(keep, site.open))
        async with running(app):
            house, reception = shared["house"], site.entrance.reception
            assert reception is not None
            yield Town(app, house, await house.catalog.program(founded.program), reception, founded.staff)


__all__ = ["PASSWORD", "PEOPLE", "STAFF", "TODAY", "Browser", "Town", "Towns", "built", "towns"]

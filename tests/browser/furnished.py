"""The demo's alliance with its last days, served for a browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from litestar import Litestar

from jifen.api.settings import Settings
from jifen.cli.application import application
from jifen.cli.demo.desk import OPERATOR
from jifen.cli.demo.keyring import Keyring
from jifen.parties.codes import step_end, step_of
from jifen.parties.programs import Program
from jifen.parties.sessions import Sessions
from jifen.parties.staff import StaffBook
from jifen.site.visit import SESSION_COOKIE

PROGRAM = "qinghe"
"""The code of the demo's programme."""

ROLES = {
    "": "stranger",
    "lin": "member",
    "zhoumin": "cashier",
    "xuyan": "manager",
    "hezhiyuan": "clerk",
    "shenruyi": "approver",
    "liangheng": "auditor",
}
"""Who is who: members by a short name, staff by login."""

PEOPLE = {"lin": "19900000012", "gu": "19900000037", "chen": "19900000853", "guyu": "19900002312"}


class Furnished:
    """A served alliance, and sessions for its people."""

    def __init__(self, program: Program, keyring: Keyring, app: Litestar, address: str) -> None:
        self.program = program
        self.keyring = keyring
        self.app = app
        self.address = address

    @property
    def house(self) -> Any:
        """What the routes share."""
        return self.app.state.house

    @property
    def key(self) -> str:
        """The operator's key to the interface."""
        return self.keyring.kept[OPERATOR]

    async def token(self, who: str) -> str:
        """A session's token, as after a sign-in. who: a name of PEOPLE, another's phone, or a login."""
        house, now = self.house, datetime.now(UTC)
        sessions = Sessions(house.pool, house.vault)
        program = self.program.id
        phone = PEOPLE.get(who, who if who.isdecimal() else "")
        if phone:
            wallet = await house.members.by_phone(program, phone)
            member = await house.members.member(wallet)
            return await sessions.open_for_member(program, wallet, member.number, now)
        found = await StaffBook(house.pool, house.vault).by_login(who)
        assert found is not None, f"nobody of the demo signs in as {who}"
        return await sessions.open_for_staff(found, now)

    async def next_half_minute(self) -> None:
        """Let the real time, by which codes go, begin a half minute in which no code has been used yet."""
        used: int | None = await self.house.pool.fetchval("SELECT max(step) FROM code_use")
        now: datetime = self.house.wall()
        ahead = step_end(max(step_of(now), used or 0)) - datetime.now(UTC)
        self.house.wall = lambda: datetime.now(UTC) + ahead

    async def client(self, who: str = "", language: str = "zh") -> httpx.AsyncClient:
        """A client with that person's session."""
        cookies = {SESSION_COOKIE: await self.token(who)} if who else {}
        cookies["jifen_lang"] = language
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://jifen", cookies=cookies, timeout=30)


@asynccontextmanager
async def served(dsn: str, folder: Path) -> AsyncIterator[Furnished]:
    """Serve the alliance of a database on a free port of loopback. folder: with its secret and keys."""
    app = application(Settings(folder=folder, database_url=dsn, pool_size=8), jobs=False)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    serving = uvicorn.Server(config)
    running = asyncio.create_task(serving.serve())
    while not serving.started:
        await asyncio.sleep(0.01)
        assert not running.done(), running.exception()
    port = serving.servers[0].sockets[0].getsockname()[1]
    program = await app.state.house.catalog.by_code(PROGRAM)
    yield Furnished(program, Keyring(folder), app, f"http://127.0.0.1:{port}")
    serving.should_exit = True
    await running

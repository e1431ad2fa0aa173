"""The demo's alliance with its last days, served for a browser: made once for all tests of this folder."""

import asyncio
import os
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
from jifen.cli.demo.small import Small, small_alliance
from jifen.cli.opening import opened
from jifen.parties.sessions import Sessions
from jifen.parties.staff import StaffBook
from jifen.site.visit import SESSION_COOKIE
from jifen.store.backup import backup, restore
from jifen.store.migrate import with_database
from tests.databases import execute

KEPT = "JIFEN_FURNISHED"
"""A folder that keeps the alliance from run to run while tests are written; by default it is made anew."""

MADE_S = 400
"""After so long without a backup of the process that makes the alliance, something is wrong there."""

DAYS = 3
"""So many of the year's days are replayed; the story of the alliance is whole."""

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

    def __init__(self, small: Small, app: Litestar, address: str) -> None:
        self.small = small
        self.app = app
        self.address = address

    @property
    def house(self) -> Any:
        """What the routes share."""
        return self.app.state.house

    async def token(self, who: str) -> str:
        """A session's token, as after a sign-in. who: a name of PEOPLE, another's phone, or a login."""
        house, now = self.house, datetime.now(UTC)
        sessions = Sessions(house.pool, house.vault)
        program = self.small.program.id
        phone = PEOPLE.get(who, who if who.isdecimal() else "")
        if phone:
            wallet = await house.members.by_phone(program, phone)
            member = await house.members.member(wallet)
            return await sessions.open_for_member(program, wallet, member.number, now)
        found = await StaffBook(house.pool, house.vault).by_login(who)
        assert found is not None, f"nobody of the demo signs in as {who}"
        return await sessions.open_for_staff(found, now)

    async def client(self, who: str = "", language: str = "zh") -> httpx.AsyncClient:
        """A client with that person's session."""
        cookies = {SESSION_COOKIE: await self.token(who)} if who else {}
        cookies["jifen_lang"] = language
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)  # type: ignore[arg-type]
        return httpx.AsyncClient(transport=transport, base_url="http://jifen", cookies=cookies, timeout=30)


async def _made_once(folder: Path, dsn: str) -> None:
    """Whoever comes first makes the alliance and keeps a backup of it; the other processes restore that.

    Raises:
        TimeoutError: whoever came first did not finish.
    """
    whole, turn = folder / "whole.dump", folder / "turn"
    try:
        os.close(os.open(turn, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        async with asyncio.timeout(MADE_S):
            while not whole.exists():  # noqa: ASYNC110
                await asyncio.sleep(0.2)  # another process writes it, which no event here can tell
        await restore(dsn, whole)
        return
    await small_alliance(folder, DAYS, dsn=dsn)
    await backup(dsn, whole)


@asynccontextmanager
async def served(server: str, folder: Path) -> AsyncIterator[Furnished]:
    """Make the alliance on a fresh database of a server, and serve it on a free port of loopback."""
    given = os.environ.get(KEPT)
    if given:
        folder = Path(given)
        small = await small_alliance(folder, DAYS)
        async with opened(folder) as at_hand:
            dsn = at_hand.dsn
    else:
        await execute(server, "CREATE DATABASE furnished")
        dsn = with_database(server, "furnished")
        await _made_once(folder, dsn)
        small = await small_alliance(folder, DAYS, dsn=dsn)
    settings = Settings(folder=folder, database_url=dsn, pool_size=8)
    app = application(settings, jobs=False)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none")
    serving = uvicorn.Server(config)
    running = asyncio.create_task(serving.serve())
    while not serving.started:
        await asyncio.sleep(0.01)
        assert not running.done(), running.exception()
    port = serving.servers[0].sockets[0].getsockname()[1]
    yield Furnished(small, app, f"http://127.0.0.1:{port}")
    serving.should_exit = True
    await running
    if not given:
        await execute(server, "DROP DATABASE furnished WITH (FORCE)")

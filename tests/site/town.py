"""A town for tests of the signed-in pages: an alliance, people and staff, and a client signed in as each."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.house import House
from jifen.api.settings import Settings
from jifen.pages.routes import routes
from jifen.parties.keys import Key
from jifen.parties.members import Joining
from jifen.parties.programs import Program
from jifen.parties.roles import Role
from jifen.programs.definition import Programme, StorePlan
from jifen.programs.loading import load
from jifen.programs.publishing import Publisher
from jifen.site.application import Site
from jifen.site.inside import Inside
from jifen.site.reception import Reception
from jifen.site.visit import SESSION_COOKIE
from jifen.store.migrate import with_database
from jifen.values.periods import zone
from tests.api.alliance import running
from tests.databases import execute

FOLDER = Path(__file__).parent / "programme"
SECRET = "33" * 32
STORES = {
    "hetian": (("S367", "禾田超市 柳河镇店"), ("S400", "禾田超市 青石店")),
    "anchi": (("S700", "安驰车服 青石店"),),
}
OPENED = datetime(2026, 11, 1, 8, tzinfo=zone("Asia/Shanghai"))
TODAY = datetime(2026, 11, 21, 10, 30, tzinfo=zone("Asia/Shanghai"))
"""A Saturday, lunar 13th of the 10th month: market day at the first store."""

PEOPLE = {
    "lin": ("QH000012", "林小满", "19900000012"),
    "gu": ("QH000037", "顾春生", "19900000037"),
    "chen": ("QH000038", "陈立冬", "19900000038"),
}
STAFF: dict[str, tuple[str, str, str, Role]] = {
    # login: merchant, store, name, role
    "zhoumin": ("hetian", "S367", "周敏", "cashier"),
    "hemanager": ("hetian", "", "何店长", "manager"),
    "anmanager": ("anchi", "", "安经理", "manager"),
    "hezhiyuan": ("", "", "何知远", "clerk"),
    "xuapprover": ("", "", "许批", "approver"),
    "songauditor": ("", "", "宋审", "auditor"),
}
PASSWORD = "green seedlings 2026"

Change = Callable[[Programme], Programme]


class Town:
    """An open alliance. `client("lin")`, `client("zhoumin")` and so on are signed in; `client("")` is not."""

    def __init__(self, app: Litestar, house: House, program: Program, reception: Reception) -> None:
        self.app = app
        self.house = house
        self.program = program
        self.reception = reception
        self.staff: dict[str, Any] = {}

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
async def built(server: str, template: str, change: Change | None = None) -> AsyncIterator[Town]:
    """A town on a fresh database, dropped at the end. change: of its programme, before that is published."""
    name = f"test_site_{secrets.token_hex(4)}"
    await execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    settings = Settings(database_url=with_database(server, name), secret=SECRET, pool_size=8, lookout_s=0.2)
    site = Site()
    shared: dict[str, House] = {}

    @asynccontextmanager
    async def keep(house: House) -> AsyncIterator[None]:
        shared["house"] = house
        app.state.update(pool=house.pool, catalog=house.catalog, members=house.members, vault=house.vault)
        yield

    app = create_app(settings, handlers=(*routes(), *site.handlers), beside=(keep, site.open))
    async with running(app):
        assert site.entrance.reception is not None
        yield await founded(app, shared["house"], site.entrance.reception, change)
    await execute(server, f"DROP DATABASE {name} WITH (FORCE)")


async def founded(app: Litestar, house: House, reception: Reception, change: Change | None = None) -> Town:
    """Publish the programme, enrol the people, and hire the staff; the clock stands at TODAY."""
    loaded = load(FOLDER)
    assert loaded.programme is not None, loaded.findings
    programme = msgspec.structs.replace(
        loaded.programme,
        merchants=tuple(
            msgspec.structs.replace(
                one, stores=tuple(StorePlan(code=code, name=name) for code, name in STORES.get(one.code, ()))
            )
            for one in loaded.programme.merchants
        ),
    )
    known = {code for stores in STORES.values() for code, _ in stores}
    calendars = {
        name: msgspec.structs.replace(one, stores={k: v for k, v in one.stores.items() if k in known})
        if hasattr(one, "stores")
        else one
        for name, one in programme.rules.calendars.items()
    }
    programme = msgspec.structs.replace(
        programme, rules=msgspec.structs.replace(programme.rules, calendars=calendars)
    )
    programme = change(programme) if change else programme
    await Publisher(house.pool, house.catalog).publish(programme, "tests", OPENED - timedelta(days=300))
    program = await house.catalog.by_code(programme.code)
    assert program is not None
    town = Town(app, house, program, reception)
    for number, name, phone in PEOPLE.values():
        await house.members.enrol(program.id, Joining(number, name, phone), OPENED - timedelta(days=200))
    now = datetime.now(UTC)
    for login, (merchant, store, name, role) in STAFF.items():
        owner = program.merchants[merchant].id if merchant else None
        town.staff[login], _ = await reception.staff.add(
            program.id, owner, store, login, name, role, PASSWORD, now, totp=False
        )
    await town.clock(TODAY)
    return town


__all__ = ["PASSWORD", "PEOPLE", "STAFF", "TODAY", "Browser", "Town", "built"]

"""Founding a town: its programme is published, its people enrolled and its staff hired, once in a process."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import asyncpg
import msgspec
import pytest

from jifen.parties.catalog import Catalog
from jifen.parties.members import Joining, Members
from jifen.parties.roles import Role
from jifen.parties.secrets import Vault
from jifen.parties.staff import Staff, StaffBook
from jifen.programs.definition import Programme, StorePlan
from jifen.programs.loading import load
from jifen.programs.publications import hashed
from jifen.programs.publishing import Publisher
from jifen.store.database import connect_pool
from jifen.values.ids import ProgramId
from jifen.values.periods import zone
from tests.databases import fresh, name_of

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
"""Makes another programme of the usual one."""


class Founded(msgspec.Struct, frozen=True):
    """A town that nobody lives in yet. database: its name; staff: by login."""

    database: str
    program: ProgramId
    staff: Mapping[str, Staff]


class Towns:
    """The towns that were founded, one for each programme; those of the tests are copies of them."""

    def __init__(self, server: str, template: str, stay: AsyncExitStack) -> None:
        self._server = server
        self._template = template
        self._stay = stay
        self._founded: dict[bytes, Founded] = {}

    @asynccontextmanager
    async def copied(self, change: Change | None = None) -> AsyncIterator[tuple[str, Founded]]:
        """The DSN of a fresh copy, and what it is a copy of. change: of the usual programme."""
        programme = programme_of(FOLDER)
        founded = await self._town(change(programme) if change else programme)
        async with fresh(self._server, founded.database, "test_site") as dsn:
            yield dsn, founded

    async def _town(self, programme: Programme) -> Founded:
        key = hashed(programme)
        if key not in self._founded:
            dsn = await self._stay.enter_async_context(fresh(self._server, self._template, "test_town"))
            async with await connect_pool(dsn, size=2) as pool:
                program, staff = await _found(pool, programme)
            self._founded[key] = Founded(name_of(dsn), program, staff)
        return self._founded[key]


@pytest.fixture(scope="session")
async def towns(server: str, template: str) -> AsyncIterator[Towns]:
    """The towns that this process has founded."""
    async with AsyncExitStack() as stay:
        yield Towns(server, template, stay)


@cache
def programme_of(folder: Path) -> Programme:
    """The programme of a folder, with the town's few stores.

    Raises:
        AssertionError: it cannot be read.
    """
    loaded = load(folder)
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
    return msgspec.structs.replace(
        programme, rules=msgspec.structs.replace(programme.rules, calendars=calendars)
    )


async def _found(pool: asyncpg.Pool, programme: Programme) -> tuple[ProgramId, dict[str, Staff]]:
    """Publish the programme, enrol the people and hire the staff; the clock stands at TODAY."""
    catalog, vault = Catalog(pool), Vault(bytes.fromhex(SECRET))
    await Publisher(pool, catalog).publish(programme, "tests", OPENED - timedelta(days=300))
    program = await catalog.by_code(programme.code)
    assert program is not None
    members, book = Members(pool, vault), StaffBook(pool, vault)
    for number, name, phone in PEOPLE.values():
        await members.enrol(program.id, Joining(number, name, phone), OPENED - timedelta(days=200))
    now = datetime.now(UTC)
    staff = {}
    for login, (merchant, store, name, role) in STAFF.items():
        owner = program.merchants[merchant].id if merchant else None
        staff[login], _ = await book.add(
            program.id, owner, store, login, name, role, PASSWORD, now, totp=False
        )
    await catalog.set_clock(program.id, TODAY)
    return program.id, staff

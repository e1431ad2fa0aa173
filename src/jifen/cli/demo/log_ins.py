"""Log-ins of the demo: one of the staff for each role. Members sign in by phone and a one-time code."""

from datetime import datetime

import msgspec

from jifen.cli.demo.chronicle import Stage
from jifen.cli.demo.people import CHUNSHENG, GUYU, LIDONG, XIAOMAN, Someone, phone_of
from jifen.parties.roles import Role
from jifen.parties.staff import StaffBook

TILL_STORE = "s367"
"""禾田超市 柳河镇店."""


STAFF_PATH, MEMBER_PATH = "/staff", "/sign-in"
CODE = "a code, printed below"


class Person(msgspec.Struct, frozen=True):
    """One of the staff. merchant: its code; '' for the operator's. store: of a cashier."""

    login: str
    name: str
    role: Role
    merchant: str = ""
    store: str = ""


STAFF = (
    Person("zhoumin", "周敏", "cashier", "hetian", TILL_STORE),
    Person("xuyan", "许砚", "manager", "hetian"),
    Person("muyan", "叶沐", "manager", "muyan"),
    Person("hezhiyuan", "何知远", "clerk"),
    Person("shenruyi", "沈如意", "approver"),
    Person("liangheng", "梁衡", "auditor"),
)
"""Who signs in by password; none of them has a second factor in the demo."""

MEMBERS: tuple[Someone, ...] = (XIAOMAN, CHUNSHENG, LIDONG, GUYU)
"""Members whose phones are told at the end."""


class LogIn(msgspec.Struct, frozen=True):
    """How somebody signs in. path: of the page for it; password: of staff; members are sent a code."""

    role: str
    name: str
    place: str
    path: str
    login: str
    password: str


async def hire(stage: Stage, at: datetime) -> None:
    """Add the staff that is not there yet, with passwords from the keyring."""
    book = StaffBook(stage.at_hand.pool, stage.at_hand.vault)
    program = await stage.refresh()
    for one in STAFF:
        password = stage.keyring.password(one.login)
        if await book.by_login(one.login) is None:
            merchant = program.merchants[one.merchant].id if one.merchant else None
            await book.add(
                program.id, merchant, one.store, one.login, one.name, one.role, password, at, totp=False
            )


def log_ins(stage: Stage) -> list[LogIn]:
    """Everybody who can sign in, staff first."""
    program = stage.program
    found = []
    for one in STAFF:
        place = program.merchants[one.merchant].name if one.merchant else program.name
        if one.store:
            place = f"{place} {program.stores[one.store].name}"
        password = stage.keyring.password(one.login)
        found.append(LogIn(one.role, one.name, place, STAFF_PATH, one.login, password))
    for member in MEMBERS:
        phone = phone_of(member.household)
        found.append(LogIn("member", member.name, member.number, MEMBER_PATH, phone, CODE))
    return found

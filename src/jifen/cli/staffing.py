"""jifen staff: who of the operator and of its merchants may sign in, with which role."""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import get_args

import msgspec
import segno

from jifen.cli.opening import Opened, folder_of, opened
from jifen.parties.audit import Audit
from jifen.parties.catalog import Conflict
from jifen.parties.roles import MERCHANT_ROLES, STAFF_ROLES, Role
from jifen.parties.staff import Staff, StaffBook

SHELL = "shell"
"""The role under which the audit log keeps what was done by command."""

Run = Callable[[Opened, StaffBook, datetime], Awaitable[int]]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    staff = commands.add_parser("staff", help="who may sign in to the pages, with which role")
    doings = staff.add_subparsers(metavar="DOING", required=True)
    adding = doings.add_parser(
        "add", help="let somebody sign in; the password is asked for, or read from a pipe"
    )
    adding.add_argument("program", help="the programme's code")
    adding.add_argument("login", help="small letters, digits and . _ @ -")
    adding.add_argument("--name", required=True, help="what colleagues call this person")
    adding.add_argument("--role", required=True, choices=STAFF_ROLES)
    adding.add_argument("--merchant", help="the code of the merchant whose cashier or manager it is")
    adding.add_argument("--store", default="", help="the code of the only store of a cashier")
    adding.add_argument("--without-codes", action="store_true", help="a password alone opens: for trying out")
    adding.set_defaults(run=_add)
    listing = doings.add_parser("list", help="all staff of a programme")
    listing.add_argument("program", help="the programme's code")
    listing.add_argument("--merchant", help="only the staff of this one")
    listing.add_argument("--json", action="store_true", help="one object")
    listing.set_defaults(run=_list)
    for name, run, said in (
        ("disable", _disable, "let somebody sign in no more, and sign them out everywhere"),
        ("enable", _enable, "let somebody sign in again"),
        ("password", _password, "set somebody's password; asked for, or read from a pipe"),
        ("codes", _codes, "give somebody a new secret for the authenticator"),
    ):
        doing = doings.add_parser(name, help=said)
        doing.add_argument("login")
        doing.set_defaults(run=run)
    for doing in doings.choices.values():
        # Also behind the doing; where it is not said here, what was said before it holds.
        doing.add_argument("--folder", default=argparse.SUPPRESS, help="where this installation is")
        doing.add_argument(
            "--as", dest="author", default=os.environ.get("JIFEN_AS") or getpass.getuser(),
            help="who does it, for the audit log (JIFEN_AS, else the account)",
        )  # fmt: skip


def _add(asked: argparse.Namespace) -> int:
    role: Role = asked.role
    assert role in get_args(Role)

    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        program = await at_hand.catalog.by_code(asked.program)
        if program is None:
            raise Conflict("program", f"there is no programme {asked.program!r}: check the code")
        merchant = None
        if asked.merchant is not None or role in MERCHANT_ROLES:
            found = program.merchants.get(asked.merchant or "")
            if found is None:
                known = ", ".join(sorted(program.merchants)) or "none yet"
                raise Conflict("merchant", f"{asked.merchant!r} is no merchant: name one of {known}")
            merchant = found.id
        store = program.stores.get(asked.store) if asked.store else None
        if asked.store and (store is None or store.merchant.id != merchant):
            raise Conflict("store", f"{asked.store!r} is no store of the merchant: check the code")
        staff, uri = await book.add(
            program.id,
            merchant,
            asked.store,
            asked.login,
            asked.name,
            role,
            _new_password(),
            now,
            totp=not asked.without_codes,
        )
        await _record(at_hand, asked, staff, "staff_add", now)
        print(f"{staff.login} may sign in as {role}")
        _show(uri)
        return 0

    return _within(asked, run)


def _list(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        program = await at_hand.catalog.by_code(asked.program)
        if program is None:
            raise Conflict("program", f"there is no programme {asked.program!r}: check the code")
        merchant = program.merchants.get(asked.merchant) if asked.merchant else None
        if asked.merchant and merchant is None:
            raise Conflict("merchant", f"{asked.merchant!r} is no merchant: check the code")
        found = await book.list(program.id, merchant.id if merchant else None)
        rows = [
            {
                "login": one.login,
                "name": one.name,
                "role": one.role,
                "merchant": program.merchants_by_id[one.merchant].code if one.merchant else None,
                "store": one.store or None,
                "codes": one.has_totp,
                "disabled": one.disabled,
            }
            for one in found
        ]
        if asked.json:
            print(msgspec.json.encode({"program": program.code, "staff": rows}).decode())
            return 0
        for row in rows:
            where = row["store"] or row["merchant"] or "operator"
            codes = "password and codes" if row["codes"] else "password alone"
            print(
                f"{row['login']:24} {row['role']:9} {where:16} {row['name']}, {codes}" + _off(row["disabled"])
            )
        return 0

    return _within(asked, run)


def _off(disabled: object) -> str:
    return ", disabled" if disabled else ""


def _disable(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        staff = await _named(book, asked.login)
        await book.disable(staff.id, now)
        await _record(at_hand, asked, staff, "staff_disable", now)
        print(f"{staff.login} may sign in no more, and is signed out within five seconds")
        return 0

    return _within(asked, run)


def _enable(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        staff = await _named(book, asked.login)
        await book.enable(staff.id)
        await _record(at_hand, asked, staff, "staff_enable", now)
        print(f"{staff.login} may sign in again")
        return 0

    return _within(asked, run)


def _password(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        staff = await _named(book, asked.login)
        await book.set_password(staff.id, _new_password(), now)
        await _record(at_hand, asked, staff, "staff_password", now)
        print(f"{staff.login} has a new password, is signed out everywhere, and not locked any more")
        return 0

    return _within(asked, run)


def _codes(asked: argparse.Namespace) -> int:
    async def run(at_hand: Opened, book: StaffBook, now: datetime) -> int:
        staff = await _named(book, asked.login)
        uri = await book.renew_totp(staff.id)
        await _record(at_hand, asked, staff, "staff_codes", now)
        print(f"{staff.login} has a new secret, and is signed out everywhere")
        _show(uri)
        return 0

    return _within(asked, run)


async def _named(book: StaffBook, login: str) -> Staff:
    found = await book.by_login(login)
    if found is None:
        raise Conflict("login", f"there is nobody of the login {login!r}: see `jifen staff list`")
    return found


async def _record(
    at_hand: Opened, asked: argparse.Namespace, staff: Staff, action: str, now: datetime
) -> None:
    audit = Audit(at_hand.pool, at_hand.vault)
    facts = {"role": staff.role, "by": "command"}
    await audit.write(staff.program, now, asked.author, SHELL, action, staff.login, "done", facts)


def _new_password() -> str:
    """A password typed twice, or the first line of a pipe.

    Raises:
        Conflict: what was typed differs.
    """
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("password (10 characters or more): ")
    if getpass.getpass("again: ") != first:
        raise Conflict("password", "the two are not the same: type them again")
    return first


def _show(uri: str) -> None:
    if not uri:
        return
    if sys.stdout.isatty():
        segno.make(uri, micro=False).terminal(compact=True)
    print(f"for the authenticator, shown this once: {uri}")


def _within(asked: argparse.Namespace, run: Run) -> int:
    async def opening() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            return await run(at_hand, StaffBook(at_hand.pool, at_hand.vault), datetime.now(UTC))

    return asyncio.run(opening())

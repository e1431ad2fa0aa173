"""Merchants: what each agreed, by version; its stores; a new one, one store more, the next contract."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from litestar import Response

from jifen.pages import figures
from jifen.parties.programs import Contract, Merchant, Store
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.periods import local_day, start_of_day

LIST = "/console/merchants"
CONTRACT = ("issue", "reimburse", "fee", "days", "from")
FIELDS = {
    "issue_fen_per_100": "issue",
    "reimburse_fen_per_100": "reimburse",
    "fee_permille": "fee",
    "payment_days": "days",
    "valid_from": "from",
}
"""The field of the form by that of the interface."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant in the list. now: its contract in force; then: one that is to come; leaves: its last day."""

    merchant: Merchant
    stores: tuple[Store, ...]
    now: Contract | None
    then: Contract | None
    leaves: date | None


class Wrong(Exception):
    """A field of a form cannot be read; says which."""


async def show(visit: Visit) -> Response[bytes]:
    """All merchants."""
    lines = [_line(visit, one) for one in visit.program.merchants.values()]
    asked = visit.query("q").strip().lower()
    found = [one for one in lines if asked in f"{one.merchant.name} {one.merchant.code}".lower()]
    return visit.page("console/merchants.html", lines=found, every=len(lines), asked=visit.query("q"))


def _line(visit: Visit, merchant: Merchant) -> Line:
    now = [one for one in merchant.contracts if one.valid_from <= visit.now]
    then = [one for one in merchant.contracts if one.valid_from > visit.now]
    rules = visit.program.rules_at(visit.now)
    leaving = rules.definition.leavings.get(merchant.code) if rules else None
    stores = tuple(one for one in visit.program.stores.values() if one.merchant.code == merchant.code)
    return Line(
        merchant=merchant,
        stores=stores,
        now=now[-1] if now else None,
        then=then[0] if then else None,
        leaves=None if leaving is None else local_day(leaving - figures.AN_INSTANT, visit.program.zone),
    )


async def show_new(visit: Visit) -> Response[bytes]:
    """The form of a new merchant."""
    return _new(visit)


def _new(visit: Visit, status: int = 200, wrong: str = "", no: No | None = None) -> Response[bytes]:
    return visit.page("console/merchant_new.html", status, form=visit.form, wrong=_wrong_of(wrong, no), no=no)


async def create(visit: Visit) -> Response[bytes]:
    """Add a merchant with its first contract."""
    code = visit.field("code")
    visit.note(target=code)
    try:
        body: dict[str, Any] = {
            "code": code,
            "name": visit.field("name"),
            "charity": visit.field("charity") == "true",
        }
        if any(visit.field(name) for name in CONTRACT):
            body["contract"] = _contract(visit)
        await visit.api.post("/v1/merchants", body, visit.key)
    except Wrong as wrong:
        return _new(visit, 422, str(wrong))
    except No as no:
        if no.ours:
            raise
        return _new(visit, no.status, no=no)
    return visit.go(f"{LIST}/{code}", "decide_merchant")


async def show_one(visit: Visit) -> Response[bytes]:
    """A merchant: contracts by version, and stores."""
    return _one(visit)


def _one(
    visit: Visit, status: int = 200, wrong: str = "", no: No | None = None, about: str = ""
) -> Response[bytes]:
    merchant = _merchant(visit)
    line = _line(visit, merchant)
    return visit.page(
        "console/merchant.html",
        status,
        line=line,
        contracts=tuple(reversed(merchant.contracts)),
        form=visit.form,
        wrong=_wrong_of(wrong, no),
        no=no,
        about=about,
    )


def _merchant(visit: Visit) -> Merchant:
    found = visit.program.merchants.get(visit.args["code"])
    if found is None:
        raise Stop("nothing_here", 404, back=LIST)
    return found


async def add_contract(visit: Visit) -> Response[bytes]:
    """Put the next contract in force from a day on."""
    merchant = _merchant(visit)
    visit.note(target=merchant.code)
    try:
        body = _contract(visit)
        await visit.api.post(f"{LIST.replace('/console', '/v1')}/{merchant.code}/contracts", body, visit.key)
    except Wrong as wrong:
        return _one(visit, 422, str(wrong), about="contract")
    except No as no:
        if no.ours:
            raise
        return _one(visit, no.status, no=no, about="contract")
    return visit.go(f"{LIST}/{merchant.code}", "decide_contract")


async def add_store(visit: Visit) -> Response[bytes]:
    """Add a store."""
    merchant = _merchant(visit)
    visit.note(target=visit.field("code"), merchant=merchant.code)
    body = {"code": visit.field("code"), "name": visit.field("name"), "merchant": merchant.code}
    try:
        await visit.api.post("/v1/stores", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return _one(visit, no.status, no=no, about="store")
    return visit.go(f"{LIST}/{merchant.code}", "decide_store")


def _contract(visit: Visit) -> dict[str, Any]:
    """The contract that a form asks for.

    Raises:
        Wrong: a field is missing or no number.
    """
    try:
        since = date.fromisoformat(visit.field("from"))
    except ValueError:
        raise Wrong("from") from None
    return {
        "valid_from": start_of_day(since, visit.program.zone),
        "issue_fen_per_100": _scaled(visit, "issue", 2),
        "reimburse_fen_per_100": _scaled(visit, "reimburse", 2),
        "fee_permille": _scaled(visit, "fee", 1),
        "payment_days": _scaled(visit, "days", 0),
    }


def _scaled(visit: Visit, name: str, places: int) -> int:
    """A number of so many decimal places as whole units of the last: ¥1.05 as 105, 1.5 % as 15."""
    text = visit.field(name).replace(",", "").removeprefix("¥").removesuffix("%").strip()
    whole, _, rest = text.partition(".")
    right = whole.isdecimal() and whole.isascii() and len(whole) < 8 and len(rest) <= places
    if not right or (rest and not (rest.isdecimal() and rest.isascii())):
        raise Wrong(name)
    return int(whole + rest.ljust(places, "0"))


def _wrong_of(name: str, no: No | None) -> Mapping[str, str]:
    """What is wrong by the form's field: a key of `decide.fault.…`."""
    if name:
        return {name: name}
    found: dict[str, str] = {}
    for error in no.errors if no is not None else ():
        field = str(error["field"]).removeprefix("contract.")
        name = FIELDS.get(field, field)
        found[name] = "above" if field == "reimburse_fen_per_100" and "above" in error["message"] else name
        if no is not None and no.code == "retroactive":
            found[name] = "past"
        elif no is not None and no.code == "already_exists":
            found[name] = "taken"
    return found


ROUTES = (
    get(LIST, "console.merchants", show, CONSOLE, key="merchants"),
    get(f"{LIST}/new", "console.merchant_new", show_new, CLERKS, key="merchants"),
    post(f"{LIST}/new", "console.merchant_create", create, CLERKS, key="merchants"),
    get(f"{LIST}/{{code}}", "console.merchant", show_one, CONSOLE, key="merchants"),
    post(f"{LIST}/{{code}}/contracts", "console.merchant_contract", add_contract, CLERKS, key="merchants"),
    post(f"{LIST}/{{code}}/stores", "console.merchant_store", add_store, CLERKS, key="merchants"),
)

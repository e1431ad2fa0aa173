"""Members: found by number, phone or name, filtered by tier, freeze and debt, a page at a time."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from markupsafe import Markup, escape

from jifen.pages.figures import masked
from jifen.pages.naming import tier_of
from jifen.parties.catalog import Conflict
from jifen.site.console.overview import unit_asked
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.store.queries import q

PAGE = 30
NO_TIER = "-"
"""What the address says for members of no tier; without it, any tier is meant."""


class Row(msgspec.Struct, frozen=True):
    """A member in the list."""

    number: str
    name: str
    phone: str
    tier: Markup
    joined_at: Any
    frozen: bool
    available: int
    pending: int
    held: int
    owed: int
    entries: int


async def show(visit: Visit) -> Response[bytes]:
    """A page of members; a whole phone or number leads straight to its member."""
    asked = visit.query("q").strip()[:64]
    straight = await found_number(visit, asked) if asked else None
    if straight is not None:
        return visit.go(f"/console/members/{straight}")
    tier, state = visit.query("tier"), visit.query("state")
    forwards = not visit.query("before")
    place = visit.query("after") if forwards else visit.query("before")
    unit = unit_asked(visit)
    rows = await visit.house.pool.fetch(
        q("members_page"),
        visit.program.id,
        place[:64],
        forwards,
        asked or None,
        {"": None, NO_TIER: ""}.get(tier, tier[:64]),
        state == "frozen",
        state == "owing",
        PAGE + 1,
        visit.now,
        unit.code,
    )
    page = [_row(visit, row) for row in rows[:PAGE]]
    more = len(rows) > PAGE
    if not forwards:
        page.reverse()
    kept = {name: value for name, value in (("q", asked), ("tier", tier), ("state", state)) if value}

    def address(**where: str) -> str:
        return f"/console/members?{urlencode({**kept, **where})}"

    return visit.page(
        "console/members.html",
        rows=page,
        unit=unit,
        count=await visit.house.pool.fetchval(q("members_count"), visit.program.id),
        asked=asked,
        tier=tier,
        state=state,
        tiers=_tiers(visit),
        states=[(one, visit.words.t(f"watch.members.{one or 'all'}")) for one in ("", "frozen", "owing")],
        earlier=address(before=page[0].number) if page and (more if not forwards else place) else "",
        later=address(after=page[-1].number) if page and (more if forwards else True) else "",
        filtered=bool(kept),
    )


async def found_number(visit: Visit, asked: str) -> str | None:
    """The number of the one member whose whole number or phone that is; None: it is nobody's."""
    members, program = visit.house.members, visit.program.id
    compact = asked.replace(" ", "")
    if asked.isprintable():
        for text in (asked, compact, compact.upper()):
            if await members.wallets(program, [text]):
                return text
    try:
        wallet = await members.by_phone(program, compact)
    except Conflict:
        return None
    member = await members.member(wallet) if wallet is not None else None
    return member.number if member else None


def _row(visit: Visit, row: Any) -> Row:
    phone = "" if row["phone"] is None else masked(visit.house.vault.open(row["phone"]))
    until = row["frozen_until"]
    return Row(
        number=row["number"],
        name=row["name"],
        phone=phone,
        tier=tier_word(visit, row["tier"]),
        joined_at=row["joined_at"],
        frozen=until is not None and until > visit.now,
        available=row["available"],
        pending=row["pending"],
        held=row["held"],
        owed=row["owed"],
        entries=row["version"],
    )


def tier_word(visit: Visit, code: str) -> Markup:
    """What a tier is called; empty where the programme has none."""
    rules = visit.program.rules_at(visit.now)
    if rules is None or rules.definition.tiers is None:
        return escape(code)
    return tier_of(code, rules.definition, visit.words)


def _tiers(visit: Visit) -> list[tuple[str, Any]]:
    rules = visit.program.rules_at(visit.now)
    if rules is None or rules.definition.tiers is None:
        return []
    levels = [(one.code, tier_word(visit, one.code)) for one in rules.definition.tiers.levels]
    words = visit.words
    return [
        ("", words.t("watch.all")),
        (NO_TIER, words.t("watch.no_tier")),
        *((c, w) for c, w in levels if c),
    ]


ROUTES = (get("/console/members", "console.members", show, CONSOLE, key="members"),)

"""The search of the bar: whatever somebody types leads straight to the one thing that it is, or to a list."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.api.earlier import load_earlier
from jifen.engine.command import entry_id
from jifen.pages.figures import masked
from jifen.pages.naming import title_of
from jifen.site.console.members import found_number
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import parse_id
from jifen.values.periods import start_of_day

MOST = 20
SOURCE_DAYS = 7
"""Whoever recorded something within so many days is tried as the source of a key."""
ALWAYS = ("jobs", "adjustments", "@member")
"""Sources of entries that no key is named after: the jobs, corrections of two people, members."""


class Hit(msgspec.Struct, frozen=True):
    """Something that was found: of which kind, what it is called, and where it stands."""

    kind: str
    title: str | Markup
    note: str
    path: str


async def show(visit: Visit) -> Response[bytes]:
    """What was found; one hit alone is gone to at once."""
    asked = visit.query("q").strip()[:128]
    hits = await _hits(visit, asked) if asked else []
    if len(hits) == 1:
        return visit.go(hits[0].path)
    return visit.page("console/search.html", asked=asked, hits=hits, most=MOST)


async def _hits(visit: Visit, asked: str) -> list[Hit]:
    number = await found_number(visit, asked)
    if number is not None:
        return [Hit("member", number, "", f"/console/members/{quote(number, safe='')}")]
    return [*await _entries(visit, asked), *_rules(visit, asked), *await _members(visit, asked)]


async def _entries(visit: Visit, asked: str) -> list[Hit]:
    """An entry or an order by its id, or an entry by the key of any source that reports here."""
    program, pool = visit.program, visit.house.pool
    try:
        ids = [parse_id(asked)]
    except ValueError:
        since = start_of_day(visit.today - timedelta(days=SOURCE_DAYS), program.zone)
        sources = {row["source"] for row in await pool.fetch(q("ledger_sources"), program.id, since)}
        sources.update(ALWAYS, (f"@shop/{code}" for code in program.merchants))
        ids = [entry_id(program.id, source, asked) for source in sources] if asked.isprintable() else []
    found = await load_earlier(pool, program.id, ids)
    return [
        Hit(
            "entry",
            visit.words.named("kind", str(one.kind)),
            f"{one.source} · {one.key}",
            f"/console/entries/{one.id}",
        )
        for one in found.values()
    ]


def _rules(visit: Visit, asked: str) -> list[Hit]:
    """Rules in force whose id or title holds what was asked; they stand with the programme."""
    rules = visit.program.rules_at(visit.now)
    if rules is None or "/console/programme" not in visit.open_to:
        return []
    low = asked.lower()
    found: list[Hit] = []
    for rule in rules.definition.rules:
        title = title_of(rule, visit.words)
        if rule.id.lower() == low:
            return [_rule(rule, title)]
        if low in str(title).lower():
            found.append(_rule(rule, title))
    return found[:MOST]


def _rule(rule: Any, title: Markup) -> Hit:
    return Hit(
        "rule", title, rule.id, f"/console/programme?rule={quote(rule.id, safe='')}#rule-{quote(rule.id)}"
    )


async def _members(visit: Visit, asked: str) -> list[Hit]:
    rows = await visit.house.pool.fetch(
        q("members_page"), visit.program.id, "", True, asked, None, False, False, MOST, visit.now, ""
    )
    return [
        Hit(
            "member",
            row["name"] or row["number"],
            " · ".join(
                part
                for part in (
                    row["number"],
                    "" if row["phone"] is None else masked(visit.house.vault.open(row["phone"])),
                )
                if part
            ),
            f"/console/members/{quote(row['number'], safe='')}",
        )
        for row in rows
    ]


ROUTES = (get("/console/search", "console.search", show, CONSOLE),)

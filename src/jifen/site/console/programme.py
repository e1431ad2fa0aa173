"""The programme: what is published, the draft beside it, its versions, and its files to take along."""

import asyncio
from collections.abc import Mapping
from typing import Any

from litestar import Response

from jifen.programs.checking import looked, rebates
from jifen.programs.guard.bounds import Bounds
from jifen.programs.publications import Publication, in_force, publications
from jifen.site.console import programme_editing, programme_handing, programme_versions
from jifen.site.console.programme_draft import (
    DRAFT,
    HOME,
    OWN_SECTIONS,
    Opened,
    beside,
    clauses,
    day_of,
    files_published,
    opened,
    packed,
    people,
    said_of,
)
from jifen.site.console.programme_view import PARTS, basis, highest, last_changes
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Visit

TABS = ("rules", "terms", *PARTS[1:])
REWARDS_SHOWN = 30
"""So many rows of a table stand on one page."""


async def show(visit: Visit) -> Response[bytes]:
    """What is published and in force, part by part."""
    versions = await publications(visit.house.pool, visit.program.id)
    now = in_force(versions, visit.now) or (versions[-1] if versions else None)
    has_draft = await _has_draft(visit)
    if now is None:
        return visit.page("console/programme_none.html", has_draft=has_draft)
    tab = _tab(visit)
    laid = beside(visit, now.definition, None)
    found = await asyncio.to_thread(rebates, now.definition)
    worst = None
    if tab == "rules":
        worst = await asyncio.to_thread(_worst_of, visit, now)
    tables = laid.tables(found, last_changes(versions))
    return visit.page(
        "console/programme.html",
        version=now,
        newer=[one for one in versions if one.valid_from > visit.now],
        versions=versions,
        has_draft=has_draft,
        tab=tab,
        tables=tables,
        table=tables.get(tab),
        clauses=clauses(visit, now.definition, None),
        basis=basis(said_of(visit, now.definition)),
        worst=highest(said_of(visit, now.definition), worst),
        names=await people(visit),
        page=_page(visit),
        size=REWARDS_SHOWN,
        base=f"/console/programme?tab={tab}",
    )


def _worst_of(visit: Visit, one: Publication) -> Mapping[str, Any] | None:
    found, bounds = looked(one.definition, visit.today).worst, Bounds(visit.today)
    if found is None:
        return None
    return {
        "permille": str(found.rebate * 1000),
        "warn_permille": bounds["rebate_warn_permille"],
        "refuse_permille": bounds["rebate_refuse_permille"],
        "tried": found.tried,
        "cut": found.cut,
        "spend_fen": found.spend_fen,
        "steps": [
            {
                "day": step.day.isoformat(), "merchant": step.merchant, "store": step.store,
                "fen": step.fen, "gave": dict(step.gave), "times": step.times,
            }
            for step in found.steps
        ],
    }  # fmt: skip


async def _has_draft(visit: Visit) -> bool:
    try:
        await visit.api.get(DRAFT)
    except No as no:
        if no.code == "draft_unknown":
            return False
        raise
    return True


async def draft(visit: Visit) -> Response[bytes]:
    """The draft, part by part, with what is struck and new, what speaks against it, and its earliest day."""
    return await shown(visit, await opened(visit))


async def shown(visit: Visit, found: Opened, status: int = 200, **more: Any) -> Response[bytes]:
    """The page of the draft."""
    tab = _tab(visit, "changes")
    programme = found.loaded.programme
    tables: dict[str, Any] = {}
    told: tuple[Any, ...] = ()
    if programme is not None:
        old = found.base.definition if found.base else None
        laid = beside(visit, programme, old)
        gives = await asyncio.to_thread(rebates, programme) if found.plan and found.plan["rebates"] else ()
        tables = laid.tables(gives)
        told = clauses(visit, programme, old)
    earliest = day_of(visit, found.plan["earliest"]) if found.plan and found.plan["base"] else None
    return visit.page(
        "console/programme_draft.html",
        status,
        found=found,
        tab=tab,
        tables=tables,
        table=tables.get(tab),
        clauses=told,
        basis=basis(said_of(visit, programme)) if programme else "",
        worst=highest(said_of(visit, programme), found.worst) if programme else None,
        own_sections=OWN_SECTIONS,
        earliest=earliest,
        light_days=max((one.days for one in found.light), default=0),
        names=await people(visit),
        page=_page(visit),
        size=REWARDS_SHOWN,
        base=f"{HOME}?tab={tab}",
        refused_by=more.get("refused_by"),
    )


def _tab(visit: Visit, *more: str) -> str:
    asked = visit.query("tab")
    return asked if asked in (*TABS, *more) else "rules"


def _page(visit: Visit) -> int:
    asked = visit.query("page")
    return int(asked) if asked.isdecimal() and asked.isascii() and 0 < len(asked) < 5 else 1


async def begin(visit: Visit) -> Response[bytes]:
    """Begin a draft from what is published."""
    visit.note(target=visit.program.code)
    try:
        await visit.api.post(DRAFT, {})
    except No as no:
        if no.code != "draft_there":
            raise
    return visit.go(HOME, "decide_begun")


async def take_along(visit: Visit) -> Response[bytes]:
    """The published files."""
    versions = await publications(visit.house.pool, visit.program.id)
    now = in_force(versions, visit.now) or versions[-1]
    return packed(visit, files_published(now), f"{visit.program.code}-{now.version}")


async def take_draft_along(visit: Visit) -> Response[bytes]:
    """The draft's files."""
    found = await visit.api.get(DRAFT)
    return packed(visit, found["files"], f"{visit.program.code}-draft")


ROUTES = (
    get("/console/programme", "console.programme", show, CONSOLE, key="programme"),
    get("/console/programme/yaml", "console.programme_yaml", take_along, CONSOLE),
    get(HOME, "console.draft", draft, CONSOLE, key="programme"),
    post(HOME, "console.draft_begin", begin, CLERKS),
    get(f"{HOME}/yaml", "console.draft_yaml", take_draft_along, CONSOLE),
    *programme_handing.ROUTES,
    *programme_editing.ROUTES,
    *programme_versions.ROUTES,
)

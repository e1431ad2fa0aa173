"""Handing a draft in: when it may hold, in whole or what is no worse alone; and discarding it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from litestar import Response

from jifen.pages.words import Words
from jifen.site.console.programme_draft import (
    DRAFT,
    HOME,
    Opened,
    changes_told,
    day_of,
    opened,
)
from jifen.site.console.programme_findings import Told, told
from jifen.site.inside import No
from jifen.site.routing import CLERKS, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.periods import start_of_day


async def show(visit: Visit) -> Response[bytes]:
    """What is to be handed in, how it weighs, and from which day it may hold."""
    return await _shown(visit, await opened(visit))


async def _shown(
    visit: Visit, found: Opened, status: int = 200, wrong: str = "", no: No | None = None
) -> Response[bytes]:
    part = _part(visit)
    plan: Mapping[str, Any] | None = found.plan
    if part == "favourable":
        try:
            plan = (await visit.api.get(f"{DRAFT}/plan", part=part))["plan"]
        except No as refused:
            if refused.code != "nothing_to_split":
                raise
            raise Stop("nothing_to_split", 409, back=HOME) from None
    if plan is None:
        raise Stop("draft_unfit", 409, back=HOME)
    values = found.loaded.values
    return visit.page(
        "console/programme_submit.html",
        status,
        found=found,
        part=part,
        plan=plan,
        changes=changes_told(plan["changes"], found.loaded.programme, visit),
        findings=told(plan["findings"], values, visit.words),
        earliest=day_of(visit, plan["earliest"]),
        at_once=not plan["days"],
        form=visit.form,
        wrong=wrong,
        refusal=None if no is None else refusal(no, values, visit.words),
        no=no,
        here=f"{HOME}/split" if part == "favourable" else f"{HOME}/submit",
    )


def _part(visit: Visit) -> str:
    return "favourable" if visit.asked is not None and visit.asked.path.endswith("/split") else "all"


def refusal(no: No, values: Mapping[str, Any], words: Words) -> tuple[Told, ...]:
    """The errors of a refusal in words."""
    findings = [one for one in no.facts.get("findings", ()) if one.get("severity", "error") == "error"]
    return told(findings, values, words)


async def hand_in(visit: Visit) -> Response[bytes]:
    """Publish, or propose for a second person, from a day on."""
    found = await opened(visit)
    part, day = _part(visit), visit.field("day")
    visit.note(target=visit.program.code, part=part, day=day)
    body: dict[str, Any] = {"revision": found.revision, "part": part}
    if str(found.revision) != visit.field("revision"):
        return visit.go(HOME, "decide_moved")
    if day:
        try:
            body["valid_from"] = start_of_day(date.fromisoformat(day), visit.program.zone)
        except ValueError:
            return await _shown(visit, found, 422, "day")
    try:
        done = await visit.api.post(f"{DRAFT}/submit", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _shown(visit, found, no.status, no=no)
    if done["proposal"]:
        return visit.go("/console/proposals", "decide_proposed")
    if not done["changed"]:
        return visit.go(HOME, "decide_unchanged")
    return visit.go(f"/console/programme/versions/{done['version']}", "decide_published", told=done["told"])


async def discard(visit: Visit) -> Response[bytes]:
    """Forget the draft."""
    sent = visit.field("revision")
    visit.note(target=visit.program.code)
    if not (sent.isdecimal() and sent.isascii() and 0 < len(sent) < 9):
        raise Stop("form", 422, back=HOME)
    try:
        await visit.api.delete(DRAFT, None, visit.key, revision=int(sent))
    except No as no:
        if no.code == "draft_moved":
            return visit.go(HOME, "decide_moved")
        if no.code != "draft_unknown":
            raise
    return visit.go("/console/programme", "decide_discarded")


ROUTES = (
    get(f"{HOME}/submit", "console.draft_submit", show, CLERKS, key="programme"),
    post(f"{HOME}/submit", "console.draft_hand_in", hand_in, CLERKS, key="programme"),
    get(f"{HOME}/split", "console.draft_split", show, CLERKS, key="programme"),
    post(f"{HOME}/split", "console.draft_split_in", hand_in, CLERKS, key="programme"),
    post(f"{HOME}/discard", "console.draft_discard", discard, CLERKS),
)

"""What waits for a second person: versions of the programme, members' acts, referrals held back."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response

from jifen.programs.definition import Programme
from jifen.programs.difference import differences
from jifen.programs.publications import Publication, publications
from jifen.programs.publishing import Publisher
from jifen.programs.writing import files_of
from jifen.site.console.programme_draft import (
    DRAFT,
    OWN_SECTIONS,
    ChangeTold,
    beside,
    changes_told,
    clauses,
    people,
)
from jifen.site.console.programme_handing import refusal
from jifen.site.console.programme_view import Table
from jifen.site.inside import No
from jifen.site.routing import APPROVER, CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit

LIST = "/console/proposals"
BASE = "/v1/programmes/proposals"
REFERRALS_SHOWN = 50


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A version that waits. mine: who looks wrote it; stale: another version came in between."""

    view: Mapping[str, Any]
    programme: Programme
    base: Publication | None
    tables: dict[str, Table]
    clauses: tuple[Any, ...]
    changes: tuple[ChangeTold, ...]
    differences: tuple[Any, ...]
    mine: bool
    stale: bool


async def show(visit: Visit) -> Response[bytes]:
    """Everything that waits."""
    return await _list(visit)


async def _list(visit: Visit, status: int = 200, no: No | None = None, about: str = "") -> Response[bytes]:
    versions = (await visit.api.get(BASE))["proposals"]
    acts = (await visit.api.get("/v1/proposals"))["proposals"]
    held = (await visit.api.get("/v1/referrals", state="lapsed"))["referrals"]
    rules = visit.program.rules_at(visit.now)
    titles = {
        act.code: act.title_en if visit.words.language == "en" and act.title_en else act.title or act.code
        for act in (rules.definition.acts if rules else ())
    }
    return visit.page(
        "console/proposals.html",
        status,
        versions=versions,
        acts=acts,
        titles=titles,
        held=[one for one in held if not one["overruled_by"]][:REFERRALS_SHOWN],
        names=await people(visit),
        mine=visit.actor,
        form=visit.form,
        no=no,
        about=about,
    )


async def show_one(visit: Visit) -> Response[bytes]:
    """A version that waits, beside what it would replace."""
    return await _one(visit)


async def _one(visit: Visit, status: int = 200, no: No | None = None) -> Response[bytes]:
    found = await _waiting(visit, visit.args["id"])
    return visit.page(
        "console/proposal.html",
        status,
        found=found,
        own_sections=OWN_SECTIONS,
        names=await people(visit),
        form=visit.form,
        no=no,
        refusal=() if no is None else refusal(no, msgspec.to_builtins(found.programme), visit.words),
    )


async def _waiting(visit: Visit, number: str) -> Waiting:
    listed = (await visit.api.get(BASE, all="true"))["proposals"]
    view = next((one for one in listed if one["id"] == number), None)
    if view is None:
        raise Stop("nothing_here", 404, back=LIST)
    programme = msgspec.convert(view["programme"], Programme)
    versions = await publications(visit.house.pool, visit.program.id)
    base = next((one for one in versions if one.version == view["base"]), versions[-1] if versions else None)
    if view["state"] == "waiting":
        weighed = await _weighed(visit, programme)
    else:
        weighed = []
    old = base.definition if base else None
    newest = versions[-1].version if versions else 0
    return Waiting(
        view=view,
        programme=programme,
        base=base,
        tables=beside(visit, programme, old).tables(),
        clauses=tuple(one for one in clauses(visit, programme, old) if one.changed),
        changes=changes_told(weighed, programme, visit),
        differences=differences(old, programme),
        mine=visit.actor in (view["author"], *view["writers"]),
        stale=view["state"] == "waiting" and newest != view["base"],
    )


async def _weighed(visit: Visit, programme: Programme) -> list[dict[str, Any]]:
    """How the changes weigh today. Read here, since the interface plans by a method that auditors lack."""
    publisher = Publisher(visit.house.pool, visit.house.catalog)
    plan = await publisher.plan(programme, visit.now)
    found: list[dict[str, Any]] = msgspec.to_builtins(plan.changes)
    return found


async def approve(visit: Visit) -> Response[bytes]:
    """Publish what somebody else wrote."""
    number = visit.args["id"]
    visit.note(target=number)
    try:
        done = await visit.api.post(f"{BASE}/{number}/approve", {}, visit.key)
    except No as no:
        if no.ours or no.code == "proposal_unknown":
            raise
        return await _one(visit, no.status, no)
    return visit.go(f"/console/programme/versions/{done['version']}", "decide_published", told=done["told"])


async def decline(visit: Visit) -> Response[bytes]:
    """Say no, with a reason."""
    number = visit.args["id"]
    visit.note(target=number)
    try:
        await visit.api.post(f"{BASE}/{number}/decline", {"reason": visit.field("reason")}, visit.key)
    except No as no:
        if no.ours or no.code == "proposal_unknown":
            raise
        return await _one(visit, no.status, no)
    return visit.go(LIST, "decide_declined")


async def again(visit: Visit) -> Response[bytes]:
    """Begin a draft with what was proposed."""
    found = await _waiting(visit, visit.args["id"])
    visit.note(target=visit.args["id"])
    try:
        await visit.api.post(DRAFT, {"files": files_of(found.programme)}, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _one(visit, no.status, no)
    return visit.go("/console/programme/draft", "decide_begun")


async def decide_act(visit: Visit) -> Response[bytes]:
    """Approve or decline an act, such as a suggestion."""
    number, approving = visit.args["id"], visit.field("approve") == "yes"
    visit.note(target=number, approve=approving)
    body = {"approve": approving, "by": visit.actor, "reason": visit.field("reason")}
    try:
        done = await visit.api.post(f"/v1/proposals/{number}/decision", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _list(visit, no.status, no, number)
    return visit.go(LIST, "decide_act_yes" if approving else "decide_act_no", points=done["points"] or 0)


async def overrule(visit: Visit) -> Response[bytes]:
    """Give an inviter the points all the same, on evidence."""
    number = visit.args["number"]
    visit.note(target=number)
    points = visit.field("points").replace(",", "")
    body = {
        "points": int(points) if points.isdecimal() and points.isascii() and len(points) < 10 else 0,
        "by": visit.actor,
        "reason": visit.field("reason"),
        "evidence": visit.field("evidence"),
    }
    try:
        await visit.api.post(f"/v1/referrals/{number}/overrule", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _list(visit, no.status, no, number)
    return visit.go(LIST, "decide_overruled")


ROUTES = (
    get(LIST, "console.proposals", show, CONSOLE, key="waiting"),
    get(f"{LIST}/{{id}}", "console.proposal", show_one, CONSOLE, key="waiting"),
    post(f"{LIST}/{{id}}/approve", "console.proposal_approve", approve, APPROVER, key="waiting"),
    post(f"{LIST}/{{id}}/decline", "console.proposal_decline", decline, APPROVER, key="waiting"),
    post(f"{LIST}/{{id}}/draft", "console.proposal_draft", again, CLERKS, key="waiting"),
    post(f"{LIST}/acts/{{id}}", "console.act_decide", decide_act, CLERKS, key="waiting"),
    post(f"{LIST}/referrals/{{number}}", "console.referral_overrule", overrule, APPROVER, key="waiting"),
)

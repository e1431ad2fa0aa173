"""Corrections between two people: what waits, for whom it is, and what was decided."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.parties.roles import decides, writes
from jifen.site.console.overview import waited
from jifen.site.console.people import member_names, staff_names
from jifen.site.inside import No
from jifen.site.routing import APPROVER, CLERKS, CONSOLE, get, post
from jifen.site.visit import Visit

DECIDED = 30


async def show(visit: Visit) -> Response[bytes]:
    """What waits for a second person, and what was decided."""
    return await _page(visit)


async def decide(visit: Visit) -> Response[bytes]:
    """Approve a correction, which books it, or decline it with a reason."""
    of, approve = visit.args["id"], visit.field("decision") == "approve"
    visit.note(target=of, approve=approve)
    body = {"approve": approve, "reason": visit.field("reason")}
    try:
        made = await visit.api.post(f"/v1/adjustment-proposals/{of}/decision", body)
    except No as no:
        if no.ours:
            raise
        return await _page(visit, no, of)
    points = f"{made['points']:,}".replace("-", "−")
    if approve:
        return visit.go("/console/adjustments", "watch_approved", points=points, number=made["member"])
    return visit.go("/console/adjustments", "watch_declined")


async def limit(visit: Visit) -> Response[bytes]:
    """Say above how many points only an approver decides."""
    text = visit.field("approver_above").replace(",", "")
    visit.note(target="approver_above", points=text[:20])
    above = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
    try:
        await visit.api.put("/v1/adjustment-limit", {"approver_above": above})
    except No as no:
        if no.ours:
            raise
        return await _page(visit, no, "limit")
    return visit.go("/console/adjustments", "watch_limit", points=f"{above:,}")


async def _page(visit: Visit, no: No | None = None, of: str = "") -> Response[bytes]:
    waiting = await visit.api.get("/v1/adjustment-proposals")
    every = (await visit.api.get("/v1/adjustment-proposals", all="true"))["adjustments"]
    decided = [one for one in every if one["state"] in ("approved", "declined")][:DECIDED]
    shown = [*waiting["adjustments"], *decided]
    return visit.page(
        "console/adjustments.html",
        no.status if no else 200,
        waiting=[_waiting(visit, one) for one in waiting["adjustments"]],
        decided=decided,
        limit=waiting["approver_above"],
        people=await staff_names(visit),
        members=await member_names(visit, (one["member"] for one in shown)),
        no=no,
        of=of,
        said=visit.field("reason") if no else "",
        words_of_unit={one.code: visit.words.unit(one) for one in visit.program.units.values()},
    )


def _waiting(visit: Visit, one: dict[str, Any]) -> dict[str, Any]:
    """A correction with how long it has waited, and why this person may not decide it, if so."""
    if not writes(visit.role):
        hindrance = "reads"
    elif one["author"] == visit.actor:
        hindrance = "own"
    elif one["needs_approver"] and not decides(visit.role):
        hindrance = "above"
    else:
        hindrance = ""
    return {
        **one,
        "waited": waited(visit, datetime.fromisoformat(one["proposed_at"])),
        "hindrance": hindrance,
    }


ROUTES = (
    get("/console/adjustments", "console.adjustments", show, CONSOLE, key="adjustments"),
    post("/console/adjustments/limit", "console.adjustment_limit", limit, APPROVER, key="adjustments"),
    post("/console/adjustments/{id}", "console.adjustment_decide", decide, CLERKS, key="adjustments"),
)

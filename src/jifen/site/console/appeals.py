"""Appeals and the freezes in force: each with its evidence and its end, decided by a person."""

from datetime import datetime

from litestar import Response

from jifen.site.console.overview import waited
from jifen.site.console.people import member_names, staff_names
from jifen.site.inside import No
from jifen.site.routing import APPROVER, CONSOLE, get, post
from jifen.site.visit import Visit
from jifen.store.queries import q

LISTED = 50


async def show(visit: Visit) -> Response[bytes]:
    """What waits for a person, what is frozen, and what was decided."""
    return await _page(visit)


async def decide(visit: Visit) -> Response[bytes]:
    """Uphold an appeal, which lifts the freeze, or decline it; the member reads the reason."""
    of, uphold = visit.args["id"], visit.field("decision") == "uphold"
    visit.note(target=of, uphold=uphold)
    staff = visit.signed_in.staff
    body = {"uphold": uphold, "by": staff.name if staff else visit.actor, "reason": visit.field("reason")}
    try:
        decided = await visit.api.post(f"/v1/appeals/{of}/decision", body)
    except No as no:
        if no.ours:
            raise
        return await _page(visit, no, of)
    if decided["until"] is None:
        return visit.go("/console/appeals", "appeal_answered")
    return visit.go("/console/appeals", "watch_upheld" if uphold else "watch_kept")


async def _page(visit: Visit, no: No | None = None, of: str = "") -> Response[bytes]:
    pool, program = visit.house.pool, visit.program.id
    waiting = (await visit.api.get("/v1/appeals"))["appeals"]
    freezes = await pool.fetch(q("freezes_in_force"), program, visit.now, LISTED)
    decided = await pool.fetch(q("appeals_decided"), program, LISTED)
    return visit.page(
        "console/appeals.html",
        no.status if no else 200,
        waiting=[{**one, "waited": waited(visit, datetime.fromisoformat(one["made_at"]))} for one in waiting],
        freezes=freezes,
        decided=decided,
        members=await member_names(visit, (one["member"] for one in waiting)),
        people=await staff_names(visit),
        no=no,
        of=of,
        said=visit.field("reason") if no else "",
    )


ROUTES = (
    get("/console/appeals", "console.appeals", show, CONSOLE, key="appeals"),
    post("/console/appeals/{id}", "console.appeal_decide", decide, APPROVER, key="appeals"),
)

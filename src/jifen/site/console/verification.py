"""Verification: the last proof of the books with what it found, the daily roots, and a proof now."""

from litestar import Response

from jifen.site.console.people import staff_names
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Visit


async def show(visit: Visit) -> Response[bytes]:
    """The newest proof, or one of before; the part that changes is asked for again while a proof runs."""
    found = await visit.api.get("/v1/verifications")
    proofs = found["proofs"]
    asked = visit.query("proof")
    chosen = next((one for one in proofs if one["id"] == asked), proofs[0] if proofs else None)
    answer = visit.page(
        "console/verification.html",
        block="proof" if visit.partial else "",
        waiting=found["waiting"],
        proof=chosen,
        proofs=proofs,
        roots=found["roots"],
        people=await staff_names(visit),
    )
    if visit.partial and not found["waiting"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


async def prove(visit: Visit) -> Response[bytes]:
    """Ask for a proof now; the jobs beside the server make it."""
    await visit.api.post("/v1/verifications", {})
    return visit.go("/console/verification", "watch_asked")


ROUTES = (
    get("/console/verification", "console.verification", show, CONSOLE, key="verification"),
    post("/console/verification", "console.prove", prove, CLERKS, key="verification"),
)

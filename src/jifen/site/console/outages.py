"""Outages: a fault is declared, nothing lapses in it, and who is concerned gets what was published."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.pages.naming import said_in
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Visit
from jifen.values.periods import zone


async def show(visit: Visit) -> Response[bytes]:
    """The outages there were, and the one that lasts."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, refused: No | None = None) -> Response[bytes]:
    program = visit.program
    rules = program.rules_at(visit.now)
    remedies = rules.definition.remedies if rules else {}
    named = {code: said_in(visit.words, one.title, one.title_en) for code, one in remedies.items()}
    rows: list[dict[str, Any]] = (await visit.api.get("/v1/outages"))["outages"]
    for row in rows:
        row["named"] = named.get(row["remedy"], row["remedy"])
        merchant = program.merchants.get(row["merchant"] or "")
        row["where"] = merchant.name if merchant else ""
    return visit.page(
        "console/outages.html",
        status,
        rows=rows[::-1],
        remedies=list(named.items()),
        merchants=[
            ("", visit.words.t("run.everywhere")),
            *((m.code, m.name) for m in program.merchants.values()),
        ],
        refused=refused,
        form=visit.form,
        now=visit.now.astimezone(zone(program.zone)),
    )


async def declare(visit: Visit) -> Response[bytes]:
    """Declare an outage with the remedy that was published for it."""
    visit.note(target=visit.field("remedy"), merchant=visit.field("merchant"))
    body = {
        "since": _instant(visit, "since"),
        "until": _instant(visit, "until"),
        "merchant": visit.field("merchant") or None,
        "remedy": visit.field("remedy"),
        "text": visit.field("text"),
        "text_en": visit.field("text_en"),
    }
    try:
        await visit.api.post("/v1/outages", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _shown(visit, no.status, no)
    return visit.go("/console/outages", "outage_declared")


async def close(visit: Visit) -> Response[bytes]:
    """Say that an outage is over, now."""
    visit.note(target=visit.args["id"])
    try:
        await visit.api.post(f"/v1/outages/{visit.args['id']}/close", {})
    except No as no:
        if no.ours:
            raise
        return await _shown(visit, no.status, no)
    return visit.go("/console/outages", "outage_closed")


def _instant(visit: Visit, name: str) -> str | None:
    """The time of a field in the programme's zone; as it was typed where it is none, so that it is named."""
    text = visit.field(name)
    try:
        return (
            datetime.fromisoformat(text).replace(tzinfo=zone(visit.program.zone)).isoformat()
            if text
            else None
        )
    except ValueError:
        return text


ROUTES = (
    get("/console/outages", "console.outages", show, CONSOLE, "outages"),
    post("/console/outages", "console.outage_declare", declare, CLERKS, "outages"),
    post("/console/outages/{id}/close", "console.outage_close", close, CLERKS, "outages"),
)

"""The audit log: who did what, when, to whom, and whether the log itself is whole."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from litestar import Response

from jifen.site.console.people import STAFF, staff_names
from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.values.periods import zone

ON_A_PAGE = 50
ASKED = ("actor", "action", "target", "day")


async def show(visit: Visit) -> Response[bytes]:
    """Lines, newest first, by person, action, thing and day; `prove=1` checks the whole chain."""
    asked = {name: visit.query(name).strip() for name in ASKED}
    filters: dict[str, Any] = {name: asked[name] for name in ("actor", "action", "target") if asked[name]}
    wrong_day = False
    if asked["day"]:
        try:
            since = datetime.fromisoformat(asked["day"]).replace(tzinfo=zone(visit.program.zone))
            filters |= {"since": since, "until": since + timedelta(days=1)}
        except ValueError:
            wrong_day = True
    text = visit.query("before")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    audit = visit.reception.audit
    lines = list(await audit.page(visit.program.id, before, ON_A_PAGE + 1, filters))
    fault = await audit.fault(visit.program.id) if visit.query("prove") else None
    kept = {name: value for name, value in asked.items() if value}
    more = len(lines) > ON_A_PAGE
    names = {label.removeprefix(STAFF): name for label, name in (await staff_names(visit)).items()}
    return visit.page(
        "console/audit.html",
        lines=lines[:ON_A_PAGE],
        names=names,
        asked=asked,
        wrong_day=wrong_day,
        fault=fault,
        filtered=bool(kept),
        newer=f"?{urlencode(kept)}" if before else "",
        older=f"?{urlencode({**kept, 'before': lines[ON_A_PAGE - 1].no})}" if more else "",
        prove=f"?{urlencode({**kept, 'prove': 1})}",
    )


ROUTES = (get("/console/audit", "console.audit", show, CONSOLE, "audit"),)

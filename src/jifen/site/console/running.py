"""Jobs and what goes out: which daily jobs are done, what waits for delivery, what was given up."""

import json
from typing import Any

from litestar import Response

from jifen.site.routing import CONSOLE, get
from jifen.site.visit import Visit
from jifen.store.queries import q

DAYS = 14


async def show(visit: Visit) -> Response[bytes]:
    """The jobs of the last days with what each did; messages and webhooks that wait or are dead."""
    pool, program = visit.house.pool, visit.program
    runs = await pool.fetch(q("site_job_runs"), program.id, DAYS)
    return visit.page(
        "console/jobs.html",
        runs=[{**dict(run), "told": _told(run["outcome"])} for run in runs],
        counts=await pool.fetchrow(q("message_counts"), program.id, visit.now),
        hooks=(await visit.api.get("/v1/webhooks"))["webhooks"],
        days=DAYS,
    )


def _told(outcome: str) -> list[tuple[str, Any]]:
    """What a job says of itself: counts by name."""
    try:
        found = json.loads(outcome)
    except ValueError:
        return [("", outcome)]
    return list(found.items()) if isinstance(found, dict) else [("", found)]


ROUTES = (get("/console/jobs", "console.jobs", show, CONSOLE, "jobs"),)

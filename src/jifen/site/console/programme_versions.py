"""Versions: all that was published, what each changed, who wrote and approved it, and who was told."""

from collections.abc import Sequence

import msgspec
from litestar import Response

from jifen.programs.difference import Difference, differences
from jifen.programs.publications import Publication, publications
from jifen.site.console.programme_draft import OWN_SECTIONS, beside, changes_told, clauses, people
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit

LIST = "/console/programme/versions"


async def show(visit: Visit) -> Response[bytes]:
    """All versions, newest first."""
    said = await visit.api.get("/v1/programmes/publications")
    return visit.page(
        "console/programme_versions.html", versions=said["publications"], names=await people(visit)
    )


async def show_one(visit: Visit) -> Response[bytes]:
    """A version beside the one before."""
    return await _one(visit)


async def _one(visit: Visit, status: int = 200, no: No | None = None) -> Response[bytes]:
    versions = await publications(visit.house.pool, visit.program.id)
    one, before = _found(versions, visit.args["version"])
    seen = await visit.api.get(f"/v1/programmes/publications/{one.version}")
    laid = beside(visit, one.definition, before.definition if before else None)
    changes = msgspec.to_builtins(one.changes)
    return visit.page(
        "console/programme_version.html",
        status,
        one=one,
        view=seen["publication"],
        notices=seen["notices"],
        before=before,
        tables=laid.tables(),
        clauses=[
            part
            for part in clauses(visit, one.definition, before.definition if before else None)
            if part.changed
        ],
        changes=changes_told(changes, one.definition, visit),
        differences=raw(before, one) if before else (),
        names=await people(visit),
        own_sections=OWN_SECTIONS,
        newest=one.version == versions[-1].version,
        no=no,
    )


def raw(before: Publication, one: Publication) -> tuple[Difference, ...]:
    """Every field that differs."""
    return differences(before.definition, one.definition)


def _found(versions: Sequence[Publication], number: str) -> tuple[Publication, Publication | None]:
    place = next((at for at, one in enumerate(versions) if str(one.version) == number), None)
    if place is None:
        raise Stop("nothing_here", 404, back=LIST)
    return versions[place], versions[place - 1] if place else None


async def withdraw(visit: Visit) -> Response[bytes]:
    """Take back a version that does not hold yet."""
    number = visit.args["version"]
    visit.note(target=number)
    try:
        done = await visit.api.post(f"/v1/programmes/publications/{number}/withdraw", {}, visit.key)
    except No as no:
        if no.ours or no.code == "version_unknown":
            raise
        return await _one(visit, no.status, no)
    return visit.go(f"{LIST}/{done['version']}", "decide_withdrawn", version=number)


ROUTES = (
    get(LIST, "console.versions", show, CONSOLE, key="programme"),
    get(f"{LIST}/{{version}}", "console.version", show_one, CONSOLE, key="programme"),
    post(f"{LIST}/{{version}}/withdraw", "console.version_withdraw", withdraw, CLERKS, key="programme"),
)

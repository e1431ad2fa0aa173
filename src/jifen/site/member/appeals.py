"""Objections: to an entry or to a freeze; a person looks at each, and says why."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.pages.reading import read_entry
from jifen.pages.rows import Row, row_of
from jifen.site.inside import No
from jifen.site.member.me_refusing import Refused, refused, refused_here
from jifen.site.member.own import wallet_of
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit

APPEALS = "/m/me/appeals"
SAID_MOST = 500
DIGITS_MOST = 9


async def show(visit: Visit) -> Response[bytes]:
    """What was objected to and what came of it; the form, where there is something to object to."""
    return await _shown(visit)


async def _shown(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    about = await _about(visit)
    member = await visit.api.get(visit.mine)
    appeals = (await visit.api.get(f"{visit.mine}/appeals"))["appeals"]
    until = member["frozen_until"]
    frozen = until if until and datetime.fromisoformat(until) > visit.now else None
    return visit.page(
        "member/me_appeals.html",
        status,
        back="/m/me",
        no=no,
        form=visit.form,
        about=about,
        frozen=frozen,
        appeals=[{**one, "row": await _row(visit, one["entry"])} for one in appeals],
        waits=any(
            one["state"] == "waiting" and (one["entry"] == about.no if about else one["until"])
            for one in appeals
        ),
        most=SAID_MOST,
    )


async def _about(visit: Visit) -> Row | None:
    text = visit.field("entry") or visit.query("entry")
    if not text:
        return None
    row = None
    if text.isascii() and text.isdigit() and 0 < len(text) <= DIGITS_MOST:
        row = await _row(visit, int(text))
    if row is None:
        raise Stop("nothing_here", 404, APPEALS)
    return row


async def _row(visit: Visit, no: int) -> Row | None:
    seen = await read_entry(visit.house.pool, visit.house.catalog, wallet_of(visit), no)
    return row_of(seen, seen.entries[0], visit.words, dated=True) if seen else None


async def file(visit: Visit) -> Response[bytes]:
    """Object, in one's own words."""
    said = visit.field("said")
    if not said or len(said) > SAID_MOST:
        return await _shown(visit, refused_here(visit, "no_said", most=SAID_MOST), 422)
    about = await _about(visit)
    body: dict[str, Any] = {"said": said}
    if about is not None:
        body["entry"] = about.no
    try:
        made = await visit.api.post(f"{visit.mine}/appeals", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=made["id"], entry=made["entry"])
    return visit.go(APPEALS, "appeal_filed")


ROUTES = (
    get(APPEALS, "member.appeals", show, MEMBER, key="me"),
    post(APPEALS, "member.appeal", file, MEMBER, key="me"),
)

"""Reporting: bills that this till kept while it had no network, booked as of when they were."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Response

from jifen.parties.codes import card_number
from jifen.site.inside import No
from jifen.site.till.bill import Asked
from jifen.site.till.goods import Unread
from jifen.site.till.refusing import refused, unread
from jifen.site.visit import Visit


class Answered(msgspec.Struct, frozen=True):
    """What the till is told: booked, refused (it is told once and kept no longer), or later (try again)."""

    state: str
    said: str = ""
    points: int = 0


async def pulse(visit: Visit) -> Response[bytes]:
    """That the network is there and who is signed in still is."""
    return _json(Answered("here"))


async def report(visit: Visit) -> Response[bytes]:
    """Book one kept bill. Its own key makes a report that comes twice the same bill."""
    asked = Asked(amount=visit.field("amount"), lines=visit.field("lines"))
    try:
        goods = asked.goods
    except Unread as wrong:
        return _json(Answered("refused", unread(visit, wrong).title.unescape()))
    if goods is None:
        return _json(Answered("refused", visit.words.t("till.unread.amount", what="", place=0).unescape()))
    person = visit.field("member")
    whose = {"card": person} if card_number(person) is not None else {"member": person}
    at = _at(visit)
    body: dict[str, Any] = {
        **whose,
        **goods,
        "store": visit.field("store"),
        "at": at.isoformat(),
        "till": visit.field("till"),
        "sequence": int(visit.field("sequence")) if visit.field("sequence").isdigit() else 0,
    }
    visit.note(store=visit.field("store"), till=visit.field("till"), sequence=visit.field("sequence"))
    try:
        told = await visit.api.post("/v1/offline-bills", body, f"off-{visit.key}")
    except No as no:
        if no.ours or no.retry:
            return _json(Answered("later", no.detail), 503)
        return _json(Answered("refused", refused(visit, no).title.unescape()))
    visit.note(target=told["id"])
    unit = visit.program.rules_at(visit.now)
    points = told["earned"].get(unit.definition.unit, 0) if unit else 0
    return _json(Answered("booked", points=points))


def _at(visit: Visit) -> datetime:
    """When the bill was, by the till: the same for every repeat. A test clock that stands holds it back."""
    try:
        at = datetime.fromisoformat(visit.field("at"))
    except ValueError:
        return visit.now
    if at.tzinfo is None:
        return visit.now
    stands_at = visit.program.test_clock
    return at.astimezone(UTC) if stands_at is None else min(at, stands_at).astimezone(UTC)


def _json(answer: Answered, status: int = 200) -> Response[bytes]:
    headers = {"Cache-Control": "no-store"}
    return Response(
        msgspec.json.encode(answer), status_code=status, media_type="application/json", headers=headers
    )

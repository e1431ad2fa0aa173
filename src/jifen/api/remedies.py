"""Outages declared and closed, with what they give."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.asking import utc
from jifen.api.bodies import FactKey, Instant, Name
from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.problems import Fault, Problem, invalid, refused
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.parties.programs import Outage, Program
from jifen.programs.linter.linting import lint
from jifen.programs.remedies import outage_id, outage_of, remedy_at
from jifen.store.queries import q
from jifen.values.ids import Id, parse_id

LONGEST_AGO = timedelta(days=366)
"""An outage that began longer ago is a mistake in the year: points of then are settled otherwise."""

PublicText = Annotated[str, Meta(min_length=1, max_length=500)]


class NewOutage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault of the whole programme or of one merchant. until: when it ended; left out while it lasts.

    remedy: one that the rules publish. text, text_en: what members read of it, which the linter reads too.
    """

    key: FactKey | None = None
    since: Instant
    until: Instant | None = None
    merchant: Name | None = None
    remedy: Name
    text: PublicText
    text_en: Annotated[str, Meta(max_length=500)] = ""


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the outage ended; by default now."""

    until: Instant | None = None


class OutageView(msgspec.Struct, frozen=True, kw_only=True):
    """An outage. points: given once to each member whom it concerns; extend_days: beside the time it took.

    settled_at: when all had got what it gives; null: it lasts, or the job is at it.
    """

    id: UUID
    merchant: str | None
    since: datetime
    until: datetime | None
    remedy: str
    unit: str
    points: int
    extend_days: int
    text: str
    text_en: str
    declared_by: str
    declared_at: datetime
    settled_at: datetime | None = None


class Outages(msgspec.Struct, frozen=True):
    """All outages, in the order in which they began."""

    outages: tuple[OutageView, ...]


_new = msgspec.json.Decoder(NewOutage)
_closing = msgspec.json.Decoder(Closing)
_encode = msgspec.json.Encoder().encode


async def declare(call: Call) -> Reply:
    """Declare an outage: from now on nothing lapses in it. Declared again, it is the same one."""
    call.query()
    body = read(_new, await call.json())
    call.key(body.key)
    asking = call.asking
    since, until = utc(body.since, "since"), None if body.until is None else utc(body.until, "until")
    if not asking.now - LONGEST_AGO <= since <= asking.now:
        raise invalid("since", since.isoformat(), "is not within the last 366 days: send when it began")
    _check_end(since, until, asking.now)
    check_text("text", body.text)
    check_text("text_en", body.text_en)
    merchant = None if body.merchant is None else asking.merchant_called(body.merchant)
    found = remedy_at(asking.program, body.remedy, asking.now)
    if isinstance(found, Refusal):
        raise refused(found)
    remedy, unit = found
    of = outage_id(asking.program.id, merchant.id if merchant else None, since)
    made = Outage(
        of,
        merchant.id if merchant else None,
        since,
        until,
        body.remedy,
        unit,
        remedy.points,
        remedy.extend_days,
        body.text,
        body.text_en,
        asking.owner.label,
        asking.now,
        None if until is None else asking.now,
    )
    program = await call.house.catalog.declare_outage(asking.program.id, made)
    stands = outage_of(program, of)
    assert stands is not None
    _must_agree(stands, body, until)
    status = 201 if stands.declared_at == asking.now and stands == made else 200
    return Reply(status, _encode(await _view(call, program, stands)))


def _must_agree(stands: Outage, body: NewOutage, until: datetime | None) -> None:
    """Refuse another remedy, text or end of what was declared before."""
    for field, value, known in (
        ("remedy", body.remedy, stands.remedy),
        ("text", body.text, stands.text),
        ("text_en", body.text_en, stands.text_en),
        ("until", until or stands.until, stands.until),
    ):
        if value != known:
            said = (
                f"differs from {str(known or 'none')!r}, which was declared: that stands, or close the outage"
            )
            raise invalid(field, str(value), said, "already_exists")


async def close(call: Call) -> Reply:
    """Say when an outage ended. An earlier end stands, and another one is refused."""
    call.query()
    body = read(_closing, await call.json())
    asking = call.asking
    try:
        of: Id | None = parse_id(call.args["id"])
    except ValueError:
        of = None
    program = await call.house.catalog.refresh(asking.program.id)
    known = None if of is None else outage_of(program, of)
    if known is None:
        raise invalid("id", call.args["id"], "is no outage of this programme: check it", "remedy_unknown")
    until = asking.now if body.until is None else utc(body.until, "until")
    if known.until is None:
        _check_end(known.since, until, asking.now)
        program, _ = await call.house.catalog.close_outage(program.id, known.id, until, asking.now)
        known = outage_of(program, known.id)
        assert known is not None
    if body.until is not None and known.until != until:
        said = f"differs from {known.until}, when the outage was said to have ended: that stands"
        raise invalid("until", until.isoformat(), said, "already_exists")
    return shown(await _view(call, program, known))


def _check_end(since: datetime, until: datetime | None, now: datetime) -> None:
    if until is not None and not since < until <= now:
        said = "does not lie between its begin and now: send when it ended, or leave it out while it lasts"
        raise invalid("until", until.isoformat(), said)


def check_text(field: str, text: str) -> None:
    """Refuse a text for members that says what the law forbids (COMPLIANCE R02)."""
    found = lint(text, "en" if field.endswith("_en") else "zh", path=field)
    errors = [one for one in found if one.severity == "error"]
    if errors:
        faults = tuple(Fault(field, text[:80], f"{one.what}: {one.remedy} [{one.source}]") for one in errors)
        raise Problem("invalid_request", f"{field}: {errors[0].what}: {errors[0].remedy}", faults)


async def every(call: Call) -> Reply:
    """All outages."""
    call.query()
    program = await call.house.catalog.refresh(call.asking.program.id)
    settled = await _settled(call)
    return shown(Outages(tuple(_shown(program, one, settled.get(one.id)) for one in program.outages)))


async def _settled(call: Call) -> dict[Id, datetime]:
    rows = await call.house.pool.fetch(q("outage_settled"), call.asking.program.id)
    return {row["id"]: row["settled_at"] for row in rows}


async def _view(call: Call, program: Program, outage: Outage) -> OutageView:
    return _shown(program, outage, (await _settled(call)).get(outage.id))


def _shown(program: Program, outage: Outage, settled: datetime | None) -> OutageView:
    return OutageView(
        id=outage.id,
        merchant=program.merchants_by_id[outage.merchant].code if outage.merchant else None,
        since=outage.since,
        until=outage.until,
        remedy=outage.remedy,
        unit=outage.unit,
        points=outage.points,
        extend_days=outage.extend_days,
        text=outage.text,
        text_en=outage.text_en,
        declared_by=outage.declared_by,
        declared_at=outage.declared_at,
        settled_at=settled,
    )


ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/v1/outages",
        name="declare_outage",
        summary="Declare an outage, in which no points lapse",
        handle=declare,
        who="operator",
        body=NewOutage,
        answer=OutageView,
        statuses=(201, 200),
        key=True,
        codes=("already_exists", "merchant_unknown", Code.REMEDY_UNKNOWN, "key_missing", "key_differs"),
    ),
    Route(
        method="POST",
        path="/v1/outages/{id}/close",
        name="close_outage",
        summary="Say when an outage ended, so that its remedy is given",
        handle=close,
        who="operator",
        body=Closing,
        answer=OutageView,
        codes=("already_exists", Code.REMEDY_UNKNOWN),
    ),
    Route(
        method="GET",
        path="/v1/outages",
        name="list_outages",
        summary="All outages, with what they give",
        handle=every,
        who="operator",
        answer=Outages,
    ),
)

"""Corrections that two people make: one proposes with evidence, another decides; only then it is booked."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api import bodies
from jifen.api.answers import answered
from jifen.api.asking import second_wanted
from jifen.api.bodies import FactKey, Name, Number, Said
from jifen.api.calls import Call
from jifen.api.drafting import Head, content_of
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem, invalid
from jifen.api.reads import shown
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.refusals import Code
from jifen.engine.command import Receipt
from jifen.parties.roles import decides
from jifen.programs.operating import Adjust
from jifen.store.queries import q
from jifen.values.ids import WalletId, hashed_id, parse_id
from jifen.values.points import POINTS_MAX

SOURCE = "adjustments"
"""The source of the entries that come of proposals; their key is the proposal's id."""

PAGE = 200


class NewAdjustment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A correction that somebody wants: points in, or (negative) out, with the reason and what shows it."""

    key: FactKey | None = None
    member: Number
    points: Annotated[int, Meta(ge=-POINTS_MAX, le=POINTS_MAX, description="Whole points, not 0.")]
    reason: Said
    evidence: Said
    unit: Name | None = None


class AdjustmentDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the second person decided; whoever declines says why."""

    approve: bool
    reason: Annotated[str, Meta(max_length=2000)] = ""


class AdjustmentLimit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Corrections of more points than this are for an approver."""

    approver_above: Annotated[int, Meta(ge=0, le=POINTS_MAX)]


class AdjustmentView(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed correction. needs_approver: it is above the programme's limit. no: the entry it became.

    state booking: approved, and not yet known to be in the books; approve it again.
    """

    id: UUID
    member: str
    unit: str
    points: int
    reason: str
    evidence: str
    author: str
    proposed_at: datetime
    needs_approver: bool
    state: Literal["waiting", "booking", "approved", "declined"]
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision: str = ""
    no: int | None = None


class AdjustmentsView(msgspec.Struct, frozen=True, kw_only=True):
    """Proposed corrections, and above how many points one is for an approver."""

    adjustments: tuple[AdjustmentView, ...]
    approver_above: int


_new = msgspec.json.Decoder(NewAdjustment)
_decision = msgspec.json.Decoder(AdjustmentDecision)
_limit = msgspec.json.Decoder(AdjustmentLimit)
_encode = msgspec.json.Encoder().encode


async def propose(call: Call) -> Reply:
    """Propose a correction. Nothing is booked; the same key again answers the same proposal."""
    call.query()
    body = read(_new, await call.json())
    for field in ("reason", "evidence"):
        if not getattr(body, field).strip():
            raise invalid(field, "", "says nothing: write it in words, since the second person reads it")
    if body.points == 0:
        raise invalid("points", 0, "is nothing: send points to add, or negative ones to take")
    asking = call.asking
    key = call.key(body.key)
    wallet = (await call.house.members.wallets(asking.program.id, [body.member])).get(body.member)
    if wallet is None:
        said = "is no member of this programme: check the number, or enrol the member"
        raise invalid("member", body.member, said, "member_unknown")
    made = hashed_id("adjustment", str(asking.program.id), asking.owner.label, key)
    asked = (body.member, asking.unit(body.unit, asking.now), body.points, body.reason, body.evidence)
    number, unit, points, reason, evidence = asked
    await call.house.pool.execute(
        q("adjustment_add"), asking.program.id, made, wallet, number, unit, points, reason, evidence,
        asking.owner.label, asking.now,
    )  # fmt: skip
    row = await _row(call, made)
    if tuple(row[field] for field in ("number", "unit", "points", "reason", "evidence")) != asked:
        raise Problem(Code.KEY_REUSED, f"key {key!r} names another proposal: send this one under a new key")
    return Reply(201, _encode(_view(row)))


async def decide(call: Call) -> Reply:
    """Approve, which books it, or decline. What was decided stays; the same decision is answered again."""
    call.query()
    body = read(_decision, await call.json())
    try:
        of = parse_id(call.args["id"])
    except ValueError:
        raise _unknown(call.args["id"]) from None
    row = await _row(call, of)
    _may_decide(call, row)
    return await (_approve(call, row, body) if body.approve else _decline(call, row, body))


def _may_decide(call: Call, row: Any) -> None:
    """Refuse the author, and above the limit whoever is no approver."""
    owner = call.asking.owner
    if row["author"] == owner.label:
        raise Problem(
            "own_approval",
            f"{owner.label} proposed this correction: somebody else decides it",
            facts={"author": row["author"]},
        )
    if abs(row["points"]) > row["approver_above"] and not decides(owner.role):
        raise second_wanted(f"a correction of more than {row['approver_above']} points", owner.role)


async def _approve(call: Call, row: Any, body: AdjustmentDecision) -> Reply:
    asking, pool = call.asking, call.house.pool
    program, of = asking.program.id, row["id"]
    if row["state"] == "declined":
        raise _decided(row)
    await pool.execute(q("adjustment_take"), program, of, asking.owner.label, asking.now, body.reason)
    row = await _row(call, of)
    if row["state"] == "declined":
        raise _decided(row)
    if row["state"] == "booking":
        answer = await call.house.engine.submit(_command(call, row))
        if not isinstance(answer, Receipt):
            await pool.execute(q("adjustment_back"), program, of)
            status, content = answered(answer)
            return Reply(status, content, CONTENT_TYPE)
        await pool.execute(q("adjustment_booked"), program, of, answer.no)
        row = await _row(call, of)
    return shown(_view(row))


def _command(call: Call, row: Any) -> Adjust:
    """The correction as the books take it, the same however often it is approved."""
    head = Head(call.asking, SOURCE, str(row["id"]))
    fact = bodies.Adjustment(
        member=row["number"], points=row["points"], reason=row["reason"], unit=row["unit"]
    )
    content = content_of(fact, None, proposed_by=row["author"])
    return Adjust(
        **head.common(WalletId(row["wallet"]), None, content), unit=row["unit"], points=row["points"]
    )


async def _decline(call: Call, row: Any, body: AdjustmentDecision) -> Reply:
    if not body.reason.strip():
        raise invalid("reason", body.reason, "says nothing: whoever proposed it reads why, write it in words")
    asking = call.asking
    of = row["id"]
    await call.house.pool.execute(
        q("adjustment_decline"), asking.program.id, of, asking.owner.label, asking.now, body.reason
    )
    row = await _row(call, of)
    if row["state"] != "declined":
        raise _decided(row)
    return shown(_view(row))


async def listed(call: Call) -> Reply:
    """Those that wait, oldest first; with `all` the decided ones too, newest first."""
    query = call.query("all", "member")
    program = call.asking.program.id
    every = query.get("all", "false")
    if every not in ("true", "false"):
        raise invalid("all", every, "is neither: send true or false")
    rows = await call.house.pool.fetch(
        q("adjustment_list"), program, every == "true", query.get("member"), PAGE
    )
    above = await call.house.pool.fetchval(q("adjustment_limit"), program)
    return shown(AdjustmentsView(adjustments=tuple(map(_view, rows)), approver_above=above))


async def limit(call: Call) -> Reply:
    """Say above how many points a correction is for an approver."""
    call.query()
    body = read(_limit, await call.json())
    await call.house.pool.execute(q("adjustment_limit_set"), call.asking.program.id, body.approver_above)
    return shown(body)


async def _row(call: Call, of: UUID) -> Any:
    row = await call.house.pool.fetchrow(q("adjustment_get"), call.asking.program.id, of)
    if row is None:
        raise _unknown(str(of))
    return row


def _unknown(of: str) -> Problem:
    return invalid("id", of, "is no id of a proposed correction of this programme", "proposal_unknown")


def _decided(row: Any) -> Problem:
    said = f"the correction was decided by {row['decided_by']}: it is {row['state']}, and that stands"
    return Problem("proposal_decided", said, facts={"state": row["state"]})


def _view(row: Any) -> AdjustmentView:
    plain = ("id", "unit", "points", "reason", "evidence", "author", "proposed_at", "state")
    decided = ("decided_by", "decided_at", "decision", "no")
    return AdjustmentView(
        member=row["number"],
        needs_approver=abs(row["points"]) > row["approver_above"],
        **{field: row[field] for field in (*plain, *decided)},
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/adjustment-proposals",
        name="propose_adjustment",
        summary="Propose a correction that a second person decides",
        handle=propose,
        who="operator",
        body=NewAdjustment,
        answer=AdjustmentView,
        statuses=(201,),
        key=True,
        codes=("member_unknown", Code.UNIT_UNKNOWN, Code.KEY_REUSED, "key_missing", "key_differs"),
    ),
    Route(
        method="GET",
        path="/v1/adjustment-proposals",
        name="list_adjustment_proposals",
        summary="Corrections that wait for a second person",
        handle=listed,
        who="operator",
        answer=AdjustmentsView,
        query=(
            Parameter("all", {"type": "boolean", "default": False}, "Those that were decided too."),
            Parameter("member", {"type": "string"}, "Only this member's."),
        ),
    ),
    Route(
        method="POST",
        path="/v1/adjustment-proposals/{id}/decision",
        name="decide_adjustment",
        summary="Approve a correction that somebody else proposed, which books it, or decline it",
        handle=decide,
        who="operator",
        body=AdjustmentDecision,
        answer=AdjustmentView,
        codes=(
            "proposal_unknown", "proposal_decided", "own_approval", Code.INSUFFICIENT_POINTS,
            Code.POINTS_OVERFLOW, "busy",
        ),
    ),
    Route(
        method="PUT",
        path="/v1/adjustment-limit",
        name="set_adjustment_limit",
        summary="Say above how many points a correction is for an approver",
        handle=limit,
        who="operator",
        duty="approve",
        body=AdjustmentLimit,
        answer=AdjustmentLimit,
    ),
)  # fmt: skip

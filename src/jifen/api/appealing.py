"""Appeals against a freeze or an entry: made by a member, decided by a person, with the reason (S17, R10)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.answers import answered
from jifen.api.asking import entry_unknown
from jifen.api.bodies import FactKey, Said
from jifen.api.calls import Call
from jifen.api.drafting import Head
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem, invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Receipt
from jifen.messages.outbox import Message, put
from jifen.risk.freezing import Unfreeze
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of, hashed_id, parse_id

PAGE = 200
LIFTED = "成立,已恢复使用"
OUTCOMES = {"upheld": "成立", "declined": "不成立"}
"""What members are told; of a freeze that was lifted a little more."""


class NewAppeal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the member objects to the freeze that is in force, or to the entry of that number."""

    key: FactKey | None = None
    said: Said
    entry: Annotated[int, Meta(ge=1, lt=2**31 - 1)] | None = None


class AppealDecision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person decided. by: who; reason: in words that the member reads."""

    uphold: bool
    by: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: Said


class AppealView(msgspec.Struct, frozen=True, kw_only=True):
    """An appeal with the number of the entry that it is about.

    frozen_for, evidence, until: of the freeze that the entry was; null, where it was none.
    """

    id: UUID
    member: str | None
    entry: int
    said: str
    made_at: datetime
    frozen_for: str | None
    evidence: str | None
    until: datetime | None
    state: Literal["waiting", "upheld", "declined"]
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


class Appeals(msgspec.Struct, frozen=True):
    """Appeals: those that wait for a person, oldest first, or all of one member, newest first."""

    appeals: tuple[AppealView, ...]


_new = msgspec.json.Decoder(NewAppeal)
_decision = msgspec.json.Decoder(AppealDecision)
_encode = msgspec.json.Encoder().encode


async def appeal(call: Call) -> Reply:
    """Object to the freeze in force, or to an entry. The same key again answers the same appeal."""
    call.query()
    body = read(_new, await call.json())
    _must_say("said", body.said)
    asking = call.asking
    key = call.key(body.key)
    wallet = await wallet_in_path(call)
    made = hashed_id("appeal", str(asking.program.id), asking.owner.label, key)
    pool = call.house.pool
    if await _row(call, made) is None:
        about = await _freeze(call, wallet) if body.entry is None else await _entry(call, wallet, body.entry)
        await pool.execute(
            q("appeal_add"),
            cell_of(made),
            made,
            asking.program.id,
            wallet,
            about,
            body.said,
            asking.now,
        )
    row = await _row(call, made)
    assert row is not None
    same = body.entry in (None, row["frozen_by"])
    if not same or (row["wallet"], row["said"]) != (wallet, body.said):
        raise Problem(Code.KEY_REUSED, f"key {key!r} names another appeal: send this one under a new key")
    return Reply(201, _encode(_view(row)))


async def _freeze(call: Call, wallet: WalletId) -> int:
    """The number of the entry by which the freeze in force began."""
    freeze = await call.house.pool.fetchrow(q("freeze_newest"), cell_of(wallet), wallet)
    found = await call.house.pool.fetchrow(q("api_wallet"), cell_of(wallet), wallet)
    until = None if found is None else found["frozen_until"]
    if freeze is None or until is None or until <= call.asking.now:
        raise Problem(
            Code.WALLET_NOT_FROZEN,
            "no freeze is in force: to object to something else, name the number of its entry",
        )
    no: int = freeze["no"]
    return no


async def _entry(call: Call, wallet: WalletId, no: int) -> int:
    """The number of an entry that is there."""
    rows = await call.house.pool.fetch(q("api_entries"), cell_of(wallet), wallet, no + 1, None, 1)
    if not rows or rows[0]["no"] != no:
        raise entry_unknown("entry")
    return no


async def decide(call: Call) -> Reply:
    """Decide: where it is upheld the freeze is lifted, and the member is told either way."""
    call.query()
    body = read(_decision, await call.json())
    for field in ("by", "reason"):
        _must_say(field, getattr(body, field))
    try:
        of = parse_id(call.args["id"])
    except ValueError:
        raise _unknown(call.args["id"]) from None
    row = await _row(call, of)
    if row is None:
        raise _unknown(str(of))
    wanted = "upheld" if body.uphold else "declined"
    if row["state"] == "waiting":
        if body.uphold and (problem := await _lifted(call, row)) is not None:
            return problem
        await call.house.pool.execute(
            q("appeal_decide"), cell_of(of), of, wanted, call.asking.now, body.by, body.reason
        )
        row = await _row(call, of)
        assert row is not None
    if row["state"] != wanted:
        said = f"the appeal was {row['state']} by {row['decided_by']}: that stands"
        raise Problem("proposal_decided", said)
    await _tell(call, row)
    return shown(_view(row))


async def _lifted(call: Call, row: Any) -> Reply | None:
    """Lift the freeze that the appeal is about, where it still holds; the problem where that failed."""
    wallet = WalletId(row["wallet"])
    newest = await call.house.pool.fetchrow(q("freeze_newest"), cell_of(wallet), wallet)
    if newest is None or newest["no"] != row["frozen_by"]:
        return None
    asking = call.asking
    event = {"type": "unfreeze", "appeal": row["id"]}
    common = Head(asking, asking.owner.label, f"appeal:{row['id']}").common(
        wallet, None, msgspec.json.encode(event)
    )
    answer = await call.house.engine.submit(Unfreeze(**common, unit=asking.unit(None, asking.now)))
    over = isinstance(answer, Refusal) and answer.code is Code.WALLET_NOT_FROZEN
    if isinstance(answer, Receipt) or over:
        return None
    status, content = answered(answer)
    return Reply(status, content, CONTENT_TYPE)


async def _tell(call: Call, row: Any) -> None:
    """The member is told what was decided, once."""
    lifted = row["state"] == "upheld" and row["frozen_for"] is not None
    outcome = LIFTED if lifted else OUTCOMES[row["state"]]
    message = Message(
        program=call.asking.program.id,
        wallet=row["wallet"],
        event="appeal_decided",
        key=f"appeal_decided:{row['id']}",
        fields={"outcome": outcome, "reason": row["reason"]},
        due_at=row["decided_at"],
    )
    await put(call.house.pool, [message], call.asking.now)


async def waiting(call: Call) -> Reply:
    """What waits for a person, oldest first."""
    call.query()
    rows = await call.house.pool.fetch(q("appeals_waiting"), call.asking.program.id, PAGE)
    return shown(Appeals(tuple(map(_view, rows))))


async def of_member(call: Call) -> Reply:
    """All that a member objected to, newest first, with what was decided."""
    call.query()
    wallet = await wallet_in_path(call)
    rows = await call.house.pool.fetch(q("appeals_of"), call.asking.program.id, wallet, cell_of(wallet), PAGE)
    return shown(Appeals(tuple(map(_view, rows))))


async def _row(call: Call, of: UUID) -> Any:
    return await call.house.pool.fetchrow(q("appeal_get"), cell_of(of), of, call.asking.program.id)


def _unknown(of: str) -> Problem:
    return invalid("id", of, "is no id of an appeal of this programme: check it", "proposal_unknown")


def _must_say(field: str, text: str) -> None:
    if not text.strip():
        raise invalid(field, text, "says nothing: write it in words, since it is kept")


def _view(row: Any) -> AppealView:
    return AppealView(
        id=row["id"],
        member=row["number"],
        entry=row["frozen_by"],
        said=row["said"],
        made_at=row["made_at"],
        frozen_for=row["frozen_for"],
        evidence=row["evidence"],
        until=row["until"],
        state=row["state"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        reason=row["reason"],
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/members/{number}/appeals",
        name="appeal",
        summary="Object to a freeze or an entry, on a member's behalf",
        handle=appeal,
        who="operator",
        body=NewAppeal,
        answer=AppealView,
        statuses=(201,),
        key=True,
        codes=(
            "member_unknown",
            Code.WALLET_NOT_FROZEN,
            Code.ENTRY_UNKNOWN,
            Code.KEY_REUSED,
            "key_missing",
            "key_differs",
        ),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/appeals",
        name="list_appeals_of_member",
        summary="What a member objected to, and what was decided",
        handle=of_member,
        who="operator",
        answer=Appeals,
        codes=("member_unknown",),
    ),
    Route(
        method="GET",
        path="/v1/appeals",
        name="list_appeals",
        summary="Appeals that wait for a person",
        handle=waiting,
        who="operator",
        answer=Appeals,
    ),
    Route(
        method="POST",
        path="/v1/appeals/{id}/decision",
        name="decide_appeal",
        summary="Decide an appeal; upheld, it lifts the freeze",
        handle=decide,
        who="operator",
        duty="approve",
        body=AppealDecision,
        answer=AppealView,
        codes=("proposal_unknown", "proposal_decided", "busy"),
    ),
)

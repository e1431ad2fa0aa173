"""Referrals as they stand: who invited whom, what came of it, and a person who overrules a refusal."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.answers import answered
from jifen.api.asking import LATEST
from jifen.api.bodies import FactKey, Points, Said
from jifen.api.calls import Call
from jifen.api.drafting import Head
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem, invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.refusals import Code
from jifen.engine.command import Receipt
from jifen.programs.operating import Adjust
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of

PAGE = 200
STATES = ("open", "paid", "lapsed")
LAST_ID = UUID(int=2**128 - 1)


class Overruling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The inviter gets points all the same. by: who decided; evidence: on what (COMPLIANCE R10)."""

    key: FactKey | None = None
    points: Points
    by: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: Said
    evidence: Said


class ReferralView(msgspec.Struct, frozen=True, kw_only=True):
    """A referral. reason: why it lapsed, late or linked; shared: which kinds of traits link the accounts."""

    invitee: str
    inviter: str
    invited_at: datetime
    state: Literal["open", "paid", "lapsed"]
    settled_at: datetime | None
    reason: str
    shared: tuple[str, ...]
    overruled_by: str | None
    overruled_at: datetime | None
    overruled_for: str | None
    evidence: str | None


class ReferralList(msgspec.Struct, frozen=True):
    """Referrals, the newest first. next: send it as `before` for the page after; null: that was the last."""

    referrals: tuple[ReferralView, ...]
    next: str | None = None


class InvitedView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whom a member invited: when, and what came of it. reason: why it lapsed, late or linked."""

    member: str
    invited_at: datetime
    state: Literal["open", "paid", "lapsed"]
    settled_at: datetime | None
    reason: str


class InvitedList(msgspec.Struct, frozen=True):
    """Whom a member invited, the newest first: one level, nobody whom these invited (SCENARIOS S22)."""

    invited: tuple[InvitedView, ...]


_overruling = msgspec.json.Decoder(Overruling)


async def every(call: Call) -> Reply:
    """Referrals of a state, the newest first."""
    asked = call.query("state", "before")
    state = asked.get("state")
    if state is not None and state not in STATES:
        raise invalid("state", state, f"is no state: send one of {', '.join(STATES)}")
    instant, wallet = LATEST, LAST_ID
    if before := asked.get("before"):
        try:
            first, _, second = before.partition("_")
            instant, wallet = datetime.fromisoformat(first.replace(" ", "+")), UUID(second)
        except ValueError:
            raise invalid("before", before, "is no place in the list: send the `next` of a page") from None
        if instant.tzinfo is None:
            raise invalid("before", before, "is no place in the list: send the `next` of a page")
    rows = await call.house.pool.fetch(
        q("referrals_list"), call.asking.program.id, state, instant, wallet, PAGE
    )
    last = rows[-1] if len(rows) == PAGE else None
    following = None if last is None else f"{last['invited_at'].isoformat()}_{last['invitee']}"
    return shown(ReferralList(tuple(map(_view, rows)), following))


async def of_member(call: Call) -> Reply:
    """Whom a member invited, and what came of it."""
    call.query()
    wallet = await wallet_in_path(call)
    rows = await call.house.pool.fetch(q("referrals_of"), call.asking.program.id, wallet, PAGE)
    return shown(
        InvitedList(
            tuple(
                InvitedView(
                    member=row["number"],
                    invited_at=row["invited_at"],
                    state=row["state"],
                    settled_at=row["settled_at"],
                    reason=row["reason"],
                )
                for row in rows
            )
        )
    )


async def overrule(call: Call) -> Reply:
    """Give the inviter of a refused referral points all the same, as an adjustment, once."""
    call.query()
    body = read(_overruling, await call.json())
    for field in ("by", "reason", "evidence"):
        if not getattr(body, field).strip():
            raise invalid(field, getattr(body, field), "says nothing: write it in words, since it is kept")
    key = call.key(body.key)
    invitee = await wallet_in_path(call)
    asking = call.asking
    row = await _row(call, invitee)
    if row is None or row["state"] != "lapsed":
        state = "not invited" if row is None else row["state"]
        said = f"the referral of {call.args['number']!r} is {state}: only one that lapsed can be overruled"
        raise Problem(Code.NOTHING_LEFT, said)
    asked: dict[str, Any] = {
        "type": "adjustment",
        "referral": invitee,
        "points": body.points,
        "reason": body.reason,
        "evidence": body.evidence,
        "by": body.by,
    }
    head = Head(asking, "jobs", f"referral-overruled:{invitee}")
    common = head.common(row["inviter"], None, msgspec.json.encode(asked))
    answer = await call.house.engine.submit(
        Adjust(**common, unit=asking.unit(None, asking.now), points=body.points)
    )
    if not isinstance(answer, Receipt):
        status, content = answered(answer)
        return Reply(status, content, CONTENT_TYPE)
    await call.house.pool.execute(
        q("referral_overrule"),
        cell_of(invitee),
        invitee,
        body.by,
        asking.now,
        body.reason,
        body.evidence,
    )
    row = await _row(call, invitee)
    assert row is not None, key
    return shown(_view(row))


async def _row(call: Call, invitee: WalletId) -> Any:
    return await call.house.pool.fetchrow(q("referral_get"), cell_of(invitee), invitee)


def _view(row: Any) -> ReferralView:
    return ReferralView(
        invitee=row["invitee_number"],
        inviter=row["inviter_number"],
        invited_at=row["invited_at"],
        state=row["state"],
        settled_at=row["settled_at"],
        reason=row["reason"],
        shared=tuple(row["shared"]),
        overruled_by=row["overruled_by"],
        overruled_at=row["overruled_at"],
        overruled_for=row["overruled_for"],
        evidence=row["evidence"],
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/referrals",
        name="list_referrals",
        summary="Referrals, with why some were not paid",
        handle=every,
        who="operator",
        answer=ReferralList,
        query=(
            Parameter("state", {"type": "string", "enum": list(STATES)}, "Only those of this state."),
            Parameter("before", {"type": "string"}, "The `next` of the page before."),
        ),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/referrals",
        name="list_invited",
        summary="Whom a member invited, and what came of it",
        handle=of_member,
        who="operator",
        answer=InvitedList,
        codes=("member_unknown",),
    ),
    Route(
        method="POST",
        path="/v1/referrals/{number}/overrule",
        name="overrule_referral",
        summary="Give the inviter of a refused referral points all the same",
        handle=overrule,
        who="operator",
        duty="approve",
        body=Overruling,
        answer=ReferralView,
        key=True,
        codes=("member_unknown", Code.NOTHING_LEFT, Code.KEY_REUSED, "key_missing", "key_differs", "busy"),
    ),
)

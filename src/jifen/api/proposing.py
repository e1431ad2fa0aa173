"""Acts that somebody must judge before they earn: proposed, approved, declined."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.answers import answered
from jifen.api.asking import utc
from jifen.api.bodies import FactKey, Instant, Name, Number, Said, Word
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, wallet_of
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem, invalid
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code
from jifen.engine.command import Receipt
from jifen.events.earning import Earning
from jifen.events.event import act_content
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of, hashed_id, parse_id

PAGE = 200


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An act that is to be judged, such as a suggestion, with what the member said."""

    key: FactKey | None = None
    member: Number
    act: Name
    said: Said
    store: Name | None = None
    code: Word = ""
    at: Instant | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a proposal earns; a refusal says why, in words that the member may read."""

    approve: bool
    by: Annotated[str, Meta(min_length=1, max_length=100)]
    reason: Annotated[str, Meta(max_length=2000)] = ""


class ProposalView(msgspec.Struct, frozen=True):
    """A proposal as it stands."""

    id: UUID
    member: str | None
    act: str
    code: str
    said: str
    occurred_at: datetime
    proposed_at: datetime
    state: Literal["waiting", "approved", "declined"]
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    points: int | None = None


class Proposals(msgspec.Struct, frozen=True):
    """Proposals, oldest first."""

    proposals: tuple[ProposalView, ...]


_proposal = msgspec.json.Decoder(Proposal)
_decision = msgspec.json.Decoder(Decision)
_encode = msgspec.json.Encoder().encode


async def propose(call: Call) -> Reply:
    """Put an act up for judgement. The same key again answers the same proposal."""
    call.query()
    body = read(_proposal, await call.json())
    asking = call.asking
    key = call.key(body.key)
    found = Found(await call.house.members.wallets(asking.program.id, [body.member]), {})
    wallet = wallet_of(found, body.member)
    if body.store is None and not asking.operator:
        raise invalid("store", None, "is missing: a merchant's key names its store", "out_of_scope")
    store = "" if body.store is None else asking.store(body.store).code
    rules = asking.program.rules_at(asking.now)
    acts = {act.code: act for act in rules.definition.acts} if rules else {}
    if body.act not in acts or not acts[body.act].moderated:
        judged = ", ".join(code for code, act in acts.items() if act.moderated) or "none"
        raise invalid("act", body.act, f"is no act that is judged: name one of {judged}")
    at = asking.now if body.at is None else utc(body.at)
    made = hashed_id("proposal", str(asking.program.id), asking.owner.label, key)
    await call.house.pool.execute(
        q("proposal_add"),
        cell_of(made),
        made,
        asking.program.id,
        wallet,
        asking.owner.label,
        key,
        body.act,
        store,
        body.code,
        body.said,
        at,
        asking.now,
    )
    row = await _row(call, made)
    if (row["wallet"], row["act"], row["said"], row["code"]) != (wallet, body.act, body.said, body.code):
        raise Problem(Code.KEY_REUSED, f"key {key!r} names another proposal: send this one under a new key")
    return Reply(201, _encode(_view(row, body.member)))


async def decide(call: Call) -> Reply:
    """Approve or decline. What is approved is booked as of when it was done; again, it is answered again."""
    call.query()
    body = read(_decision, await call.json())
    if not body.approve and not body.reason.strip():
        raise invalid("reason", body.reason, "says nothing: a member may ask why, write it in words")
    try:
        of = parse_id(call.args["id"])
    except ValueError:
        raise invalid("id", call.args["id"], "is no id of a proposal", "proposal_unknown") from None
    row = await _row(call, of)
    wanted = "approved" if body.approve else "declined"
    if row["state"] not in ("waiting", wanted):
        said = f"the proposal was {row['state']} by {row['decided_by']}: nothing was changed"
        raise Problem("proposal_decided", said)
    points = None
    if body.approve:
        answer = await call.house.engine.submit(_earning(call, row))
        if not isinstance(answer, Receipt):
            status, content = answered(answer)
            return Reply(status, content, CONTENT_TYPE)
        points = answer.points
    await call.house.pool.execute(
        q("proposal_decide"), cell_of(of), of, wanted, call.asking.now, body.by, body.reason
    )
    row = await _row(call, of)
    if row["state"] != wanted:
        said = f"the proposal was {row['state']} by {row['decided_by']} meanwhile: nothing was changed"
        raise Problem("proposal_decided", said)
    return Reply(200, _encode(_view(row, None, points)))


def _earning(call: Call, row: Any) -> Earning:
    asking = call.asking
    store = asking.program.stores.get(row["store"])
    content = act_content(row["act"], row["store"], row["occurred_at"], row["code"])
    head = Head(asking, row["source"], row["key"])
    common = head.common(WalletId(row["wallet"]), row["occurred_at"], content)
    return Earning(**common, store=store, act=row["act"], code=row["code"], approved=True)


async def _row(call: Call, of: UUID) -> Any:
    row = await call.house.pool.fetchrow(q("proposal_load"), cell_of(of), of, call.asking.program.id)
    if row is None:
        raise invalid("id", str(of), "is no id of a proposal of this programme", "proposal_unknown")
    return row


def _view(row: Any, member: str | None, points: int | None = None) -> ProposalView:
    return ProposalView(
        row["id"],
        member,
        row["act"],
        row["code"],
        row["said"],
        row["occurred_at"],
        row["proposed_at"],
        row["state"],
        row["decided_at"],
        row["decided_by"],
        row["reason"],
        points,
    )


async def waiting(call: Call) -> Reply:
    """What waits for judgement, oldest first."""
    call.query()
    rows = await call.house.pool.fetch(q("proposals_waiting"), call.asking.program.id, PAGE)
    return shown(Proposals(tuple(_view(row, row["number"]) for row in rows)))


ROUTES = (
    Route(
        method="POST",
        path="/v1/proposals",
        name="propose_act",
        summary="Put an act up for judgement, such as a suggestion",
        handle=propose,
        body=Proposal,
        answer=ProposalView,
        statuses=(201,),
        key=True,
        codes=("member_unknown", "store_unknown", "out_of_scope", Code.KEY_REUSED, "key_missing"),
    ),
    Route(
        method="POST",
        path="/v1/proposals/{id}/decision",
        name="decide_proposal",
        summary="Approve or decline a proposal",
        handle=decide,
        who="operator",
        body=Decision,
        answer=ProposalView,
        codes=("proposal_unknown", "proposal_decided", Code.NO_RULES, "busy"),
    ),
    Route(
        method="GET",
        path="/v1/proposals",
        name="list_proposals",
        summary="Proposals that wait for judgement",
        handle=waiting,
        who="operator",
        answer=Proposals,
    ),
)

"""Green evidence: made known, withdrawn, listed."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from jifen.api.asking import utc
from jifen.api.bodies import Instant, Name
from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.problems import invalid
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.green.evidence import findings
from jifen.parties.programs import Evidence

Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$(?!\n)")]


class NewEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Evidence of green goods, with the time for which it proves something."""

    code: Code
    kind: Name
    body: Annotated[str, Meta(max_length=200)] = ""
    valid_from: Instant
    valid_until: Instant


class EvidenceView(msgspec.Struct, frozen=True):
    """Evidence as it stands now."""

    code: str
    kind: str
    body: str
    valid_from: datetime
    valid_until: datetime
    withdrawn_at: datetime | None
    valid: bool


class EvidenceList(msgspec.Struct, frozen=True):
    """All evidence of the programme."""

    evidence: tuple[EvidenceView, ...]


_new = msgspec.json.Decoder(NewEvidence)
_encode = msgspec.json.Encoder().encode


async def add(call: Call) -> Reply:
    """Make evidence known."""
    call.query()
    body = read(_new, await call.json())
    asking = call.asking
    made = Evidence(
        body.code,
        body.kind,
        body.body,
        utc(body.valid_from, "valid_from"),
        utc(body.valid_until, "valid_until"),
    )
    for field, value, message in findings(made, asking.program.zone):
        raise invalid(field, str(value), message)
    await call.house.catalog.add_evidence(asking.program.id, made)
    return Reply(201, _encode(_view(made, asking.now)))


async def withdraw(call: Call) -> Reply:
    """Withdraw evidence: from now on it proves nothing."""
    call.query()
    asking, code = call.asking, call.args["code"]
    if code not in asking.program.evidence:
        raise invalid("code", code, "is no evidence of this programme: check it", "evidence_unknown")
    made = await call.house.catalog.withdraw_evidence(asking.program.id, code, asking.now)
    return shown(_view(made.evidence[code], asking.now))


async def every(call: Call) -> Reply:
    """All evidence."""
    call.query()
    asking = call.asking
    return shown(EvidenceList(tuple(_view(one, asking.now) for one in asking.program.evidence.values())))


def _view(one: Evidence, now: datetime) -> EvidenceView:
    return EvidenceView(
        one.code, one.kind, one.body, one.valid_from, one.valid_until, one.withdrawn_at, one.valid(now)
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/evidence",
        name="add_evidence",
        summary="Make green evidence known",
        handle=add,
        who="operator",
        body=NewEvidence,
        answer=EvidenceView,
        statuses=(201,),
        codes=("already_exists",),
    ),
    Route(
        method="DELETE",
        path="/v1/evidence/{code}",
        name="withdraw_evidence",
        summary="Withdraw green evidence from now on",
        handle=withdraw,
        who="operator",
        answer=EvidenceView,
        codes=("evidence_unknown",),
    ),
    Route(
        method="GET",
        path="/v1/evidence",
        name="list_evidence",
        summary="All green evidence",
        handle=every,
        answer=EvidenceList,
    ),
)

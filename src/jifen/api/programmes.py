"""Programmes as code over the wire: plan, apply, approve, withdraw, versions, terms and their readers."""

from collections.abc import Awaitable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from jifen.api.asking import utc
from jifen.api.calls import Call
from jifen.api.house import now_in
from jifen.api.parsing import read
from jifen.api.problems import Fault, Problem, invalid, shown
from jifen.api.programme_bodies import (
    AppliedView,
    NewReceipt,
    Nothing,
    ProgrammeBody,
    ProgrammeProposal,
    ProgrammeProposals,
    PublicationInFull,
    PublicationsView,
    PublicationView,
    Reason,
    ReceiptsView,
    TermsView,
)
from jifen.api.reads import wallet_in_path
from jifen.api.routing import Parameter, Reply, Route, operators
from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.planning import Plan
from jifen.programs.proposing import Proposal, Proposals
from jifen.programs.publications import Publication, in_force, publications
from jifen.programs.publishing import Applied, Publisher, Refused
from jifen.programs.receipts import Receipt, receipts, record, told
from jifen.programs.restoring import withdraw
from jifen.programs.terms.writing import marked

T = TypeVar("T")

_programme = msgspec.json.Decoder(ProgrammeBody)
_nothing = msgspec.json.Decoder(Nothing)
_reason = msgspec.json.Decoder(Reason)
_receipt = msgspec.json.Decoder(NewReceipt)
_encode = msgspec.json.Encoder().encode

FINDINGS_MOST = 200

CONFLICTS = {
    "approver": "own_approval",
    "base": "superseded",
    "proposal": "proposal_unknown",
    "decided": "proposal_decided",
    "version": "superseded",
    "text_hash": "invalid_request",
    "draft": "draft_unknown",
    "begun": "draft_there",
    "revision": "draft_moved",
    "part": "nothing_to_split",
}
"""The problem of each conflict of publishing, by its field."""


async def plan(call: Call) -> Reply:
    """What publishing a programme would change, what speaks against it, and the earliest lawful date."""
    call.query()
    programme, valid_from = await _asked(call)
    return Reply(200, _encode(await publisher_of(call).plan(programme, call.asking.now, valid_from)))


async def apply(call: Call) -> Reply:
    """Publish a programme as the next version, or propose it where two eyes are asked for. A repeat changes
    nothing and says so.
    """
    call.query()
    programme, valid_from = await _asked(call)
    asking = call.asking
    proposals = Proposals(publisher_of(call))
    made = await done_or_problem(proposals.apply(programme, asking.owner.label, asking.now, valid_from))
    return applied(made)


async def _asked(call: Call) -> tuple[Programme, datetime | None]:
    body = read(_programme, await call.json())
    code = call.asking.program.code
    if body.programme.code != code:
        raise invalid(
            "programme.code", body.programme.code, f"is not the programme of this key: write {code}"
        )
    return body.programme, None if body.valid_from is None else utc(body.valid_from, "valid_from")


def publisher_of(call: Call) -> Publisher:
    """Who publishes for a call."""
    return Publisher(call.house.pool, call.house.catalog)


def applied(done: Applied) -> Reply:
    """What applying did, as it is answered."""
    view = AppliedView(
        changed=done.changed, version=done.version, proposal=done.proposal, told=done.told, plan=done.plan
    )
    return Reply(201 if done.changed or done.proposal else 200, _encode(view))


async def done_or_problem(doing: Awaitable[T]) -> T:
    """What was done; a refusal or a conflict as its problem."""
    try:
        return await doing
    except Refused as refused:
        raise _refused(refused.plan) from None
    except Conflict as conflict:
        code = CONFLICTS.get(conflict.field)
        if code is None:
            raise
        raise Problem(code, str(conflict), (Fault(conflict.field, None, str(conflict)),)) from conflict


def _refused(plan: Plan) -> Problem:
    errors = [finding for finding in plan.findings if finding.severity == "error"]
    return Problem(
        "programme_refused",
        str(errors[0]),
        tuple(
            Fault(finding.path or "programme", shown(finding.code), f"{finding.what}: {finding.remedy}")
            for finding in errors[:FINDINGS_MOST]
        ),
        facts={"findings": plan.findings, "earliest": plan.earliest, "changes": plan.changes},
    )


async def list_publications(call: Call) -> Reply:
    """All published versions, newest first."""
    call.query()
    asking = call.asking
    versions = await publications(call.house.pool, asking.program.id)
    views = tuple(_view(one, versions, asking.now) for one in reversed(versions))
    return Reply(200, _encode(PublicationsView(publications=views)))


async def one_publication(call: Call) -> Reply:
    """A version in full, with how many members were told of it, and who was not yet."""
    call.query()
    asking = call.asking
    versions = await publications(call.house.pool, asking.program.id)
    one = _version(versions, call.args["version"], "version")
    notices = await told(call.house.pool, asking.program.id, one)
    view = _view(one, versions, asking.now)
    full = PublicationInFull(publication=view, programme=one.definition, changes=one.changes, notices=notices)
    return Reply(200, _encode(full))


def _view(one: Publication, versions: tuple[Publication, ...], now: datetime) -> PublicationView:
    scheduled = one.valid_from > now
    return PublicationView(
        version=one.version,
        valid_from=one.valid_from,
        published_at=one.published_at,
        state="scheduled" if scheduled else "in_force" if one is in_force(versions, now) else "past",
        author=one.author,
        approver=one.approver,
        weight=one.weight,
        notice_days=one.notice_days,
        regulation=one.regulation,
        definition_hash=one.definition_hash.hex(),
        terms_hash=one.terms_hash.hex(),
        withdraws=one.withdraws,
    )


def _version(versions: tuple[Publication, ...], number: str, field: str) -> Publication:
    found = next((one for one in versions if str(one.version) == number), None)
    if found is None:
        known = ", ".join(str(one.version) for one in versions) or "none yet"
        raise invalid(field, number, f"is no published version: use one of {known}", "version_unknown")
    return found


async def withdraw_publication(call: Call) -> Reply:
    """Take back the newest version before it holds; what held before it goes on holding."""
    call.query()
    read(_nothing, await call.json())
    asking = call.asking
    number = call.args["version"]
    one = _version(await publications(call.house.pool, asking.program.id), number, "version")
    doing = withdraw(publisher_of(call), asking.program, one.version, asking.owner.label, asking.now)
    return applied(await done_or_problem(doing))


async def list_proposals(call: Call) -> Reply:
    """Versions that wait for somebody else's approval; with `all` those that were decided too."""
    decided = call.query("all").get("all", "false") == "true"
    found = await Proposals(publisher_of(call)).listed(call.asking.program.id, decided=decided)
    views = tuple(_proposal(one) for one in found)
    return Reply(200, _encode(ProgrammeProposals(proposals=views)))


async def approve(call: Call) -> Reply:
    """Publish what somebody else proposed. Notice counts from now on."""
    call.query()
    read(_nothing, await call.json())
    asking = call.asking
    doing = Proposals(publisher_of(call)).approve(asking.program, _id(call), asking.owner.label, asking.now)
    return applied(await done_or_problem(doing))


async def decline(call: Call) -> Reply:
    """Say no to a proposal, with a reason; its author may take it back the same way."""
    call.query()
    body = read(_reason, await call.json())
    asking = call.asking
    doing = Proposals(publisher_of(call)).decline(
        asking.program, _id(call), asking.owner.label, asking.now, body.reason
    )
    return Reply(200, _encode(_proposal(await done_or_problem(doing))))


def _id(call: Call) -> UUID:
    text = call.args["id"]
    try:
        return UUID(text)
    except ValueError:
        raise invalid("id", text, "is no id: use that of a proposal", "proposal_unknown") from None


def _proposal(one: Proposal) -> ProgrammeProposal:
    return ProgrammeProposal(
        id=one.id,
        base=one.base,
        author=one.author,
        proposed_at=one.proposed_at,
        valid_from=one.valid_from,
        state=one.state,
        decided_by=one.decided_by,
        decided_at=one.decided_at,
        reason=one.reason,
        version=one.version,
        programme=one.definition,
        writers=one.writers,
    )


async def terms(call: Call) -> Reply:
    """The terms of a programme in Chinese and English, with what changed against the version before."""
    asked = call.query("program", "version")
    code = asked.get("program", "")
    program = await call.house.catalog.by_code(code) if code.isprintable() else None
    if program is None:
        raise invalid("program", code, "is no programme: check the code", "version_unknown")
    versions = await publications(call.house.pool, program.id)
    if "version" in asked:
        one = _version(versions, asked["version"], "version")
    else:
        one = _current(versions, program)
    earlier = [other for other in versions if other.version < one.version]
    before = earlier[-1] if earlier else None
    view = TermsView(
        program=program.code,
        version=one.version,
        valid_from=one.valid_from,
        text_hash=one.terms_hash.hex(),
        zh=one.terms_zh,
        en=one.terms_en,
        before=before.version if before else 0,
        changes_zh=marked(before.terms_zh, one.terms_zh) if before else (),
        changes_en=marked(before.terms_en, one.terms_en) if before else (),
    )
    return Reply(200, _encode(view))


def _current(versions: tuple[Publication, ...], program: Program) -> Publication:
    found = in_force(versions, now_in(program))
    if found is None:
        said = "has no terms in force: ask for a version, or apply the programme"
        raise invalid("program", program.code, said, "version_unknown")
    return found


async def show_terms(call: Call) -> Reply:
    """Keep that a member was shown the terms, or acknowledged them: version, channel, time and hash."""
    call.query()
    wallet = await wallet_in_path(call)
    body = read(_receipt, await call.json())
    asking = call.asking
    versions = await publications(call.house.pool, asking.program.id)
    one = _version(versions, str(body.version), "version")
    at = asking.now if body.at is None else utc(body.at)
    made = Receipt(body.version, body.how, body.channel, at, body.language, body.text_hash)
    await done_or_problem(record(call.house.pool, asking.program.id, wallet, one, made))
    return Reply(201, _encode(made))


async def shown_terms(call: Call) -> Reply:
    """Which terms a member was shown or acknowledged."""
    call.query()
    wallet = await wallet_in_path(call)
    return Reply(200, _encode(ReceiptsView(receipts=await receipts(call.house.pool, wallet))))


PUBLISHING = ("programme_refused", "superseded", "already_exists", "retroactive")

ROUTES = (
    operators(
        "POST", "/v1/programmes/plan", "plan_programme", "What publishing a programme would change", plan,
        Plan, body=ProgrammeBody,
    ),
    operators(
        "POST", "/v1/programmes/apply", "apply_programme", "Publish a programme as its next version", apply,
        AppliedView, PUBLISHING, ProgrammeBody, (200, 201),
    ),
    operators(
        "GET", "/v1/programmes/publications", "list_publications", "All versions of the programme",
        list_publications, PublicationsView,
    ),
    operators(
        "GET", "/v1/programmes/publications/{version}", "get_publication", "A version of the programme",
        one_publication, PublicationInFull, ("version_unknown",),
    ),
    operators(
        "POST", "/v1/programmes/publications/{version}/withdraw", "withdraw_publication",
        "Take back a scheduled version", withdraw_publication, AppliedView,
        (*PUBLISHING, "version_unknown"), Nothing, (200, 201),
    ),
    operators(
        "GET", "/v1/programmes/proposals", "list_programme_proposals", "Versions that wait for approval",
        list_proposals, ProgrammeProposals,
        query=(Parameter("all", {"type": "boolean", "default": False}, "Those that were decided too."),),
    ),
    operators(
        "POST", "/v1/programmes/proposals/{id}/approve", "approve_programme", "Publish what another proposed",
        approve, AppliedView, (*PUBLISHING, "own_approval", "proposal_unknown", "proposal_decided"),
        Nothing, (200, 201), duty="approve",
    ),
    operators(
        "POST", "/v1/programmes/proposals/{id}/decline", "decline_programme", "Say no to a proposal",
        decline, ProgrammeProposal, ("proposal_unknown", "proposal_decided"), Reason, duty="approve",
    ),
    Route(
        method="GET",
        path="/v1/terms",
        name="get_terms",
        summary="The terms that members read, in both languages",
        handle=terms,
        who="anyone",
        raw=True,
        answer=TermsView,
        query=(
            Parameter("program", {"type": "string"}, "The programme's code."),
            Parameter("version", {"type": "integer"}, "Without it the version in force."),
        ),
        codes=("version_unknown", "invalid_request", "shutting_down", "database_unavailable", "internal"),
    ),
    operators(
        "POST", "/v1/members/{number}/terms", "show_terms", "A member was shown the terms", show_terms,
        Receipt, ("member_unknown", "version_unknown"), NewReceipt, (201,),
    ),
    operators(
        "GET", "/v1/members/{number}/terms", "shown_terms", "Which terms a member was shown", shown_terms,
        ReceiptsView, ("member_unknown",),
    ),
)  # fmt: skip

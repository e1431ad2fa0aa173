"""A programme's draft over the wire: begin, read, save, plan, discard; hand in all, or what is no worse."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from jifen.api.asking import utc
from jifen.api.bodies import Instant
from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid
from jifen.api.programme_bodies import AppliedView, Nothing
from jifen.api.programmes import PUBLISHING, applied, done_or_problem, publisher_of
from jifen.api.routing import Parameter, Reply, operators
from jifen.api.setup_bodies import Body
from jifen.parties.catalog import Conflict
from jifen.programs.checking import looked, rebates
from jifen.programs.definition import Programme
from jifen.programs.drafts import Draft, Drafts, completed
from jifen.programs.findings import Finding
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.rebates import percent
from jifen.programs.loading import Loaded, load_texts
from jifen.programs.planning import Before, Plan, planned
from jifen.programs.proposing import Proposals
from jifen.programs.publishing import plan_of, what_stands
from jifen.programs.splitting import LIGHT, favourable_part
from jifen.values.periods import local_day

FileName = Annotated[
    str, Meta(min_length=6, max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.yaml$(?!\n)")
]
FileText = Annotated[str, Meta(max_length=1_000_000)]
Part = Literal["all", "favourable"]
PARTS = ("all", "favourable")


class BeginDraft(Body, frozen=True, kw_only=True):
    """A draft to begin. files: its texts by name; none: those of the newest published version."""

    files: dict[FileName, FileText] | None = None


class SaveDraft(Body, frozen=True, kw_only=True):
    """All files of a draft, right or wrong. revision: that which was read and is written over."""

    revision: Annotated[int, Meta(ge=1)]
    files: Annotated[dict[FileName, FileText], Meta(min_length=1, max_length=100)]


class HandInDraft(Body, frozen=True, kw_only=True):
    """A draft to publish or propose. part: all of it, or only what is no worse for members.

    valid_from: from when it is to hold; none: as early as the law allows.
    """

    revision: Annotated[int, Meta(ge=1)]
    part: Part = "all"
    valid_from: Instant | None = None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase of the year in which most comes back. gave: the points of each rule; times: how often."""

    day: str
    merchant: str
    store: str
    fen: int
    gave: dict[str, int]
    times: int


class WorstView(msgspec.Struct, frozen=True, kw_only=True):
    """The highest rebate that the guard found. permille: thousandths of the spend, as a fraction.

    warn_permille, refuse_permille: its bounds. tried: so many purchases were tried; cut: not all could be.
    """

    permille: str
    percent: str
    spend_fen: int
    warn_permille: int
    refuse_permille: int
    tried: int
    cut: bool
    steps: tuple[StepView, ...]
    trail: tuple[str, ...]


class DraftPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What handing a draft in would do. findings: those of reading it; plan: null where it cannot be read."""

    revision: int
    part: Part
    findings: tuple[Finding, ...]
    plan: Plan | None
    worst: WorstView | None


_begin = msgspec.json.Decoder(BeginDraft)
_save = msgspec.json.Decoder(SaveDraft)
_hand_in = msgspec.json.Decoder(HandInDraft)
_encode = msgspec.json.Encoder().encode


async def begin(call: Call) -> Reply:
    """Begin a draft from the published version, or from texts."""
    call.query()
    body = read(_begin, await call.json())
    asking = call.asking
    doing = _drafts(call).begin(asking.program, asking.owner.label, asking.now, body.files)
    return Reply(201, _encode(await done_or_problem(doing)))


async def get(call: Call) -> Reply:
    """The draft with the texts of its files."""
    call.query()
    return Reply(200, _encode(await done_or_problem(_drafts(call).the(call.asking.program))))


async def save(call: Call) -> Reply:
    """Save a draft. What is wrong in it is told by its plan."""
    call.query()
    body = read(_save, await call.json())
    asking = call.asking
    doing = _drafts(call).save(asking.program, body.revision, body.files, asking.owner.label, asking.now)
    return Reply(200, _encode(await done_or_problem(doing)))


async def discard(call: Call) -> Reply:
    """Forget a draft."""
    text = call.query("revision").get("revision", "")
    if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10):
        raise invalid("revision", text, "is no revision: send that which you read")
    await done_or_problem(_drafts(call).discard(call.asking.program, int(text)))
    return Reply(200, _encode(Nothing()))


async def plan(call: Call) -> Reply:
    """What handing the draft in would change, what speaks against it, and the earliest lawful date."""
    asked = call.query("part", "valid_from")
    part = asked.get("part", "all")
    if part not in PARTS:
        raise invalid("part", part, "is no part: send all or favourable")
    draft = await done_or_problem(_drafts(call).the(call.asking.program))
    loaded = load_texts(draft.files)
    if loaded.programme is None:
        return Reply(200, _encode(_unread(draft, part, loaded)))
    before = await what_stands(call.house.pool, call.house.catalog, call.asking.program.code)
    wanted = _whole(call, loaded.programme, before)
    programme, found = await done_or_problem(
        _planned(call, wanted, part, before, _instant(asked.get("valid_from")))
    )
    worst = await asyncio.to_thread(_worst, call, programme)
    located = tuple(loaded.located(one) for one in found.findings)
    view = DraftPlan(
        revision=draft.revision,
        part=part,  # type: ignore[arg-type]
        findings=loaded.findings,
        plan=msgspec.structs.replace(found, findings=located),
        worst=worst,
    )
    return Reply(200, _encode(view))


async def hand_in(call: Call) -> Reply:
    """Publish a draft, or propose it where two eyes are asked for; it is a draft no longer.

    What goes by itself leaves the draft as it is: compared with the new version it holds what is left.
    """
    call.query()
    body = read(_hand_in, await call.json())
    asking = call.asking
    drafts = _drafts(call)
    draft = await done_or_problem(drafts.the(asking.program))
    if draft.revision != body.revision:
        said = f"the draft is at revision {draft.revision} and not {body.revision}: look at what it is now"
        raise Problem("draft_moved", said)
    loaded = load_texts(draft.files)
    if loaded.programme is None:
        raise Problem(
            "programme_refused",
            str(next(one for one in loaded.findings if one.severity == "error")),
            facts={"findings": loaded.findings},
        )
    valid_from = None if body.valid_from is None else utc(body.valid_from, "valid_from")
    before = await what_stands(call.house.pool, call.house.catalog, asking.program.code)
    programme = _whole(call, loaded.programme, before)
    if body.part == "favourable":
        programme, _ = await done_or_problem(_planned(call, programme, body.part, before, valid_from))
    proposals = Proposals(publisher_of(call))
    made = await done_or_problem(
        proposals.apply(programme, asking.owner.label, asking.now, valid_from, draft.writers)
    )
    if body.part == "all":
        await done_or_problem(drafts.discard(asking.program, draft.revision))
    return applied(made)


def _whole(call: Call, programme: Programme, before: Before) -> Programme:
    """The draft's programme with the merchants, stores and contracts that were added meanwhile."""
    published = before.newest.definition if before.newest else None
    return completed(programme, call.asking.program, published)


async def _planned(
    call: Call, programme: Programme, part: str, before: Before, valid_from: datetime | None
) -> tuple[Programme, Plan]:
    """The programme that a part of it is, with its plan.

    Raises:
        Conflict: no part of it can go by itself.
    """
    at, code = call.asking.now, call.asking.program.code
    if programme.code != code:
        raise invalid("code", programme.code, f"is not the programme of this draft: write {code}")
    found = await asyncio.to_thread(_weighed_too, programme, before, at, valid_from)
    if part == "all":
        return programme, found
    base = next((one.definition for one in before.publications if one.version == found.base), None)
    better = None if base is None else favourable_part(base, programme, found.changes)
    if better is None:
        raise Conflict("part", "nothing of it is worse for members, or all is: there is nothing to split")
    alone = await asyncio.to_thread(plan_of, better, before, at, valid_from)
    if alone.weight not in LIGHT or alone.unchanged:
        raise Conflict(
            "part", "what is better hangs together with what is worse: change them apart, and split then"
        )
    return better, alone


def _weighed_too(programme: Programme, before: Before, at: datetime, valid_from: datetime | None) -> Plan:
    """The plan; of what fits together and is refused for its words or bounds also how its changes weigh."""
    found = plan_of(programme, before, at, valid_from)
    day = at.date() if before.program is None else local_day(at, before.program.zone)
    if found.base or not found.refused or looked(programme, day).worst is None:
        return found
    weighed = planned(programme, before, at, valid_from, (), rebates(programme))
    return msgspec.structs.replace(weighed, findings=(*found.findings, *weighed.findings), refused=True)


def _worst(call: Call, programme: Programme) -> WorstView | None:
    day = local_day(call.asking.now, call.asking.program.zone)
    worst, bounds = looked(programme, day).worst, Bounds(day)
    if worst is None:
        return None
    return WorstView(
        permille=str(worst.rebate * 1000),
        percent=percent(worst.rebate, 2),
        spend_fen=worst.spend_fen,
        warn_permille=bounds["rebate_warn_permille"],
        refuse_permille=bounds["rebate_refuse_permille"],
        tried=worst.tried,
        cut=worst.cut,
        steps=tuple(
            StepView(
                day=step.day.isoformat(),
                merchant=step.merchant,
                store=step.store,
                fen=step.fen,
                gave=dict(step.gave),
                times=step.times,
            )
            for step in worst.steps
        ),
        trail=worst.trail,
    )


def _unread(draft: Draft, part: str, loaded: Loaded) -> DraftPlan:
    return DraftPlan(
        revision=draft.revision,
        part=part,  # type: ignore[arg-type]
        findings=loaded.findings,
        plan=None,
        worst=None,
    )


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    wrong = invalid("valid_from", text, "is no instant: write it as 2026-12-01T00:00:00+08:00")
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise wrong from None
    if found.tzinfo is None:
        raise wrong
    return utc(found, "valid_from")


def _drafts(call: Call) -> Drafts:
    return Drafts(call.house.pool)


DRAFT = "/v1/programmes/draft"

ROUTES = (
    operators("GET", DRAFT, "get_draft", "The draft of the next version", get, Draft, ("draft_unknown",)),
    operators(
        "POST", DRAFT, "begin_draft", "Begin a draft of the next version", begin, Draft,
        ("draft_there", "superseded"), BeginDraft, (201,),
    ),
    operators(
        "PUT", DRAFT, "save_draft", "Save the files of the draft", save, Draft,
        ("draft_unknown", "draft_moved"), SaveDraft,
    ),
    operators(
        "DELETE", DRAFT, "discard_draft", "Forget the draft", discard, Nothing,
        ("draft_unknown", "draft_moved"),
        query=(Parameter("revision", {"type": "integer"}, "The revision that was read."),),
    ),
    operators(
        "GET", f"{DRAFT}/plan", "plan_draft", "What handing the draft in would change", plan, DraftPlan,
        ("draft_unknown", "nothing_to_split"),
        query=(
            Parameter("part", {"type": "string", "enum": list(PARTS)}, "All, or what is no worse."),
            Parameter("valid_from", {"type": "string", "format": "date-time"}, "From when it is to hold."),
        ),
    ),
    operators(
        "POST", f"{DRAFT}/submit", "submit_draft", "Publish the draft, or propose it", hand_in, AppliedView,
        (*PUBLISHING, "draft_unknown", "draft_moved", "nothing_to_split"), HandInDraft, (200, 201),
    ),
)  # fmt: skip

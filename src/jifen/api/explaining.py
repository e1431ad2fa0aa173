"""Why an entry moved its points, in sentences: what the member's page says, for keys and the command line."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from markupsafe import Markup

from jifen.api.asking import entry_unknown
from jifen.api.calls import Call
from jifen.api.earlier import id_in, load_earlier
from jifen.api.entries import party
from jifen.api.problems import invalid
from jifen.api.reads import reading, shown
from jifen.api.routing import Parameter, Reply
from jifen.api.views import View
from jifen.books.entries import Entry
from jifen.books.explanation import read_explanation
from jifen.books.legs import Kind
from jifen.books.refusals import Code
from jifen.engine.command import moved
from jifen.engine.loading import load_entries
from jifen.pages.explaining import BY_RULES, Explained, Told, explain, version_of
from jifen.pages.happenings import happened, reason_of
from jifen.pages.reading import Seen, read_entry
from jifen.pages.rewarded import rewarded
from jifen.pages.words import LANGUAGES, Words, words
from jifen.parties.catalog import Catalog
from jifen.parties.programs import Program
from jifen.rules.definition import AnyRule
from jifen.store.queries import q

_encode = msgspec.json.Encoder().encode


class FundingView(View, frozen=True, kw_only=True):
    """Who pays for so many of a rule's points: a merchant's code, or `operator`."""

    party: str
    points: int


class GivenRuleView(View, frozen=True, kw_only=True):
    """What one rule gave, or lost again, with its sum in words, and when its points can be used.

    funding and definition (the rule as it was then) are the operator's to see.
    """

    rule: str
    title: str
    points: int
    unit: str
    said: str
    lives: str
    usable_from: datetime | None
    usable_until: datetime | None
    idle_months: int | None
    funding: tuple[FundingView, ...] | None
    definition: msgspec.Raw | None


class MissedRuleView(View, frozen=True, kw_only=True):
    """A rule that gave nothing: the reason's word, and in words what would have given it.

    concerns: whether the rule is about such an event at all; members are told only of those that are.
    """

    rule: str
    title: str
    reason: str
    said: str
    concerns: bool
    definition: msgspec.Raw | None


class RulesThenView(View, frozen=True, kw_only=True):
    """The version of the rules that decided an entry, and of the merchant's contract; said: in words."""

    version: int
    contract: int
    valid_from: datetime | None
    published_at: datetime | None
    said: str


class RewardThenView(View, frozen=True, kw_only=True):
    """The reward that points paid for, and how its price came about."""

    reward: str
    title: str
    said: str


class ExplainedEntryView(View, frozen=True, kw_only=True):
    """Why an entry moved its points, in one language.

    happened: what it did, in a few words. reason: with which somebody corrected, made good or paused.
    rules: null for what no rule decides. total: what the rules gave of the entry's own unit.
    """

    entry: UUID
    no: int
    kind: Kind
    language: str
    unit: str
    points: int
    occurred_at: datetime
    happened: str
    reason: str | None
    reward: RewardThenView | None
    rules: RulesThenView | None
    total: int
    given: tuple[GivenRuleView, ...]
    missed: tuple[MissedRuleView, ...]


class Explaining(msgspec.Struct, frozen=True):
    """An entry as it is explained: what hangs together with it, and when its rules were published."""

    seen: Seen
    published_at: datetime | None

    @property
    def entry(self) -> Entry:
        """The entry itself."""
        return self.seen.entries[0]


async def read_explaining(pool: asyncpg.Pool, catalog: Catalog, entry: Entry) -> Explaining:
    """What explains an entry, seen at one instant."""
    seen = await read_entry(pool, catalog, entry.wallet, entry.no)
    assert seen is not None
    if entry.kind not in BY_RULES:
        return Explaining(seen, None)
    version = read_explanation(entry.explanation).rules
    return Explaining(seen, await pool.fetchval(q("rule_set_published"), seen.program.id, version))


def explained_view(
    explaining: Explaining, language: str, *, operator: bool, every: bool
) -> ExplainedEntryView:
    """The explanation in a language: for the operator with who pays and the rules as they were.

    every: also the rules that have nothing to do with the event.
    """
    seen, entry, said = explaining.seen, explaining.entry, words(language)
    told = explain(seen.program, entry, said, purchase=seen.purchase, every=every)
    points, _, _ = moved(entry.kind, entry.legs)
    reason = seen.reason or reason_of(entry)
    return ExplainedEntryView(
        entry=entry.id,
        no=entry.no,
        kind=entry.kind,
        language=language,
        unit=entry.unit,
        points=points,
        occurred_at=entry.occurred_at,
        happened=plain(said.joined(happened(seen, entry, said))),
        reason=reason or None,
        reward=_reward(seen.program, entry, said),
        rules=None if told is None else _rules(explaining, told, said),
        total=0 if told is None else told.total,
        given=() if told is None else tuple(_given(seen, one, operator) for one in told.given),
        missed=() if told is None else tuple(_missed(one, operator) for one in told.missed),
    )


def plain(said: Markup) -> str:
    """A text of the pages as text, with plain spaces."""
    return said.striptags()


def _rules(explaining: Explaining, told: Explained, said: Words) -> RulesThenView:
    published = explaining.published_at
    return RulesThenView(
        version=told.version,
        contract=told.contract,
        valid_from=told.since,
        published_at=published,
        said=plain(version_of(explaining.seen.program, told, said, published)),
    )


def _reward(program: Program, entry: Entry, said: Words) -> RewardThenView | None:
    reward = rewarded(program, entry, said)
    if reward is None:
        return None
    return RewardThenView(reward=reward.rule, title=plain(reward.title), said=plain(reward.said))


def _given(seen: Seen, told: Told, operator: bool) -> GivenRuleView:
    entry = seen.entries[0]
    since, until, idle = told.life or (None, None, None)
    return GivenRuleView(
        rule=told.rule,
        title=plain(told.title),
        points=told.points,
        unit=told.unit_code or entry.unit,
        said=plain(told.said),
        lives=plain(told.lives),
        usable_from=since,
        usable_until=until,
        idle_months=idle,
        funding=tuple(
            FundingView(party=_payer(seen.program, entry, name), points=points)
            for name, points in told.funding
        )
        if operator
        else None,
        definition=_definition(told.definition) if operator else None,
    )


def _payer(program: Program, entry: Entry, name: str) -> str:
    """Who pays by a rule's name for them: the merchant of the purchase, the operator, or a code."""
    if name == "merchant":
        return party(program, entry.merchant) or "operator"
    return name


def _missed(told: Told, operator: bool) -> MissedRuleView:
    return MissedRuleView(
        rule=told.rule,
        title=plain(told.title),
        reason=told.reason,
        said=plain(told.said),
        concerns=told.concerns,
        definition=_definition(told.definition) if operator else None,
    )


def _definition(rule: AnyRule | None) -> msgspec.Raw | None:
    return None if rule is None else msgspec.Raw(_encode(rule))


async def explanation(call: Call) -> Reply:
    """Why an entry moved its points; a merchant asks of those that happened at it."""
    query = call.query("lang", "all")
    language = query.get("lang", LANGUAGES[0])
    if language not in LANGUAGES:
        raise invalid("lang", language, f"is no language here: send one of {', '.join(LANGUAGES)}")
    every = query.get("all", "false")
    if every not in ("true", "false"):
        raise invalid("all", every, "is neither true nor false: send one of the two")
    asking, house = call.asking, call.house
    if every == "true":
        asking.only_operator("rules that have nothing to do with an event")
    of = id_in("id", call.args["id"])
    found = (await load_earlier(house.pool, asking.program.id, [of])).get(of)
    if found is None or not asking.sees(found.merchant):
        raise entry_unknown("entry")
    async with house.pool.acquire() as conn:
        booked, _ = (await load_entries(conn, [found.id], reversals=False))[found.id]
    explaining = await read_explaining(house.pool, house.catalog, booked.entry)
    return shown(explained_view(explaining, language, operator=asking.operator, every=every == "true"))


_ASKED: Any = (
    Parameter("lang", {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}, "The language."),
    Parameter(
        "all",
        {"type": "boolean", "default": False},
        "Also the rules that have nothing to do with the event (operators only).",
    ),
)

ROUTES = (
    reading(
        "explain_entry",
        "/v1/entries/{id}/explanation",
        "Why an entry moved its points: each rule with its sum, and what was not given and why",
        explanation,
        ExplainedEntryView,
        Code.ENTRY_UNKNOWN,
        "operator_only",
        query=_ASKED,
    ),
)

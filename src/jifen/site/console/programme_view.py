"""The programme as tables: rules, rewards, tiers, campaigns, messages, each row beside what it was."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import msgspec

from jifen.messages.definition import TemplatePlan
from jifen.pages import figures, naming
from jifen.programs.definition import Programme
from jifen.programs.guard.worth import point_worth
from jifen.programs.planning import Rebate
from jifen.programs.publications import Publication
from jifen.rules.definition import AnyRule, Campaign, Combination, Flat, PerItem, Reached
from jifen.rules.rewards import Reward
from jifen.rules.tiers import Tier
from jifen.site.console.programme_words import Said, Spans, bare, compared, percent, plain
from jifen.values.periods import local_day

FULL_PERMILLE = 250
"""A rebate of a quarter fills its bar."""

STEPS_SHOWN = 3

FIXED_PERMILLE = 1000
"""What is given once, whatever is spent, is no rate above this."""

PARTS = ("rules", "rewards", "tiers", "campaigns", "messages")

CLAUSE = re.compile("[，,；;。]")
"""Where the first clause of a rule's title ends: enough to know it by in a sum."""


class Bar(msgspec.Struct, frozen=True):
    """An effective rebate. text: 2.10%, or that it is fixed; permille: how much of the bar, 0: none."""

    text: str
    permille: int
    green: bool


class StepSaid(msgspec.Struct, frozen=True):
    """A purchase of the path: what it is, and what each rule gives for it."""

    said: str
    gave: str


class Highest(msgspec.Struct, frozen=True, kw_only=True):
    """The highest rebate: its percentage and those of its bounds, and where these stand on the bar."""

    percent: str
    warn: int
    refuse: int
    filled: int
    warn_at: int
    steps: tuple[StepSaid, ...]
    tried: int
    spend: str
    cut: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row. mark: same, changed, new or gone. cells: after the name, in the order of the heads.

    key: its name in addresses. since: the version that changed it last, 0: unknown.
    """

    key: str
    name: Spans
    cells: tuple[Spans, ...]
    mark: str
    bar: Bar | None = None
    since: int = 0


class Table(msgspec.Struct, frozen=True):
    """A table of one part. heads: words of its columns after the name; figures: which of them are numbers."""

    part: str
    heads: tuple[str, ...]
    figures: frozenset[int]
    rows: tuple[Row, ...]

    @property
    def changed(self) -> tuple[Row, ...]:
        """The rows that are not as before."""
        return tuple(row for row in self.rows if row.mark != "same")

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(row.mark != "gone" for row in self.rows)


class Beside(msgspec.Struct, frozen=True):
    """A programme beside the one before it; old None: it is looked at by itself."""

    new: Said
    old: Said | None = None

    def tables(
        self, rebates: Sequence[Rebate] = (), since: Mapping[tuple[str, str], int] | None = None
    ) -> dict[str, Table]:
        """All tables. since: which version changed what last, see `last_changes`."""
        known = since or {}
        bars = {one.rule: one for one in rebates}
        return {
            "rules": Table("rules", ("when", "gives"), frozenset((1,)), self._rows(
                "rules", _rules, "id", _rule_cells, known, lambda rule: self._bar(rule, bars.get(rule.id))
            )),
            "rewards": Table("rewards", ("merchant", "kind", "price", "value"), frozenset((3,)), self._rows(
                "rewards", _rewards, "code", _reward_cells, known
            )),
            "tiers": Table("tiers", ("at", "keep", "benefits"), frozenset((0, 1)), self._rows(
                "tiers", _tiers, "code", _tier_cells, known
            )),
            "campaigns": Table("campaigns", ("since_day", "until", "text"), frozenset(), self._rows(
                "campaigns", _campaigns, "code", _campaign_cells, known
            )),
            "messages": Table("messages", ("channel", "text"), frozenset(), self._rows(
                "messages", _messages, "", _message_cells, known
            )),
        }  # fmt: skip

    def _rows(
        self,
        part: str,
        items: Callable[[Programme], Iterable[Any]],
        name: str,
        cells: Callable[[Said, Any], tuple[str, ...]],
        since: Mapping[tuple[str, str], int],
        bar: Callable[[Any], Bar | None] = lambda _: None,
    ) -> tuple[Row, ...]:
        def key_of(item: Any) -> str:
            return str(getattr(item, name)) if name else message_key(item)

        before = {key_of(one): one for one in items(self.old.programme)} if self.old else {}
        found = []
        for item in items(self.new.programme):
            key = key_of(item)
            was = before.pop(key, None)
            said = cells(self.new, item)
            if self.old is None or was == item:
                mark, laid = "same", tuple(plain(cell) for cell in said)
            else:
                told = cells(self.old, was) if was is not None else (None,) * len(said)
                mark = "changed" if was is not None else "new"
                laid = tuple(compared(old, new) for old, new in zip(told, said, strict=True))
            found.append(
                Row(
                    key=key,
                    name=laid[0],
                    cells=laid[1:],
                    mark=mark,
                    bar=bar(item),
                    since=since.get((part, key), 0),
                )
            )
        for key, was in before.items():
            assert self.old is not None
            laid = tuple(compared(cell, None) for cell in cells(self.old, was))
            found.append(Row(key=key, name=laid[0], cells=laid[1:], mark="gone"))
        return tuple(found)

    def _bar(self, rule: AnyRule, rebate: Rebate | None) -> Bar | None:
        if rebate is None:
            return None
        if rebate.permille is None:
            return Bar(self.new.t("decide.fixed"), 0, False)
        share = Fraction(rebate.permille)
        once = rule.once in ("year", "ever")
        if once and not rule.when.minimum_fen and share > FIXED_PERMILLE // 20:
            return Bar(self.new.t("decide.fixed"), 0, False)
        text = percent(share)
        if isinstance(rule, Flat | PerItem | Combination | Reached):
            text = self.new.t("decide.at_most", percent=text)
        green = (rule.unit or self.new.rules.unit) != self.new.rules.unit
        return Bar(text, min(1000, int(share * 1000 / FULL_PERMILLE)), green)


def highest(said: Said, found: Mapping[str, Any] | None) -> Highest | None:
    """The guard's worst year in words. found: as the interface answers it for a draft."""
    if found is None:
        return None
    share, refuse = Fraction(found["permille"]), int(found["refuse_permille"])
    titles = {rule.id: CLAUSE.split(said.title(rule))[0] for rule in said.rules.rules}
    steps = []
    for step in found["steps"][:STEPS_SHOWN]:
        place = said.store(step["store"]) if step["store"] else ""
        place = place or (said.merchant(step["merchant"]) if step["merchant"] else said.t("decide.any_shop"))
        line = said.t("decide.step", day=step["day"], place=place, fen=figures.yuan(step["fen"]))
        if step["times"] > 1:
            line = said.joined(
                [line, said.t("decide.times", step["times"], times=figures.whole(step["times"]))]
            )
        gave = [f"{titles.get(rule, rule)} {figures.whole(points)}" for rule, points in step["gave"].items()]
        steps.append(StepSaid(line, bare(said.words.joined(gave, "join.plus"))))
    return Highest(
        percent=percent(share),
        warn=found["warn_permille"] // 10,
        refuse=refuse // 10,
        filled=min(100, int(share * 100 / refuse)),
        warn_at=found["warn_permille"] * 100 // refuse,
        steps=tuple(steps),
        tried=found["tried"],
        spend=figures.yuan(found["spend_fen"]),
        cut=found["cut"],
    )


def basis(said: Said) -> str:
    """By what worth of points the rebates are reckoned."""
    worth = point_worth(said.programme, said.rules.unit) * 100
    return said.t("decide.basis", unit=said.unit(None), worth=figures.yuan(int(worth + Fraction(1, 2))))


def last_changes(versions: Sequence[Publication]) -> dict[tuple[str, str], int]:
    """Which version changed each rule, reward, tier, campaign and message last. versions: oldest first."""
    found: dict[tuple[str, str], int] = {}
    before: dict[tuple[str, str], object] = {}
    for version in versions:
        now = _objects(version.definition)
        for key, item in now.items():
            if before.get(key) != item:
                found[key] = version.version
        before = now
    return found


def _objects(programme: Programme) -> dict[tuple[str, str], object]:
    return {
        **{("rules", one.id): one for one in _rules(programme)},
        **{("rewards", one.code): one for one in _rewards(programme)},
        **{("tiers", one.code): one for one in _tiers(programme)},
        **{("campaigns", one.code): one for one in _campaigns(programme)},
        **{("messages", message_key(one)): one for one in _messages(programme)},
    }


def message_key(template: TemplatePlan) -> str:
    """What a text of a message is found by."""
    return f"{template.event}.{template.channel}.{template.language}"


def address_of(key: str) -> str:
    """A key as a part of an address."""
    return quote(key, safe="")


def _rules(programme: Programme) -> Sequence[AnyRule]:
    return programme.rules.rules


def _rewards(programme: Programme) -> Sequence[Reward]:
    return programme.rules.rewards


def _tiers(programme: Programme) -> Sequence[Tier]:
    tiers = programme.rules.tiers
    return tiers.levels if tiers else ()


def _campaigns(programme: Programme) -> Sequence[Campaign]:
    return programme.rules.campaigns


def _messages(programme: Programme) -> Sequence[TemplatePlan]:
    return programme.messages.templates


def _rule_cells(said: Said, rule: AnyRule) -> tuple[str, ...]:
    return said.title(rule), said.when(rule), said.gives(rule)


def _reward_cells(said: Said, reward: Reward) -> tuple[str, ...]:
    title = bare(naming.said_in(said.words, reward.title, reward.title_en))
    merchant = said.merchant(reward.merchant) if reward.merchant else said.t("decide.reward.anywhere")
    value = figures.yuan(reward.value_fen) if reward.value_fen else ""
    return title, merchant, said.t(f"decide.kind.{reward.kind}"), said.price(reward), value


def _tier_cells(said: Said, tier: Tier) -> tuple[str, ...]:
    title = bare(naming.said_in(said.words, tier.title, tier.title_en))
    tiers = said.rules.tiers
    fen = tiers is not None and tiers.by == "spend"
    kept = tier.at if tier.keep_at is None else tier.keep_at
    amounts = [figures.yuan(one) if fen else figures.whole(one) for one in (tier.at, kept)]
    english = tier.benefits_en if said.words.language == "en" and tier.benefits_en else tier.benefits
    return title, *amounts, bare(said.words.joined(english, "join.list"))


def _campaign_cells(said: Said, campaign: Campaign) -> tuple[str, ...]:
    title = bare(naming.said_in(said.words, campaign.title, campaign.title_en))
    text = bare(naming.said_in(said.words, campaign.text, campaign.text_en))
    zone = said.programme.zone
    since, last = local_day(campaign.since, zone), local_day(campaign.until - figures.AN_INSTANT, zone)
    return title, since.isoformat(), last.isoformat(), text


def _message_cells(said: Said, template: TemplatePlan) -> tuple[str, ...]:
    event = said.words.named("decide.event", template.event)
    language = said.t(f"decide.language.{template.language}")
    channel = said.words.named("decide.channel", template.channel)
    subject = (
        f"{template.subject}：" if template.subject and said.words.language == "zh" else template.subject
    )
    if template.subject and said.words.language == "en":
        subject = f"{template.subject}: "
    return str(event), f"{channel} · {language}", f"{subject}{template.text}"

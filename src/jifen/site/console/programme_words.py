"""The programme in words: what a rule gives and when, what a reward asks, and what of it is struck or new."""

import difflib
import re
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec
from markupsafe import Markup

from jifen.pages import figures, naming
from jifen.pages.goods import goods_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.kinds import acts_of
from jifen.rules.rewards import Reward
from jifen.rules.when import Conditions, LineFilter
from jifen.values.periods import local_day

A_DAY = timedelta(days=1)
TOKENS = re.compile(r"[，、；。,;]|\s+|[¥+−-]?[0-9][0-9,.]*%?|[A-Za-z]+|[^\s，、；。,;¥0-9A-Za-z]+|.")
"""A text falls into marks, numbers, Latin words, and stretches of Chinese."""


def bare(text: Markup) -> str:
    """What was made for a page as a plain text again, which is escaped where it is shown."""
    return text.unescape()


class Span(msgspec.Struct, frozen=True):
    """A piece of a text; mark: same, old or new."""

    mark: str
    text: str


Spans = tuple[Span, ...]


def plain(text: str) -> Spans:
    """A text of which nothing changed."""
    return (Span("same", text),) if text else ()


def compared(old: str | None, new: str | None) -> Spans:
    """Two texts laid into one, piece by piece; None: it was not there, or is there no more."""
    if old == new:
        return plain(new or "")
    if not old or not new:
        return (Span("old", old),) if old else (Span("new", new or ""),)
    was, becomes = TOKENS.findall(old), TOKENS.findall(new)
    found: list[Span] = []
    matcher = difflib.SequenceMatcher(None, was, becomes, autojunk=False)
    if matcher.ratio() < 0.4:
        return Span("old", old), Span("new", new)
    for how, i1, i2, j1, j2 in matcher.get_opcodes():
        if how == "equal":
            found.append(Span("same", "".join(new_piece for new_piece in becomes[j1:j2])))
            continue
        if i2 > i1:
            found.append(Span("old", "".join(was[i1:i2])))
        if j2 > j1:
            found.append(Span("new", "".join(becomes[j1:j2])))
    return tuple(found)


def percent(permille: str | Fraction | None) -> str:
    """Thousandths as a percentage of two places, rounded half up; the empty text: nothing is spent."""
    if permille is None:
        return ""
    hundredths = (Fraction(permille) * 10 * 2 + 1) // 2
    return f"{hundredths // 100:,}.{hundredths % 100:02d}%"


class Said(msgspec.Struct, frozen=True):
    """A programme with the words to say it in. program: what is in force, for names of places."""

    programme: Programme
    program: Program
    words: Words

    @property
    def rules(self) -> RuleSet:
        """Its rules."""
        return self.programme.rules

    def unit(self, code: str | None) -> str:
        """The name of a unit; None: the programme's usual one."""
        wanted = code or self.rules.unit
        found = next((one for one in self.programme.units if one.code == wanted), None)
        return bare(naming.said_in(self.words, found.name, found.name_en)) if found else wanted

    def merchant(self, code: str) -> str:
        """The name of a merchant."""
        found = next((one for one in self.programme.merchants if one.code == code), None)
        return bare(naming.said_in(self.words, found.name, found.name_en)) if found else code

    def store(self, code: str) -> str:
        """The name of a store."""
        for merchant in self.programme.merchants:
            for store in merchant.stores:
                if store.code == code:
                    return store.name
        return code

    def joined(self, parts: list[str]) -> str:
        """Parts with the language's comma between."""
        return bare(self.words.joined(parts))

    def t(self, key: str, count: int | None = None, /, **facts: object) -> str:
        """A text of the catalogue."""
        return bare(self.words.t(key, count, **facts))

    def title(self, rule: AnyRule) -> str:
        """What a rule is called."""
        return bare(naming.title_of(rule, self.words))

    def gives(self, rule: AnyRule) -> str:
        """How much a rule gives."""
        unit = self.unit(rule.unit)
        match rule:
            case PerAmount():
                said = [self._rate(rule.rate, unit)]
                said += [
                    self.t(
                        "decide.gives.from", fen=figures.yuan(step.from_fen), rate=self._rate(step.rate, unit)
                    )
                    for step in rule.brackets
                ]
                return self.joined(said)
            case PerItem(points=points, every=every):
                return self.t(
                    "decide.gives.each", every, every=every, points=figures.whole(points), unit=unit
                )
            case Multiplier(factor=factor):
                return self.t("decide.gives.times", factor=factor)
            case Combination(points=points, most=most) if most > 1:
                return self.t("decide.gives.at_most", points=figures.whole(points), unit=unit, most=most)
        return self.t("decide.gives.points", points=figures.whole(rule.points), unit=unit)

    def _rate(self, rate: Rate, unit: str) -> str:
        if not rate.points:
            return self.t("decide.gives.nothing")
        key = "decide.gives.a_yuan" if rate.fen == 100 else "decide.gives.for"
        return self.t(key, points=figures.whole(rate.points), unit=unit, fen=figures.yuan(rate.fen))

    def when(self, rule: AnyRule) -> str:
        """When a rule gives: of what, where, on which days, to whom, how often."""
        parts = [self._of(rule)]
        if rule.when.merchants:
            parts.append(
                bare(self.words.joined([self.merchant(one) for one in rule.when.merchants], "join.list"))
            )
        parts.append(self.conditions(rule.when))
        campaign = next((one for one in self.rules.campaigns if one.code == rule.campaign), None)
        if campaign is not None:
            title = naming.said_in(self.words, campaign.title, campaign.title_en)
            parts.append(self.t("decide.when.campaign", title=title))
        if isinstance(rule, PerAmount):
            parts += [
                self.t("decide.gives.other", goods=code, rate=self._rate(rate, self.unit(rule.unit)))
                for code, rate in rule.rates.items()
            ]
        if rule.once:
            parts.append(self.t(f"decide.when.once_{rule.once}"))
        if rule.once_per_code:
            parts.append(self.t("decide.when.once_per_code"))
        parts += [
            bare(self.words.t(f"decide.when.cap_{cap.per}", points=figures.whole(cap.points)))
            for cap in rule.caps
        ]
        if rule.pending_days:
            parts.append(self.t("decide.when.pending", rule.pending_days, days=rule.pending_days))
        if rule.validity is not None:
            parts.append(self.t("decide.when.lives", life=self.life(rule.validity)))
        if rule.budget:
            parts.append(self.t("decide.when.budget"))
        return self.joined([one for one in parts if one]) or self.t("decide.when.always")

    def _of(self, rule: AnyRule) -> str:
        acts = sorted(act for act in acts_of(rule) or () if act)
        if acts:
            named = [bare(naming.act_of(act, self.rules, self.words)) or act for act in acts]
            return bare(self.words.joined(named, "join.or"))
        match rule:
            case Reached(per=per, spend_fen=fen):
                return self.t(f"decide.when.reached_{per}", fen=figures.yuan(fen))
            case Streak(per=per, length=length):
                return self.t(f"decide.when.streak_{per}", length=length)
            case Combination(parts=parts):
                return bare(self.words.joined([self._goods(part.lines) for part in parts], "join.plus"))
            case PerItem(lines=lines):
                return self._goods(lines)
            case Flat(lines=lines) | PerAmount(lines=lines) if lines is not None:
                return self._goods(lines)
        return ""

    def _goods(self, lines: LineFilter) -> str:
        return bare(goods_of(lines, self.words))

    def conditions(self, when: Conditions) -> str:
        """Conditions of a rule, a price or a reward, but for merchants."""
        known = tuple(name for name in when.calendars if name in self.rules.calendars)
        asked = msgspec.structs.replace(when, calendars=known)
        said = [bare(naming.when_of(asked, self.program, self.rules, self.words))]
        if when.since is not None:
            said.append(self.t("decide.when.since", day=self.day(when.since)))
        if when.until is not None:
            said.append(self.t("decide.when.until", day=self.last_day(when.until)))
        return self.joined([one for one in said if one])

    def day(self, at: datetime) -> str:
        """The day of an instant."""
        return bare(self.words.full_day(local_day(at, self.programme.zone)))

    def last_day(self, until: datetime) -> str:
        """The last day before an end."""
        return bare(self.words.full_day(local_day(until - figures.AN_INSTANT, self.programme.zone)))

    def life(self, validity: object) -> str:
        """How long points live."""
        tag = validity.__struct_config__.tag  # type: ignore[attr-defined]
        facts = msgspec.to_builtins(validity)
        if tag == "rolling":
            month_end = "_month_end" if facts["to"] == "month_end" else ""
            if facts["months"]:
                return self.t(f"decide.life.months{month_end}", facts["months"], months=facts["months"])
            return self.t(f"decide.life.days{month_end}", facts["days"], days=facts["days"])
        return self.t(
            f"decide.life.{tag}", **{name: value for name, value in facts.items() if name != "type"}
        )

    def price(self, reward: Reward) -> str:
        """What a reward costs, with its other prices."""
        unit = self.unit(reward.unit)
        if reward.threshold is not None and not reward.points:
            return self.t("decide.reward.threshold", points=figures.whole(reward.threshold), unit=unit)
        said = [self._asks(reward.points, reward.cash_fen, unit)]
        said += [
            self.t(
                "decide.reward.price",
                when=self.conditions(price.when),
                price=self._asks(price.points, price.cash_fen, unit),
            )
            for price in reward.prices
        ]
        return self.joined(said)

    def _asks(self, points: int, cash_fen: int, unit: str) -> str:
        said = f"{figures.whole(points)} {unit}"
        return f"{said} + {figures.yuan(cash_fen)}" if cash_fen else said

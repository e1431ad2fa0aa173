"""Extreme facts made of the rules' own thresholds and filters: days, places, persons and baskets."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import NamedTuple

import msgspec

from jifen.programs.definition import Programme
from jifen.programs.guard.bounds import Bounds
from jifen.rules.award import Facts, Line
from jifen.rules.calendars import stores_on
from jifen.rules.conditions import not_on
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    PerAmount,
    PerItem,
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.person import Anniversary, Person, Standing, Token
from jifen.rules.when import LineFilter
from jifen.values.periods import add_months, end_of_day, start_of_day

DAYS_LOOKED_AT = 365
DAY_KINDS_MOST = 36
PLACES_MOST = 24
BASKETS_MOST = 300
FAR = datetime(9000, 1, 1, tzinfo=UTC)


class Basket(NamedTuple):
    """What is bought, or paid by an act that carries an amount."""

    lines: tuple[Line, ...]
    amount: int
    act: str | None = None


Where = tuple[tuple[str, str], tuple[str, bool, bool], str, str]
"""Place (merchant and store), person (tier, newly joined, invited), channel and payment."""


class Extremes(NamedTuple):
    """All values that a search may put together.

    days: of each kind of day, all such days; active: the rules that may hold on them.
    """

    days: tuple[tuple[date, ...], ...]
    active: tuple[frozenset[str], ...]
    places: tuple[tuple[str, str], ...]
    persons: tuple[tuple[str, bool, bool], ...]
    channels: tuple[str, ...]
    payments: tuple[str, ...]
    baskets: tuple[Basket, ...]


def ungated(rules: RuleSet) -> RuleSet:
    """The rules as they are at the worst: expressions hold, budgets are not used up, no streak is broken.

    Of a streak every period gives its part, since the search tries days in no order of time.
    """
    made: list[AnyRule] = []
    for rule in rules.rules:
        when = msgspec.structs.replace(rule.when, expression=None)
        if isinstance(rule, Streak):
            part = -(-rule.points // rule.length)
            made.append(
                Flat(
                    id=rule.id,
                    when=when,
                    unit=rule.unit,
                    points=part,
                    acts=rule.acts,
                    once=rule.per,
                    group=rule.group,
                    priority=rule.priority,
                    campaign=rule.campaign,
                )
            )
        else:
            made.append(msgspec.structs.replace(rule, when=when, budget=None))
    return msgspec.structs.replace(rules, rules=tuple(made))


def extremes(programme: Programme, on: date, bounds: Bounds) -> Extremes:
    """What the rules of a programme make worth trying, from a day on."""
    rules = programme.rules
    given = [rule.when for rule in rules.rules]
    kinds = _kinds_of_days(programme, on)
    return Extremes(
        days=tuple(days for _, days in kinds),
        active=tuple(active for active, _ in kinds),
        places=_places(programme),
        persons=tuple(_persons(programme)),
        channels=tuple(dict.fromkeys(["", *(name for when in given for name in when.channels)])),
        payments=tuple(dict.fromkeys(["", *(name for when in given for name in when.payments)])),
        baskets=tuple(islice(dict.fromkeys(_baskets(rules, bounds)), BASKETS_MOST)),
    )


def seed_of(programme: Programme, rule: AnyRule, space: Extremes) -> Where:
    """Where a rule's own conditions hold together, to begin a search there.

    Of a rule for gold members who pay by card in the app no condition alone gives anything, so that a search
    that changes one thing at a time would pass it by.
    """
    when = rule.when
    owner = {store.code: one.code for one in programme.merchants for store in one.stores}
    stores = when.stores
    for name in when.calendars:
        calendar = programme.rules.calendars.get(name)
        stores = stores or tuple(getattr(calendar, "stores", ()))
    place = space.places[0]
    if stores:
        place = (owner.get(stores[0], ""), stores[0])
    elif when.merchants:
        place = (when.merchants[0], "")
    asked = ((when.tiers or ("",))[0], bool(when.joined_within_days), bool(when.invited))
    person = asked if asked in space.persons else space.persons[0]
    return place, person, (when.channels or ("",))[0], (when.payments or ("",))[0]


class Scenes:
    """Puts together the facts of events, each person once a day."""

    def __init__(self, programme: Programme) -> None:
        self._zone = programme.zone
        self._segments = tuple(
            dict.fromkeys(name for rule in programme.rules.rules for name in rule.when.segments)
        )
        self._tokens = tuple(
            Token(authority.code, grant, FAR, grant)
            for authority in programme.authorities
            for grant in authority.grants
        )
        self._persons: dict[tuple[date, tuple[str, bool, bool]], Person] = {}

    def facts(
        self,
        day: date,
        place: tuple[str, str],
        person: tuple[str, bool, bool],
        channel: str,
        payment: str,
        basket: Basket,
    ) -> Facts:
        """The facts of one event. person: tier, whether newly joined, whether invited."""
        who = self._persons.get((day, person))
        if who is None:
            who = self._persons[day, person] = self._person(day, *person)
        return Facts(
            merchant=place[0],
            store=place[1],
            at=start_of_day(day, self._zone) + timedelta(hours=12),
            day=day,
            amount=basket.amount,
            lines=basket.lines,
            act=basket.act,
            channel=channel,
            payment=payment,
            person=who,
            evidence={line.evidence: line.evidence for line in basket.lines if line.evidence},
        )

    def _person(self, day: date, tier: str, new: bool, invited: bool) -> Person:
        return Person(
            joined=day if new else add_months(day, -36),
            standing=Standing(tier),
            segments=self._segments,
            tokens=self._tokens,
            birthdays=tuple(
                Anniversary(whose, whose, day.month, day.day) for whose in ("self", "child", "pet")
            ),
            inviter="somebody" if invited else "",
        )


def _kinds_of_days(programme: Programme, on: date) -> list[tuple[frozenset[str], tuple[date, ...]]]:
    rules = programme.rules
    named = [day for rule in rules.rules for day in rule.when.dates]
    named += [campaign.since.date() + timedelta(days=1) for campaign in rules.campaigns]
    named += [rule.when.since.date() + timedelta(days=1) for rule in rules.rules if rule.when.since]
    kinds: dict[frozenset[tuple[str, frozenset[str] | None]], list[date]] = {}
    for day in dict.fromkeys([*(on + timedelta(days=after) for after in range(DAYS_LOOKED_AT)), *named]):
        kinds.setdefault(frozenset(_active(rules, day, programme.zone)), []).append(day)
    found = [(frozenset(name for name, _ in kind), tuple(days)) for kind, days in kinds.items()]
    found.sort(key=lambda kind: -len(kind[0]))
    most = found[:DAY_KINDS_MOST]
    seen = frozenset[str]().union(*(active for active, _ in most))
    for active, days in found[DAY_KINDS_MOST:]:
        # Every rule has a day of its own kind among them.
        if not active <= seen:
            most.append((active, days))
            seen |= active
    return most


def _active(rules: RuleSet, day: date, zone: str) -> Iterator[tuple[str, frozenset[str] | None]]:
    begins, ends = start_of_day(day, zone), end_of_day(day, zone)
    campaigns = {campaign.code: campaign for campaign in rules.campaigns}
    for rule in rules.rules:
        when = rule.when
        campaign = campaigns.get(rule.campaign or "")
        windows = [(when.since, when.until)] + ([(campaign.since, campaign.until)] if campaign else [])
        if any((since and since >= ends) or (until and until <= begins) for since, until in windows):
            continue
        if not_on(when, day) is not None:
            continue
        held = [stores_on(rules.calendars[name], day) for name in when.calendars if name in rules.calendars]
        if when.calendars and not any(stores is None or stores for stores in held):
            continue
        everywhere = None in held or not held
        yield rule.id, None if everywhere else frozenset[str]().union(*(one for one in held if one))


def _places(programme: Programme) -> tuple[tuple[str, str], ...]:
    owner = {store.code: merchant.code for merchant in programme.merchants for store in merchant.stores}
    asked: list[tuple[str, str]] = []
    for rule in programme.rules.rules:
        asked += [(owner.get(store, ""), store) for store in rule.when.stores]
        asked += [(merchant, "") for merchant in rule.when.merchants]
    for calendar in programme.rules.calendars.values():
        asked += [(owner.get(store, ""), store) for store in getattr(calendar, "stores", {})]
    every = [(merchant, store) for store, merchant in owner.items()]
    every += [(merchant.code, "") for merchant in programme.merchants]
    return tuple(dict.fromkeys([*asked, *every, ("", "")]))[:PLACES_MOST]


def _persons(programme: Programme) -> Iterator[tuple[str, bool, bool]]:
    rules = programme.rules
    tiers = ["", *(tier.code for tier in rules.tiers.levels)] if rules.tiers else [""]
    joining = any(rule.when.joined_within_days for rule in rules.rules)
    invited = any(rule.when.invited is not None for rule in rules.rules)
    for tier in tiers:
        for new in (False, True) if joining else (False,):
            for guest in (False, True) if invited else (False,):
                yield tier, new, guest


def filters_of(rule: AnyRule) -> Iterator[LineFilter]:
    """What a rule says of lines, in all its fields."""
    if rule.when.lines is not None:
        yield rule.when.lines
    match rule:
        case PerAmount(lines=lines, rates=rates):
            if lines is not None:
                yield lines
            for category in rates:
                yield LineFilter(categories=(category,))
        case PerItem(lines=lines):
            yield lines
        case Flat(lines=lines, categories=categories, tags=tags):
            if lines is not None:
                yield lines
            if categories or tags:
                yield LineFilter(categories=categories[:1], tags=tags[:1])
        case Combination(parts=parts):
            for part in parts:
                yield part.lines


def _line(filters: Iterable[LineFilter]) -> Line | None:
    """One line that all of some filters mean; None: there can be none."""
    sku, category, brand, evidence, tags = "", "", "", "", set[str]()
    for one in filters:
        for given, now in (
            (one.skus, sku),
            (one.categories, category),
            (one.brands, brand),
            (one.evidence, evidence),
        ):
            if given and now and now not in given:
                return None
        sku = sku or (one.skus[0] if one.skus else "")
        category = category or (one.categories[0] if one.categories else "")
        brand = brand or (one.brands[0] if one.brands else "")
        evidence = evidence or (one.evidence[0] if one.evidence else "")
        if one.tags and tags.isdisjoint(one.tags):
            tags.add(one.tags[0])
    return Line(sku or "any", category, 1, 0, tuple(sorted(tags)), brand, evidence)


def _lines(rules: RuleSet) -> list[Line]:
    """Lines worth buying: of each filter, of as many at once as go together, and of none."""
    filters = list(dict.fromkeys(one for rule in rules.rules for one in filters_of(rule)))
    found = [Line("any", "", 1, 0)]
    for first in filters:
        together = [first]
        for other in filters:
            if other is not first and _line([*together, other]) is not None:
                together.append(other)
        found += [line for line in (_line([first]), _line(together)) if line is not None]
    return list(dict.fromkeys(found))[:40]


def _baskets(rules: RuleSet, bounds: Bounds) -> Iterator[Basket]:
    """Baskets worth trying: those of each rule first, then of combinations, then all that is left."""
    piece = bounds["piece_fen"]
    for rule in rules.rules:
        line = _line(filters_of(rule)) or Line("any", "", 1, 0)
        count = max(1, rule.when.minimum_quantity, getattr(rule, "every", 1))
        for amount in sorted({piece * count, *_own_amounts(rule)}):
            yield _bought([(line, count)], amount, piece)
            for act in rule.acts if isinstance(rule, PerAmount) else ():
                yield Basket((), amount, act)
    amounts = sorted({max(piece, one) for rule in rules.rules for one in _own_amounts(rule)})
    amounts = sorted({piece, 10_000, 100_000, *amounts})
    lines = _lines(rules)
    sets = [_set_of(rule) for rule in rules.rules if isinstance(rule, Combination)]
    together = [(line, 1) for line in lines[1:]]
    for wanted in [*sets, together, [one for parts in sets for one in parts] + together]:
        for rich in [None, *lines] if wanted else []:
            least = piece * sum(count for _, count in wanted)
            for amount in (least, *amounts[:: max(1, len(amounts) // 6)]):
                yield _bought([*([(rich, 1)] if rich is not None else []), *wanted], amount, piece)
    for line in lines:
        for amount in amounts:
            yield _bought([(line, 1)], amount, piece)


def _set_of(rule: Combination) -> list[tuple[Line, int]]:
    made = [(_line([part.lines]), part.quantity * min(rule.most, 3)) for part in rule.parts]
    return [(line, count) for line, count in made if line is not None]


def _bought(wanted: list[tuple[Line, int]], amount: int, piece: int) -> Basket:
    """The pieces that are wanted, each as cheap as can be, and the rest of the amount on the first."""
    cost = sum(piece * count for _, count in wanted)
    rest = max(0, amount - cost)
    lines = tuple(
        msgspec.structs.replace(line, quantity=count, amount=piece * count + (rest if place == 0 else 0))
        for place, (line, count) in enumerate(wanted)
    )
    return Basket(lines, cost + rest)


def _own_amounts(rule: AnyRule) -> set[int]:
    """The amounts, in fen, at which a rule begins to give, or gives most."""
    when = rule.when
    found = {one for one in (when.minimum_fen, when.maximum_fen) if one}
    match rule:
        case PerAmount(rate=rate, brackets=brackets):
            found |= {amount for one in brackets for amount in (one.from_fen + 1, 10 * one.from_fen)}
            found |= {cap.points * rate.fen // rate.points for cap in rule.caps if rate.points}
            found |= {rate.fen, 10_000}
        case Reached(spend_fen=spend):
            found.add(spend)
    return {one for one in found if one > 0}

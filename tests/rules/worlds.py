"""Any rules over a small town, and any events in it: for what must hold of all of them."""

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from jifen.rules.award import Facts
from jifen.rules.calendars import Dates, MarketDays, Markets, Weekdays
from jifen.rules.definition import (
    AnyRule,
    Bracket,
    Budget,
    Campaign,
    Cap,
    Combination,
    Conditions,
    Flat,
    Funding,
    LineFilter,
    Multiplier,
    Part,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.person import Anniversary, Person, Standing
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Birthday, Nth
from tests.rules.basket import NOON, facts, line

MERCHANTS = ("air", "sea")
STORES = ("air", "sea", "hut")
CATEGORIES, BRANDS, TAGS, SKUS = ("A", "B", "C"), ("x", "y"), ("organic", "frozen"), ("s1", "s2", "s3")
ACTS = ("visit", "survey")
KINDS = ("organic", "degradable")
EXPRESSIONS = (
    "amount > 300",
    "hour == 12",
    "tier == 'gold'",
    "'A' in by_category",
    "by_category['B'] > 1",
    "lines.exists(l, l.brand == 'x')",
)


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """None of these, or a few."""
    return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly none."""
    return st.none() | st.none() | values


FILTERS = st.builds(
    LineFilter,
    skus=some(SKUS),
    categories=some(CATEGORIES),
    brands=some(BRANDS),
    tags=some(TAGS),
    evidence=st.just(()) | some(KINDS),
)
RATES = st.builds(Rate, st.integers(0, 5), st.integers(1, 300))
PERIODS = st.sampled_from(("day", "week", "month", "year", "ever"))
CONDITIONS = st.builds(
    Conditions,
    merchants=some(MERCHANTS),
    stores=st.just(()) | some(STORES),
    weekdays=st.just(()) | st.just((2, 3)),
    minimum_fen=st.sampled_from((0, 0, 200)),
    since=maybe(st.just(NOON)),
    until=maybe(st.just(NOON + timedelta(hours=3))),
    calendars=st.just(()) | some(("market", "wednesday", "never")),
    channels=st.just(()) | st.just(("app",)),
    lines=maybe(FILTERS),
    maximum_fen=maybe(st.just(700)),
    minimum_quantity=st.sampled_from((0, 0, 0, 3)),
    tiers=st.just(()) | st.just(("gold",)),
    joined_within_days=maybe(st.just(10)),
    birthday=maybe(st.builds(Birthday, whose=st.sampled_from(("self", "pet")))),
    invited=maybe(st.booleans()),
    nth=maybe(st.builds(Nth, per=PERIODS, every=st.integers(1, 3))),
    expression=maybe(st.sampled_from(EXPRESSIONS)),
)
SHARED: dict[str, Any] = {
    "when": CONDITIONS,
    "caps": st.lists(st.builds(Cap, st.integers(1, 60), PERIODS | st.just("event")), max_size=2).map(tuple),
    "once": maybe(PERIODS),
    "once_per_code": st.sampled_from((False, False, False, True)),
    "group": maybe(st.sampled_from(("best", "first"))),
    "priority": st.integers(-1, 1),
    "campaign": maybe(st.just("autumn")),
    "budget": maybe(st.just("fund")),
    "funding": st.just(())
    | st.lists(
        st.builds(Funding, st.sampled_from(("merchant", "operator", "sea")), st.integers(1, 5)), max_size=3
    ).map(tuple),
}
FEW = st.integers(1, 40)
DONE = st.just(()) | some(ACTS)
WITHOUT_CODES = {**SHARED, "once_per_code": st.just(False)}
RULES: st.SearchStrategy[AnyRule] = st.one_of(
    st.builds(
        PerAmount,
        id=st.just("r"),
        rate=RATES,
        rates=st.dictionaries(st.sampled_from(CATEGORIES), RATES, max_size=2),
        brackets=st.just(()) | st.tuples(st.builds(Bracket, st.integers(100, 600), RATES)),
        bracket_mode=st.sampled_from(("progressive", "whole")),
        lines=maybe(FILTERS),
        acts=DONE,
        rounding=st.sampled_from(("floor", "half_up", "ceiling")),
        **SHARED,
    ),
    st.builds(PerItem, id=st.just("r"), points=FEW, lines=FILTERS, every=st.integers(1, 3), **WITHOUT_CODES),
    st.builds(
        Flat,
        id=st.just("r"),
        points=FEW,
        acts=DONE,
        categories=some(CATEGORIES),
        tags=st.just(()) | some(TAGS),
        lines=maybe(FILTERS),
        **SHARED,
    ),
    st.builds(
        Combination,
        id=st.just("r"),
        points=FEW,
        parts=st.lists(st.builds(Part, FILTERS, st.integers(1, 2)), min_size=2, max_size=3).map(tuple),
        most=st.integers(1, 3),
        **WITHOUT_CODES,
    ),
    st.builds(
        Reached, id=st.just("r"), points=FEW, spend_fen=st.integers(1, 2000), per=PERIODS, **WITHOUT_CODES
    ),
    st.builds(
        Streak,
        id=st.just("r"),
        points=FEW,
        length=st.integers(2, 3),
        per=st.sampled_from(("day", "week", "month")),
        acts=DONE,
        **SHARED,
    ),
    st.builds(Multiplier, id=st.just("r"), factor=st.sampled_from(("1.5", "2")), **WITHOUT_CODES),
)


def whole(rules: list[AnyRule]) -> RuleSet:
    """A rule set of these rules, each with an id of its own, and of what they name."""
    named = tuple(msgspec.structs.replace(rule, id=f"r{place}") for place, rule in enumerate(rules))
    return RuleSet(
        rules=named,
        groups={"best": "best", "first": "first"},
        calendars={
            "market": Markets(
                stores={"air": MarketDays(lunar_digits=(0,)), "sea": MarketDays(weekdays=(4,))}
            ),
            "wednesday": Weekdays(weekdays=(3,)),
            "never": Dates(dates=()),
        },
        campaigns=(Campaign(code="autumn", title="", since=NOON, until=NOON + timedelta(days=1)),),
        budgets=(Budget(code="fund", points=50),),
        tiers=Tiers(levels=(Tier(code="gold", title="", at=1000),), by="points"),
    )


LINES = st.builds(
    line,
    st.sampled_from(CATEGORIES),
    st.integers(0, 500),
    sku=st.sampled_from(SKUS),
    quantity=st.integers(1, 4),
    brand=st.sampled_from(("", *BRANDS)),
    evidence=st.sampled_from(("", "OC-1", "OC-2")),
) | st.builds(lambda amount: line("A", amount, "organic", "frozen", sku="s1"), st.integers(0, 500))
PERSONS = st.builds(
    Person,
    joined=maybe(st.just(NOON.date())),
    standing=st.sampled_from((Standing(), Standing("gold"))),
    birthdays=st.just(())
    | st.just((Anniversary("self", "self", 11, 18), Anniversary("pet", "p1", 10, 10, True))),
    inviter=st.sampled_from(("", "w-bob")),
)


@st.composite
def events(draw: st.DrawFn) -> Facts:
    """A purchase with or without lines, or an act."""
    act = draw(st.sampled_from((None, None, None, *ACTS, "nap")))
    lines = tuple(draw(st.lists(LINES, max_size=5))) if act is None else ()
    return facts(
        None if lines else draw(st.integers(0, 1000)),
        *lines,
        at=NOON + timedelta(hours=draw(st.integers(-30, 60))),
        merchant=draw(st.sampled_from(MERCHANTS)),
        store=draw(st.sampled_from(STORES)),
        act=act,
        code=draw(st.sampled_from(("", "L-1"))),
        channel=draw(st.sampled_from(("", "app"))),
        person=draw(PERSONS),
        evidence=draw(st.sampled_from(({}, {"OC-1": "organic"}, {"OC-1": "degradable", "OC-2": "organic"}))),
    )

"""Any rules an operator may publish, any basket a member may fill."""

from typing import Literal

from hypothesis import strategies as st

from jifen.rules.award import Line
from jifen.rules.definition import (
    AnyRule,
    Cap,
    Conditions,
    Flat,
    Multiplier,
    PerAmount,
    Rate,
    Rounding,
    RuleSet,
)
from jifen.values.periods import Active, CalendarYear, Never, Rolling, Span, Sweep, Validity

MERCHANTS = ("air", "sea", "mall")
CATEGORIES = ("FUEL", "GREENS", "RICE")
TAGS = ("organic", "local")
ACTS = ("lecture", "survey")

RATES = st.builds(Rate, st.integers(0, 3), st.sampled_from((1, 70, 100, 300)))
ROUNDINGS: tuple[Rounding, ...] = ("floor", "half_up", "ceiling")
ROUNDING = st.sampled_from(ROUNDINGS)
Period = Literal["day", "week", "month", "year", "ever"]
PERIODS: tuple[Period, ...] = ("day", "week", "month", "year", "ever")
SPANS: tuple[Span, ...] = ("event", *PERIODS)
CAPS = st.lists(
    st.builds(Cap, st.integers(1, 400), st.sampled_from(SPANS)),
    max_size=2,
    unique_by=lambda c: c.per,
).map(tuple)
ONCE = st.none() | st.none() | st.sampled_from(PERIODS)
VALIDITIES: tuple[Validity, ...] = (
    Never(),
    Rolling(days=3),
    Rolling(days=20),
    Rolling(months=1, to="month_end"),
    Active(months=1),
    CalendarYear(after=0),
    Sweep(month=12, day=15, minimum_days=5),
)
VALIDITY = st.sampled_from(VALIDITIES)
OWN_VALIDITY = st.none() | VALIDITY
PENDING = st.sampled_from((0, 0, 0, 2, 30))
Funder = Literal["merchant", "operator"]
FUNDERS: tuple[Funder, ...] = ("merchant", "operator")
FUNDER = st.sampled_from(FUNDERS)


@st.composite
def conditions(draw: st.DrawFn) -> Conditions:
    """Few conditions, so that rules apply often."""
    some: tuple[str, ...] = draw(st.sampled_from(((), (), ("air",), ("sea", "mall"))))
    return Conditions(
        merchants=some,
        minimum_fen=draw(st.sampled_from((0, 0, 5000, 12000))),
        weekdays=draw(st.sampled_from(((), (), (1, 2, 3, 4), (6, 7)))),
    )


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """One to five rules of all kinds, at least one of them per amount."""
    rules: list[AnyRule] = [
        PerAmount(
            id="base",
            rate=draw(RATES),
            rates=draw(st.dictionaries(st.sampled_from(CATEGORIES), RATES, max_size=2)),
            rounding=draw(ROUNDING),
            caps=draw(CAPS),
            once=draw(ONCE),
            validity=draw(OWN_VALIDITY),
            pending_days=draw(PENDING),
        )
    ]
    if draw(st.booleans()):
        when, own = draw(conditions()), draw(OWN_VALIDITY)
        rules.append(
            Flat(id="bonus", points=draw(st.integers(1, 60)), when=when, validity=own, funder=draw(FUNDER))
        )
    if draw(st.booleans()):
        some = draw(st.sampled_from(((), ("GREENS",))))
        tags = draw(st.sampled_from(((), ("organic",))))
        rules.append(
            Flat(id="first", points=50, once=draw(ONCE), categories=some, tags=tags, caps=draw(CAPS))
        )
    if draw(st.booleans()):
        rules.append(Flat(id="green", points=7, unit="green", tags=("organic",), pending_days=draw(PENDING)))
    if draw(st.booleans()):
        rules.append(
            Flat(id="acts", points=draw(st.integers(1, 30)), acts=ACTS, caps=draw(CAPS), once=draw(ONCE))
        )
    if draw(st.booleans()):
        factor = draw(st.sampled_from(("0.5", "1.5", "2", "3")))
        rules.insert(
            0,
            Multiplier(
                id="times", factor=factor, when=draw(conditions()), caps=draw(CAPS), rounding=draw(ROUNDING)
            ),
        )
    return RuleSet(
        rules=tuple(rules),
        validity=draw(VALIDITY),
        grace_days=draw(st.sampled_from((0, 3, 10))),
        own_points_first=draw(st.booleans()),
    )


@st.composite
def baskets(draw: st.DrawFn) -> tuple[Line, ...]:
    """One to twelve lines; a sku may be there twice, and some are gifts."""
    return tuple(
        Line(
            draw(st.sampled_from("abcdefgh")),
            draw(st.sampled_from(CATEGORIES)),
            draw(st.integers(1, 4)),
            draw(st.sampled_from((0, 99, 100, 1234, 5000, 9999))),
            draw(st.sampled_from(((), (), ("organic",), TAGS))),
        )
        for _ in range(draw(st.integers(1, 12)))
    )


PIECES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 4)), min_size=1, max_size=3).map(
    tuple
)

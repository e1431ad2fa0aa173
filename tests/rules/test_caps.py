"""Caps and once-only rules: counted per period of when it happened, not of when we knew."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Cap, Flat, Multiplier, PerAmount, Rate
from jifen.values.periods import EVER, Span, period_key
from tests.rules.basket import NOON, compiled, facts
from tests.rules.basket import given as points_of

Counters = dict[tuple[str, str], int]


def play(rules: CompiledRules, *purchases: tuple[int, int]) -> list[dict[str, int]]:
    """Purchases of (days after the first, fen), in the order in which they are known; points by rule."""
    used: Counters = {}
    seen = []
    for day, fen in purchases:
        award = rules.evaluate(facts(fen, at=NOON + timedelta(days=day)), used)
        for counter, count in award.counts.items():
            used[counter] = used.get(counter, 0) + count
        seen.append(points_of(award))
    return seen


def capped(*caps: Cap) -> CompiledRules:
    """One point a yuan, up to the caps."""
    return compiled(PerAmount(id="base", rate=Rate(1, 100), caps=caps))


def test_a_cap_per_event_needs_no_counter() -> None:
    """Each purchase stands for itself."""
    rules = capped(Cap(30, "event"))
    assert play(rules, (0, 5000), (0, 5000), (0, 2000)) == [{"base": 30}, {"base": 30}, {"base": 20}]
    assert rules.reads(NOON.date()) == []


@pytest.mark.parametrize(
    ("span", "within", "beyond"),
    [("day", 0, 1), ("week", 4, 5), ("month", 12, 13), ("year", 43, 44), ("ever", 4000, None)],
)
def test_a_cap_counts_over_its_period(span: Span, within: int, beyond: int | None) -> None:
    """18 November 2026 is a Wednesday: the week ends 4 days later, the month 12, the year 43."""
    rules = capped(Cap(100, span))
    assert play(rules, (0, 7000), (within, 7000), (within, 1)) == [{"base": 70}, {"base": 30}, {}]
    if beyond is not None:
        assert play(rules, (0, 7000), (beyond, 7000)) == [{"base": 70}, {"base": 70}]


def test_the_tightest_of_several_caps_holds() -> None:
    """50 a purchase, 80 a day, 130 a month."""
    rules = capped(Cap(50, "event"), Cap(80, "day"), Cap(130, "month"))
    bought = play(rules, (0, 9000), (0, 9000), (0, 9000), (1, 4000), (2, 9000), (13, 9000))
    assert [given.get("base", 0) for given in bought] == [50, 30, 0, 40, 10, 50]


def test_a_late_event_counts_in_the_period_in_which_it_happened() -> None:
    """October's cap was not used up, though November's was when we heard of it."""
    rules = capped(Cap(100, "month"))
    assert play(rules, (0, 20000), (-30, 6000), (-31, 6000), (1, 100)) == [
        {"base": 100},
        {"base": 60},
        {"base": 40},
        {},
    ]


def test_once_is_once_in_each_period() -> None:
    """The first purchase of each month; ever is ever."""
    monthly = compiled(Flat(id="first", points=5, once="month"))
    assert play(monthly, (0, 100), (1, 100), (13, 100), (-20, 100)) == [
        {"first": 5},
        {},
        {"first": 5},
        {"first": 5},
    ]
    ever = compiled(Flat(id="first", points=5, once="ever"))
    assert play(ever, (0, 100), (4000, 100)) == [{"first": 5}, {}]


def test_what_gave_nothing_was_not_the_first() -> None:
    """A first purchase below the threshold, or one that a cap left nothing of, uses up no once."""
    rules = compiled(PerAmount(id="first", rate=Rate(1, 100), once="ever", caps=(Cap(10, "day"),)))
    assert play(rules, (0, 99), (0, 500), (0, 500)) == [{}, {"first": 5}, {}]
    award = rules.evaluate(facts(500), {("cap:first", "2026-11-18"): 10})
    assert award.shares == []
    assert award.counts == {}


def test_a_multiplier_multiplies_what_the_caps_left() -> None:
    """And has caps of its own."""
    rules = compiled(
        Multiplier(id="double", factor="2", caps=(Cap(25, "day"),)),
        PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(40, "day"),)),
    )
    assert play(rules, (0, 3000), (0, 3000), (0, 3000)) == [
        {"base": 30, "double": 25},
        {"base": 10},
        {},
    ]


def test_the_counters_that_were_read_are_named() -> None:
    """An entry keeps them, so that a return evaluates with the facts of then."""
    rules = compiled(
        PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(100, "day"), Cap(300, "ever"))),
        Flat(id="first", points=5, once="year"),
    )
    used = {("cap:base", "2026-11-18"): 60, ("cap:base", "ever"): 290, ("once:first", "2026"): 0}
    award = rules.evaluate(facts(5000), used)
    assert points_of(award) == {"base": 10, "first": 5}
    assert award.read == used
    assert set(rules.reads(NOON.date())) == set(used)
    assert award.counts == {
        ("cap:base", "2026-11-18"): 10,
        ("cap:base", "ever"): 10,
        ("once:first", "2026"): 1,
    }


CAPS = st.lists(
    st.builds(Cap, st.integers(1, 300), st.sampled_from(("event", "day", "week", "month", "year", EVER))),
    max_size=3,
).map(tuple)
PURCHASES = st.lists(st.tuples(st.integers(-40, 40), st.integers(0, 20000)), max_size=15)


@given(caps=CAPS, purchases=PURCHASES, once=st.none() | st.sampled_from(("day", "month", "ever")))
def test_no_period_ever_gives_more_than_its_cap(
    caps: tuple[Cap, ...], purchases: list[tuple[int, int]], once: Span | None
) -> None:
    """Whatever the order in which purchases become known; and nothing is withheld without reason."""
    rules = compiled(PerAmount(id="base", rate=Rate(1, 100), caps=caps, once=once))  # type: ignore[arg-type]
    known: list[tuple[int, int]] = []  # (day, points)
    for (day, fen), given_now in zip(purchases, play(rules, *purchases), strict=True):
        today = (NOON + timedelta(days=day)).date()
        got = given_now.get("base", 0)
        allowed = fen // 100
        for cap in caps:
            before = 0
            if cap.per != "event":
                period = period_key(cap.per, today)
                before = sum(
                    points
                    for other, points in known
                    if period_key(cap.per, (NOON + timedelta(days=other)).date()) == period
                )
            allowed = min(allowed, cap.points - before)
        if once is not None:
            period = period_key(once, today)
            if any(
                points and period_key(once, (NOON + timedelta(days=other)).date()) == period
                for other, points in known
            ):
                allowed = 0
        assert got == max(0, allowed)
        known.append((day, got))

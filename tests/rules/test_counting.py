"""Counters: which are advanced by what, under which names, and which an evaluation asks for."""

from datetime import date, timedelta

import pytest

from jifen.rules.definition import Cap, Conditions, Flat, PerAmount, Rate, Reached, Streak
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Nth
from tests.rules.basket import BASE, NOON, booked, compiled, facts, points, why

TODAY = NOON.date()
LEVELS = (Tier(code="gold", title="金卡", at=100_000),)


def test_purchases_advance_what_rules_ask_for_and_nothing_else() -> None:
    """Whether a rule gave anything or not; what is not asked for is not counted."""
    rules = compiled(
        Flat(id="first", points=5, when=Conditions(nth=Nth(exactly=(1,)), merchants=("sea",))),
        Flat(id="third", points=5, when=Conditions(nth=Nth(per="month", every=3))),
        Reached(id="goal", points=5, spend_fen=10**6, per="year"),
        Streak(id="weekly", points=5, length=4, per="week"),
        Streak(id="weekly-again", points=5, length=8, per="week"),
    )
    award = rules.evaluate(facts(700), {})
    assert award.shares == []
    assert award.counts == {
        ("buys", "ever"): 1,
        ("buys", "2026-11"): 1,
        ("spend", "2026"): 700,
        ("streak:week", "2026-W47"): 1,
    }
    assert rules.evaluate(facts(0), {}).counts == {}
    assert rules.evaluate(facts(700, act="visit"), {}).counts == {}
    assert compiled(BASE).evaluate(facts(700), {}).counts == {}


def test_acts_advance_their_own_streaks() -> None:
    """By the rule's id, so that two rules of the same act do not count twice."""
    rules = compiled(
        Streak(id="seven", points=5, length=7, per="day", acts=("check-in", "walk")),
        Streak(id="monthly", points=5, length=3, acts=("check-in",)),
    )
    day, month = ("streak:seven", "2026-11-18"), ("streak:monthly", "2026-11")
    assert rules.evaluate(facts(0, act="check-in"), {}).counts == {day: 1, month: 1}
    assert rules.evaluate(facts(0, act="walk"), {}).counts == {day: 1}
    assert rules.evaluate(facts(500), {}).counts == {}


@pytest.mark.parametrize(
    ("tiers", "purchase", "act"),
    [
        (Tiers(levels=LEVELS), {("tier", "2026"): 700}, {}),
        (Tiers(levels=LEVELS, by="purchases", window="ever"), {("tier", "ever"): 1}, {}),
        (
            Tiers(levels=LEVELS, by="points", window="months", months=3),
            {("tier", "2026-11"): 12},
            {("tier", "2026-11"): 20},
        ),
        (
            Tiers(levels=LEVELS, by="points", rules=("base", "lecture")),
            {("tier", "2026"): 7},
            {("tier", "2026"): 20},
        ),
        (Tiers(levels=LEVELS, by="points", rules=("gift",)), {("tier", "2026"): 5}, {}),
    ],
)
def test_what_levels_are_reached_by(
    tiers: Tiers, purchase: dict[tuple[str, str], int], act: dict[tuple[str, str], int]
) -> None:
    """Fen, purchases, or points of some rules; points of acts count too."""
    rules = compiled(
        BASE, Flat(id="gift", points=5), Flat(id="lecture", points=20, acts=("lecture",)), tiers=tiers
    )
    assert rules.evaluate(facts(700), {}).counts == purchase
    assert rules.evaluate(facts(0, act="lecture"), {}).counts == act


def test_all_that_is_read_or_advanced_is_asked_for() -> None:
    """So the books load it, and what they load is what they write on."""
    whole = (
        PerAmount(id="base", rate=Rate(1, 100), caps=(Cap(9, "event"), Cap(100, "month"))),
        Flat(id="first", points=5, once="ever", when=Conditions(nth=Nth(exactly=(1,)))),
        Reached(id="goal", points=5, spend_fen=500),
        Streak(id="row", points=5, length=3),
        Streak(id="walks", points=5, length=2, per="day", acts=("walk",)),
        Flat(id="lecture", points=5, acts=("lecture",), once_per_code=True),
    )
    rules = compiled(*whole, tiers=Tiers(levels=LEVELS, window="months", months=3))
    reads = rules.reads(TODAY)
    assert len(reads) == len(set(reads))
    assert set(reads) == {
        ("cap:base", "2026-11"),
        ("once:first", "ever"),
        ("buys", "ever"),
        ("spend", "2026-11"),
        ("once:row", "2026-11"), ("once:row", "2026-10"), ("once:row", "2026-09"),
        ("streak:month", "2026-11"), ("streak:month", "2026-10"), ("streak:month", "2026-09"),
        ("once:walks", "2026-11-18"), ("once:walks", "2026-11-17"),
        ("streak:walks", "2026-11-18"), ("streak:walks", "2026-11-17"),
        ("tier", "2026-11"), ("tier", "2026-10"), ("tier", "2026-09"),
    }  # fmt: skip
    assert rules.reads(TODAY) is reads
    assert set(rules.reads(TODAY, "L-7")) == {*reads, ("code:lecture", "L-7")}
    used: dict[tuple[str, str], int] = {}
    for event in (facts(600), facts(0, act="walk"), facts(0, act="lecture", code="L-7")):
        booked(rules, event, used=used)
        award = rules.evaluate(event, used)
        assert {*award.counts, *award.read} <= {*rules.reads(TODAY, event.code)}


def test_a_place_needs_fewer_counters() -> None:
    """Those of rules of other merchants, and of acts, are left out; what all purchases advance is not."""
    rules = compiled(
        Flat(id="air", points=5, once="day", when=Conditions(merchants=("air",))),
        Flat(id="sea", points=5, once="day", when=Conditions(merchants=("sea",))),
        Flat(id="visit", points=5, once="day", acts=("visit",)),
        Flat(id="third", points=5, when=Conditions(nth=Nth(every=3))),
    )
    assert set(rules.reads(TODAY, place=("air", "air", None))) == {
        ("once:air", "2026-11-18"),
        ("buys", "ever"),
    }
    assert ("once:visit", "2026-11-18") in rules.reads(TODAY, place=("air", "air", "visit"))
    assert rules.reads(TODAY, place=("air", "air", "nap")) == [("buys", "ever")]


@pytest.mark.parametrize(
    ("per", "day", "before"),
    [
        ("day", date(2027, 1, 1), ["2026-12-31", "2026-12-30"]),
        ("week", date(2027, 1, 4), ["2026-W53", "2026-W52"]),
        ("month", date(2027, 1, 31), ["2026-12", "2026-11"]),
    ],
)
def test_periods_before_that_of_a_day(per: str, day: date, before: list[str]) -> None:
    """Over the new year, and from the end of a long month."""
    rules = compiled(Streak(id="row", points=5, length=3, per=per))  # type: ignore[arg-type]
    assert [period for name, period in rules.reads(day) if name == "once:row"][1:] == before


def test_once_for_each_code() -> None:
    """SCENARIOS S12: a lecture's code counts once per member, whenever it is entered; no code, no points."""
    rules = compiled(Flat(id="lecture", points=20, acts=("lecture",), once_per_code=True))
    attended = [
        facts(0, act="lecture", code=code, at=NOON + timedelta(days=day))
        for code, day in (("L-1", 0), ("L-2", 0), ("L-1", 400), ("", 0))
    ]
    used: dict[tuple[str, str], int] = {}
    assert booked(rules, *attended, used=used) == [{"lecture": 20}, {"lecture": 20}, {}, {}]
    assert used == {("code:lecture", "L-1"): 1, ("code:lecture", "L-2"): 1}
    assert why(rules, attended[0], used) == {"lecture": "code"}
    assert why(rules, attended[3], used) == {"lecture": "no_code"}
    assert points(rules, facts(0, act="lecture", code="L-1")) == {"lecture": 20}


def test_a_rule_set_without_rules_gives_and_counts_nothing() -> None:
    """There may be terms and rewards alone."""
    rules = compiled()
    award = rules.evaluate(facts(500), {}, explain=True)
    assert (award.shares, award.counts, award.missed, rules.reads(TODAY)) == ([], {}, [], [])
    assert rules.budgets == ()

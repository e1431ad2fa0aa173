"""The search asks the rules once of events that are alike, and finds what it would by asking each time."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import partial

import pytest

from jifen.programs.definition import Programme
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.holding import OF_BASKET, OF_WAY
from jifen.programs.guard.rebates import rebates
from jifen.programs.guard.reference import reference_day
from jifen.programs.guard.worst import Given, Search, worst_year
from jifen.rules.reasons import REASONS

from .test_example_programmes import NAMES, example
from .test_guard import CASES, of_case, programme

TRIED = 400
BASE = {"type": "per_amount", "id": "base", "rate": {"points": 1, "fen": 100}}

ODD_RULES = [
    BASE,
    {"type": "flat", "id": "app", "points": 3, "group": "best", "when": {"channels": ["app"]}},
    {"type": "flat", "id": "big", "points": 8, "when": {"minimum_fen": 500, "minimum_quantity": 2}},
    {"type": "flat", "id": "card", "points": 4, "group": "best", "when": {"payments": ["card"]}},
    {"type": "flat", "id": "small", "points": 2, "when": {"maximum_fen": 5000, "stores": ["west"]}},
    {"type": "flat", "id": "leap", "points": 7, "when": {"anniversary": "day"}},
    {"type": "flat", "id": "fresh", "points": 9, "when": {"joined_within_days": 5, "invited": True}},
    {"type": "flat", "id": "noon", "points": 5, "when": {"until": "2028-02-28T03:00:00Z"}},
    {"type": "per_item", "id": "cakes", "points": 6, "lines": {"categories": ["cake"]}},
    {"type": "flat", "id": "gold", "points": 6, "when": {"tiers": ["gold"], "minimum_fen": 300}},
    {"type": "multiplier", "id": "double", "factor": "2", "of": ["base"], "when": {"weekdays": [1]}},
    {"type": "multiplier", "id": "half", "factor": "1.5", "of": ["cakes"], "when": {"calendars": ["fair"]}},
]  # fmt: skip
"""A rule of each kind of condition, so that every part of an event decides something."""


def odd() -> Programme:
    made: dict[str, object] = {
        "rules": ODD_RULES,
        "groups": {"best": "best"},
        "tiers": {"levels": [{"code": "gold", "title": "金卡", "at": 1000}]},
        "calendars": {"fair": {"type": "markets", "stores": {"east": {"weekdays": [1, 3]}}}},
    }
    return programme(rules=made)


PROGRAMMES: dict[str, Callable[[], Programme]] = {
    **{name: partial(example, name) for name in NAMES},
    **{case["name"]: partial(of_case, case) for case in CASES if case["says"].startswith("rebate")},
    "every kind of condition": odd,
}


def search(made: Programme, on: date) -> Search:
    return Search(made, on, Bounds(on))


@pytest.mark.parametrize("name", PROGRAMMES)
def test_events_that_are_alike_are_given_the_same(name: str) -> None:
    """On days, at places and for members as they come, about a 29 February: value by spend of each event is
    what the rules give when they are asked for this very event.
    """
    made = PROGRAMMES[name]()
    tried, asked = search(made, date(2027, 11, 21)), search(made, date(2027, 11, 21))
    space, chance = tried.space, random.Random(7)
    days = sorted(
        {day for kind in space.days for day in (*kind[:2], *kind[-2:])}
        | {date(2028, 2, 28), date(2028, 2, 29)}
    )
    for _ in range(TRIED):
        where = (
            chance.choice(space.places),
            chance.choice(space.persons),
            chance.choice(space.channels),
            chance.choice(space.payments),
        )
        day, at = chance.choice(days), chance.randrange(len(space.baskets))
        basket = space.baskets[at]
        shares = asked.award((day, *where, basket), {}).shares
        value = sum((share.points * asked.worth[share.unit] for share in shares), Fraction(0))
        assert tried.ratio(day, where, at) == value / basket.amount, (day, where, basket)
        row = tried.row(day, where)
        assert row.best == max(row.ratios) == row.ratios[row.first]
        assert row.ratios[at] == value / basket.amount


def test_a_year_is_lived_as_if_the_rules_were_asked_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Caps and gifts of a day, a month and a year are used up; what was given stands only while none is."""
    gifts: list[dict[str, object]] = [
        {"type": "flat", "id": f"{per}ly", "points": 40, "once": per}
        for per in ("day", "week", "month", "year")
    ]
    tenfold = {"type": "multiplier", "id": "ten", "factor": "10", "caps": [{"points": 70, "per": "month"}]}
    nth = {"type": "flat", "id": "third", "points": 30, "when": {"nth": {"per": "month", "every": 3}}}
    reached = {"type": "reached", "id": "reach", "points": 500, "spend_fen": 20000, "per": "month"}
    made = programme(rules={"rules": [BASE, *gifts, tenfold, nth, reached]})
    on = reference_day(made)
    worst = worst_year(made, on, Bounds(on))
    monkeypatch.setattr(Given, "stands", lambda given, used: False)
    assert worst_year(made, on, Bounds(on)) == worst
    monkeypatch.setattr(Given, "stands", lambda given, used: True)
    assert worst_year(made, on, Bounds(on)).points["point"] > worst.points["point"]


def test_conditions_are_known_by_what_they_are_about() -> None:
    """A new one is put where it belongs: here, and in `holding` where it is about the basket or the way."""
    of_place_and_day = {
        "weekday",
        "month_day",
        "date",
        "calendar",
        "merchant",
        "store",
        "since",
        "until",
        "campaign",
    }
    of_person = {"tier", "segment", "token", "joined", "anniversary", "birthday", "invited"}
    of_what_rules_give = {"closed", "evidence", "combination", "nothing", "expression", "code", "no_code"}
    of_counters = {"nth", "reached", "streak", "once", "cap", "budget", "group"}
    known = {*of_place_and_day, *of_person, *of_what_rules_give, *of_counters, *OF_BASKET, *OF_WAY}
    assert known == set(REASONS)


def test_the_search_asks_the_rules_far_less_often_than_it_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all events that are tried most are alike: the guard is waited for by whoever changes a programme."""
    asked = Counter[str]()
    award = Search.award

    def counted(self: Search, *event: object) -> object:
        asked["times"] += 1
        return award(self, *event)  # type: ignore[arg-type]

    monkeypatch.setattr(Search, "award", counted)
    made = example("S09")
    on = reference_day(made)
    worst = worst_year(made, on, Bounds(on))
    assert 0 < asked["times"] * 3 < worst.tried


AT_EAST = {"type": "flat", "id": "east", "points": 1, "once": "ever", "when": {"stores": ["east"]}}
AT_WEST = {
    "type": "per_amount",
    "id": "west",
    "rate": {"points": 30, "fen": 100},
    "when": {"stores": ["west"]},
}


def test_the_search_goes_on_from_where_a_rule_holds_to_where_two_do() -> None:
    """No rule names the western store and gold members together, nor is either the first that is tried."""
    golden = {**AT_WEST, "id": "golden", "when": {"tiers": ["gold"]}}
    levels = {"levels": [{"code": "gold", "title": "金卡", "at": 1000}]}
    made = programme(rules={"tiers": levels, "rules": [AT_EAST, BASE, AT_WEST, golden]})
    worst = worst_year(made, reference_day(made), Bounds(reference_day(made)))
    assert worst.rebate >= Fraction(61, 100)
    assert "west" in worst.trail[0]
    assert "gold" in worst.trail[0]


def test_an_ordinary_day_is_looked_at_wherever_something_else_is_given() -> None:
    """The rebate of all rules together is that of the best place, not of the first."""
    made = programme(rules={"rules": [AT_EAST, BASE, AT_WEST]})
    [whole] = [one for one in rebates(made) if not one.rule]
    assert whole.percent == "31 %"

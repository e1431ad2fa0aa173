"""Conditions on the person: decided when the event is booked, and kept without anything about the person."""

from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.rules.definition import Conditions, Flat, Multiplier
from jifen.rules.person import Anniversary, Person, Standing, Token
from jifen.rules.when import Birthday
from jifen.values.periods import zone
from tests.engine.town import ZONE
from tests.rules.basket import BASE, NOON, compiled, facts, given, points, why

ANN = Person(
    joined=date(2024, 11, 18),
    standing=Standing("gold"),
    segments=("parents",),
    tokens=(Token("city", "trusted", NOON + timedelta(seconds=1), "t1"),),
    inviter="w-bob",
)
NEW = Person()


def on(day: str) -> datetime:
    """Noon of a day in the programme's zone."""
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=zone(ZONE))


@pytest.mark.parametrize(
    ("when", "other", "reason"),
    [
        (Conditions(tiers=("gold", "platinum")), {"standing": Standing("silver")}, "tier"),
        (Conditions(segments=("parents",)), {"segments": ("students",)}, "segment"),
        (Conditions(tokens=("trusted",)), {"tokens": ()}, "token"),
        (Conditions(joined_within_days=731), {"joined": date(2024, 11, 17)}, "joined"),
        (Conditions(anniversary="day"), {"joined": date(2024, 11, 17)}, "anniversary"),
        (Conditions(anniversary="month"), {"joined": date(2024, 10, 18)}, "anniversary"),
        (Conditions(anniversary="day"), {"joined": date(2026, 11, 18)}, "anniversary"),
        (Conditions(invited=True), {"inviter": ""}, "invited"),
    ],
)
def test_a_condition_on_the_person(when: Conditions, other: dict[str, Any], reason: str) -> None:
    """It holds for Ann, not for who differs from her in this alone, and not for who is unknown."""
    rules = compiled(Flat(id="bonus", points=5, when=when))
    assert rules.reads_person
    award = rules.evaluate(facts(500, person=ANN), {})
    assert given(award) == {"bonus": 5}
    assert award.held == ["bonus"]
    for person in (msgspec.structs.replace(ANN, **other), NEW):
        assert points(rules, facts(500, person=person)) == {}
        assert why(rules, facts(500, person=person)) == {"bonus": reason}
        assert rules.evaluate(facts(500, person=person), {}).held == []


def test_who_was_not_invited() -> None:
    """invited: false is a condition too."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(invited=False)))
    assert points(rules, facts(500, person=NEW)) == {"bonus": 5}
    assert why(rules, facts(500, person=ANN)) == {"bonus": "invited"}


def test_a_token_holds_up_to_its_end_and_for_what_it_grants() -> None:
    """SCENARIOS S21: expired, it stops at once."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(tokens=("trusted",))))
    end = NOON + timedelta(seconds=1)
    assert points(rules, facts(500, person=ANN, at=end - timedelta(microseconds=1))) == {"bonus": 5}
    assert points(rules, facts(500, person=ANN, at=end)) == {}
    other = Person(tokens=(Token("city", "queue", end, "t2"),))
    assert points(rules, facts(500, person=other)) == {}


def test_new_members_are_new_from_the_day_of_their_enrolment() -> None:
    """That day is the first of seven; what happened before it is not within them."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(joined_within_days=7)))
    for day, gives in (("2026-11-17", 0), ("2026-11-18", 5), ("2026-11-24", 5), ("2026-11-25", 0)):
        person = Person(joined=date(2026, 11, 18))
        assert points(rules, facts(500, person=person, at=on(day))).get("bonus", 0) == gives


@pytest.mark.parametrize(
    ("born", "span", "holds", "fails"),
    [
        ((11, 18, False), "day", ["2026-11-18"], ["2026-11-17", "2026-11-19"]),
        ((2, 29, False), "day", ["2028-02-29", "2027-02-28"], ["2028-02-28", "2027-03-01"]),
        ((11, 18, False), "week", ["2026-11-16", "2026-11-22"], ["2026-11-15", "2026-11-23"]),
        ((1, 1, False), "week", ["2026-12-28", "2027-01-03"], ["2026-12-27", "2027-01-04"]),
        ((11, 18, False), "month", ["2026-11-01", "2026-11-30"], ["2026-10-31", "2026-12-01"]),
        # 2025 has a sixth month and a leap sixth month; its sixth begins on 25 June, the leap one on 25 July.
        ((6, 1, True), "day", ["2025-06-25"], ["2025-07-25", "2025-06-01"]),
        ((6, 1, True), "month", ["2025-06-25", "2025-07-24"], ["2025-07-25", "2025-06-24"]),
        # The twelfth month of the lunar year 2025 has 29 days: no thirtieth, so New Year's Eve is the 29th.
        ((12, 30, True), "day", ["2026-02-16"], ["2026-02-15", "2026-02-17"]),
        ((1, 1, True), "week", ["2026-02-16", "2026-02-22"], ["2026-02-15", "2026-02-23"]),
    ],
)
def test_birthdays(born: tuple[int, int, bool], span: Any, holds: list[str], fails: list[str]) -> None:
    """Of the solar or of the lunar year; 29 February and a lunar 30th fall on the last day that there is."""
    rules = compiled(Flat(id="cake", points=5, when=Conditions(birthday=Birthday(span=span))))
    person = Person(birthdays=(Anniversary("self", "self", *born),))
    for day, gives in [(day, {"cake": 5}) for day in holds] + [(day, {}) for day in fails]:
        assert points(rules, facts(500, person=person, at=on(day))) == gives, day


def test_a_pets_birthday_is_not_its_owners() -> None:
    """Whose it is must be said; any of several pets will do."""
    pets = Person(birthdays=(Anniversary("pet", "p1", 3, 1), Anniversary("pet", "p2", 11, 18)))
    for whose, gives in (("pet", 5), ("self", 0), ("child", 0)):
        when = Conditions(birthday=Birthday(whose=whose))  # type: ignore[arg-type]
        rules = compiled(Flat(id="cake", points=5, when=when))
        assert points(rules, facts(500, person=pets)).get("cake", 0) == gives


def test_when_it_is_evaluated_again_the_person_is_not_asked() -> None:
    """Ann was gold then and is not now; Bob was not and is: what was decided then stands."""
    rules = compiled(BASE, Multiplier(id="gold", factor="2", when=Conditions(tiers=("gold",))))
    then = rules.evaluate(facts(500, person=ANN), {})
    assert given(then) == {"base": 5, "gold": 5}
    later = rules.evaluate(facts(300, person=NEW, held=frozenset(then.held)), {})
    assert given(later) == {"base": 3, "gold": 3}
    assert later.held == then.held
    bob = facts(300, person=ANN, held=frozenset())
    assert points(rules, bob) == {"base": 3}
    assert why(rules, bob) == {"gold": "tier"}


def test_who_the_person_is_matters_only_where_the_rule_would_give() -> None:
    """At another merchant, or with nothing to give, nobody is asked and nothing is kept."""
    bonus = Flat(id="bonus", points=5, when=Conditions(tiers=("gold",), merchants=("air",), minimum_fen=100))
    rules = compiled(bonus)
    assert rules.evaluate(facts(500, person=ANN, merchant="sea"), {}).held == []
    assert rules.evaluate(facts(99, person=ANN), {}).held == []
    capped = {("once:bonus", "ever"): 1}
    once = compiled(msgspec.structs.replace(bonus, once="ever"))
    assert once.evaluate(facts(500, person=ANN), capped).held == ["bonus"]


def test_what_could_hold_for_a_part_of_the_basket_is_asked_after_the_person() -> None:
    """150 yuan are above the maximum; when 60 come back, 90 are not, and Ann was gold."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(tiers=("gold",), maximum_fen=10_000)))
    then = rules.evaluate(facts(15_000, person=ANN), {})
    assert (given(then), then.held) == ({}, ["bonus"])
    assert points(rules, facts(9_000, held=frozenset(then.held))) == {"bonus": 5}


def test_rules_without_such_conditions_read_no_person() -> None:
    """So nobody's facts need be loaded for them."""
    assert not compiled(BASE, Flat(id="x", points=1, when=Conditions(expression="amount > 1"))).reads_person
    assert compiled(Flat(id="x", points=1, when=Conditions(expression="tier == 'gold'"))).reads_person

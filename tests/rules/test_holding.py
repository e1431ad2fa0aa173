"""Conditions on day, place and basket beyond the first ones, each with its reason."""

from datetime import timedelta

import pytest

from jifen.rules.award import Facts
from jifen.rules.calendars import Dates, MarketDays, Markets, MonthDays, Weekdays
from jifen.rules.definition import Campaign, Conditions, Flat, LineFilter, PerAmount, Rate
from jifen.rules.when import Nth
from tests.rules.basket import BASE, NOON, compiled, facts, line, points, why

RICE, EGGS = line("RICE", 400, quantity=2), line("EGGS", 600, brand="Field", quantity=3)
MOMENT = timedelta(microseconds=1)
CALENDARS = {
    "market": Markets(stores={"air": MarketDays(lunar_digits=(0,)), "sea": MarketDays(weekdays=(3,))}),
    "wednesday": Weekdays(weekdays=(3,)),
    "tenth": MonthDays(days=(10,)),
    "never": Dates(dates=()),
}
CAMPAIGN = Campaign(code="autumn", title="秋收", since=NOON - timedelta(days=1), until=NOON)


@pytest.mark.parametrize(
    ("when", "holds", "fails", "why_not"),
    [
        (Conditions(channels=("app",)), facts(500, channel="app"), facts(500), "channel"),
        (Conditions(payments=("card",)), facts(500, payment="card"), facts(500, payment="cash"), "payment"),
        (
            Conditions(lines=LineFilter(brands=("Field",))),
            facts(None, RICE, EGGS),
            facts(None, RICE),
            "lines",
        ),
        (Conditions(lines=LineFilter(brands=("Field",))), facts(None, EGGS), facts(500), "lines"),
        (Conditions(minimum_quantity=5), facts(None, RICE, EGGS), facts(None, EGGS), "quantity"),
        (Conditions(minimum_quantity=1), facts(None, RICE), facts(500), "quantity"),
        (
            Conditions(lines=LineFilter(categories=("RICE",)), minimum_quantity=3),
            facts(None, RICE, line("RICE", 1)),
            facts(None, RICE, EGGS),
            "quantity",
        ),
        (Conditions(maximum_fen=500), facts(500), facts(501), "maximum"),
        (
            Conditions(calendars=("wednesday",)),
            facts(500),
            facts(500, at=NOON + timedelta(days=1)),
            "calendar",
        ),
        (
            Conditions(calendars=("tenth", "wednesday")),
            facts(5),
            facts(5, at=NOON + timedelta(days=6)),
            "calendar",
        ),
        (Conditions(calendars=("market",)), facts(500, store="air"), facts(500, store="hut"), "calendar"),
        (Conditions(calendars=("market",)), facts(500, store="sea"), facts(500, store="hut"), "calendar"),
    ],
)
def test_a_condition_and_its_reason(when: Conditions, holds: Facts, fails: Facts, why_not: str) -> None:
    """18 November 2026 is a Wednesday and the 10th day of the tenth lunar month."""
    rules = compiled(Flat(id="bonus", points=5, when=when), calendars=CALENDARS)
    assert points(rules, holds) == {"bonus": 5}
    assert points(rules, fails) == {}
    assert why(rules, fails) == {"bonus": why_not}


def test_a_market_day_is_one_at_that_towns_store_and_nowhere_else() -> None:
    """SCENARIOS S09: the lunar tenth at air, Wednesdays at sea; on neither day at another store."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(calendars=("market",))), calendars=CALENDARS)
    after = NOON + timedelta(days=7)
    for store, at, gives in (("air", NOON, 5), ("air", after, 0), ("sea", after, 5), ("hut", NOON, 0)):
        assert points(rules, facts(500, store=store, at=at)).get("bonus", 0) == gives


def test_a_rule_of_a_campaign_holds_only_within_it() -> None:
    """From its first instant up to, and not at, its last; the rule's own time narrows it further."""
    narrower = Conditions(since=NOON - timedelta(hours=1))
    rules = compiled(
        Flat(id="bonus", points=5, campaign="autumn"),
        Flat(id="last-hour", points=3, campaign="autumn", when=narrower),
        campaigns=(CAMPAIGN,),
    )
    assert points(rules, facts(500, at=CAMPAIGN.since)) == {"bonus": 5}
    assert points(rules, facts(500, at=NOON - MOMENT)) == {"bonus": 5, "last-hour": 3}
    assert why(rules, facts(500, at=NOON)) == {"bonus": "campaign", "last-hour": "campaign"}
    assert why(rules, facts(500, at=CAMPAIGN.since - MOMENT))["bonus"] == "campaign"
    assert points(rules, facts(500, at=NOON + timedelta(days=9))) == {}


@pytest.mark.parametrize(
    ("nth", "before", "holds"),
    [
        (Nth(exactly=(1,)), 0, True),
        (Nth(exactly=(1,)), 1, False),
        (Nth(exactly=(2, 4)), 3, True),
        (Nth(every=3), 2, True),
        (Nth(every=3), 5, True),
        (Nth(every=3), 3, False),
        (Nth(exactly=(1,), every=3), 0, True),
        (Nth(), 0, False),
    ],
)
def test_the_nth_purchase(nth: Nth, before: int, holds: bool) -> None:
    """Counted before it happens: this one is one more."""
    rules = compiled(Flat(id="bonus", points=5, when=Conditions(nth=nth)))
    used = {("buys", "ever"): before}
    assert points(rules, facts(500), used) == ({"bonus": 5} if holds else {})
    assert why(rules, facts(500), used) == ({} if holds else {"bonus": "nth"})


def test_what_is_no_purchase_is_not_the_nth() -> None:
    """Neither an act nor a basket of nothing paid; both leave the count as it was."""
    welcome = Flat(id="bonus", points=5, acts=("visit",), when=Conditions(nth=Nth(exactly=(1,))))
    rules = compiled(welcome, Flat(id="first", points=9, when=Conditions(nth=Nth(exactly=(1,)))))
    assert rules.evaluate(facts(0), {}).counts == {}
    assert rules.evaluate(facts(0, act="visit"), {}).counts == {}
    assert why(rules, facts(0, act="visit")) == {"bonus": "nth", "first": "act"}
    assert rules.evaluate(facts(1), {}).counts == {("buys", "ever"): 1}


def test_earning_stops_when_a_programme_closes_or_a_merchant_leaves() -> None:
    """COMPLIANCE R09: from that instant on, and at that merchant; the last purchase before it still earns."""
    closing = compiled(BASE, closes_at=NOON)
    assert points(closing, facts(500, at=NOON - MOMENT)) == {"base": 5}
    assert points(closing, facts(500)) == {}
    assert why(closing, facts(500)) == {"base": "closed"}
    leaving = compiled(BASE, leavings={"air": NOON})
    assert points(leaving, facts(500, at=NOON - MOMENT)) == {"base": 5}
    assert points(leaving, facts(500)) == {}
    assert points(leaving, facts(500, merchant="sea")) == {"base": 5}


def test_a_rule_that_names_what_is_not_there_cannot_be_compiled() -> None:
    """The rule and the name are told."""
    for rule in (
        Flat(id="x", points=1, when=Conditions(calendars=("fair",))),
        Flat(id="x", points=1, group="fair"),
        PerAmount(id="x", rate=Rate(1, 1), campaign="fair"),
    ):
        with pytest.raises(ValueError, match=r"rule 'x' names .* 'fair', which is not there: add it"):
            compiled(rule)

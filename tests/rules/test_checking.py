"""Checking rules before they are published: each fault with its field, and what is sound without any."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from jifen.rules.calendars import (
    Dates,
    Festivals,
    LunarDates,
    MarketDays,
    Markets,
    MonthDays,
    Openings,
    Weekdays,
    Yearly,
)
from jifen.rules.checking import Known, findings
from jifen.rules.definition import (
    Act,
    Bracket,
    Budget,
    Campaign,
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
    Referral,
    RuleSet,
    Streak,
)
from jifen.rules.rewards import Early, Limit, Price, Reward
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Nth
from jifen.values.periods import Active, CalendarYear, Rolling, Sweep
from tests.rules.basket import BASE

NOON = datetime(2026, 12, 1, 4, tzinfo=UTC)
NAIVE = datetime(2026, 12, 1, 4)
KNOWN = Known(("point", "green"), ("air", "sea"), ("air-1", "sea-1"))
RICE = LineFilter(categories=("RICE",))
GOLD = Tier(code="gold", title="金卡", at=100)
REWARD = Reward(code="oil", title="油", points=100)
CAMPAIGN = Campaign(code="autumn", title="秋收", since=NOON, until=NOON + timedelta(days=7))
SOUND: dict[str, Any] = {
    "calendars": {
        "market": Markets(stores={"air-1": MarketDays(weekdays=(3,))}),
        "leap": Yearly(since=(2, 29), until=(3, 5)),
    },
    "campaigns": (CAMPAIGN,),
    "budgets": (Budget(code="fund", points=100),),
    "acts": (Act(code="visit"), Act(code="bill", amount=True)),
    "tiers": Tiers(levels=(GOLD,)),
    "referral": Referral(),
    "groups": {"offer": "best"},
}


def found(*rules: Any, **parts: Any) -> list[str]:
    """The fields of what is wrong, in order. parts: of the rule set, instead of those that are sound."""
    grouped = Flat(id="grouped", points=1, group="offer")
    mine = rules or (BASE,)
    whole = RuleSet(rules=(*mine, grouped), **{**SOUND, **parts})
    return [field for field, _, _ in findings(whole, KNOWN)]


def when(**conditions: Any) -> Flat:
    """A rule with these conditions."""
    return Flat(id="x", points=1, when=Conditions(**conditions))


def test_what_is_sound_has_no_findings() -> None:
    """A rule set that uses everything as it is meant."""
    assert (
        found(
            BASE,
            PerAmount(id="bill", rate=Rate(1, 100), acts=("bill",)),
            PerAmount(
                id="rising",
                rate=Rate(0, 1),
                brackets=(Bracket(100, Rate(1, 100)), Bracket(200, Rate(2, 100))),
            ),
            Flat(id="visit", points=1, acts=("visit",), once_per_code=True, campaign="autumn", budget="fund"),
            Flat(
                id="invite", points=1, acts=("referral",), funding=(Funding("sea", 1), Funding("operator", 2))
            ),
            Flat(id="cake", points=1, acts=("birthday.pet",)),
            Multiplier(
                id="double", factor="2", when=Conditions(tiers=("gold",), calendars=("market", "leap"))
            ),
            Streak(id="row", points=1, length=3, once="year"),
            when(expression="amount > 100 &&\n tier == 'gold'", nth=Nth(every=2), lines=RICE),
            rewards=(REWARD,),
        )
        == []
    )


def test_a_rule_set_from_before_its_acts_were_named_is_sound() -> None:
    """Acts need be defined only where some are."""
    whole = RuleSet(rules=(BASE, Flat(id="nap", points=1, acts=("nap",))))
    assert list(findings(whole, KNOWN)) == []


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Flat(id="x", points=1, unit="gold"), "unit"),
        (Flat(id="x", points=1, validity=Rolling(months=-1)), "validity.months"),
        (Flat(id="x", points=1, validity=Active(months=0)), "validity.months"),
        (Flat(id="x", points=1, title="a\u200bb"), "title"),
        (Flat(id="x", points=1, group="nobody"), "group"),
        (Flat(id="x", points=1, campaign="nobody"), "campaign"),
        (Flat(id="x", points=1, budget="nobody"), "budget"),
        (Flat(id="x", points=1, funding=(Funding("nobody", 1),)), "funding[0].by"),
        (Flat(id="x", points=1, funding=(Funding("air", 1), Funding("air", 2))), "funding[1].by"),
        (Flat(id="x", points=1, acts=("nap",)), "acts"),
        (Flat(id="x", points=1, once_per_code=True), "once_per_code"),
        (Flat(id="x", points=1, acts=("visit",), categories=("RICE",)), "categories"),
        (Flat(id="x", points=1, acts=("visit",), tags=("organic",)), "tags"),
        (Flat(id="x", points=1, acts=("visit",), lines=RICE), "lines"),
        (Flat(id="x", points=1, acts=("visit",), when=Conditions(lines=RICE)), "when.lines"),
        (
            Flat(id="x", points=1, acts=("visit",), when=Conditions(minimum_quantity=1)),
            "when.minimum_quantity",
        ),
        (Flat(id="x", points=1, acts=("visit",), when=Conditions(nth=Nth(every=1))), "when.nth"),
        (Flat(id="x", points=1, lines=LineFilter()), "lines"),
        (PerAmount(id="x", rate=Rate(1, 1), acts=("visit",)), "acts"),
        (PerAmount(id="x", rate=Rate(1, 1), acts=("referral",)), "acts"),
        (PerAmount(id="x", rate=Rate(1, 1), acts=("bill",), rates={"RICE": Rate(1, 1)}), "rates"),
        (PerAmount(id="x", rate=Rate(1, 1), lines=LineFilter()), "lines"),
        (PerAmount(id="x", rate=Rate(0, 1), rates={"RICE": Rate(0, 1)}), "rate.points"),
        (PerAmount(id="x", rate=Rate(1, 1), brackets=(Bracket(0, Rate(2, 1)),)), "brackets[0].from_fen"),
        (
            PerAmount(id="x", rate=Rate(1, 1), brackets=(Bracket(9, Rate(2, 1)), Bracket(9, Rate(3, 1)))),
            "brackets[1].from_fen",
        ),
        (PerItem(id="x", points=1, lines=LineFilter()), "lines"),
        (Combination(id="x", points=1, parts=(Part(RICE), Part(LineFilter()))), "parts[1].lines"),
        (Streak(id="day", points=1, length=2, acts=("visit",)), "id"),
        (Streak(id="x", points=1, length=2, per="week", once="day"), "once"),
        (Multiplier(id="x", factor="1"), "factor"),
        (Multiplier(id="x", factor="2", of=("nobody",)), "of"),
        (Multiplier(id="x", factor="2", of=("x",)), "of"),
        (Multiplier(id="x", factor="2", of=("grouped",), group="offer"), "of"),
        (when(merchants=("nobody",)), "when.merchants"),
        (when(stores=("nobody",)), "when.stores"),
        (when(calendars=("nobody",)), "when.calendars"),
        (when(tiers=("nobody",)), "when.tiers"),
        (when(since=NAIVE), "when.since"),
        (when(until=NAIVE), "when.until"),
        (when(since=NOON, until=NOON), "when.until"),
        (when(minimum_fen=200, maximum_fen=199), "when.maximum_fen"),
        (when(lines=LineFilter()), "when.lines"),
        (when(nth=Nth()), "when.nth"),
        (when(expression="amount"), "when.expression"),
        (when(expression="amuont > 1"), "when.expression"),
        (when(expression="lines.exists(l, l.amount > 'x')"), "when.expression"),
    ],
)
def test_what_is_wrong_with_a_rule(rule: Any, field: str) -> None:
    """One fault, one finding, at its field; beside it a sound rule."""
    assert found(BASE, rule) == [f"rules[1].{field}"]


def test_a_rule_and_its_campaign_must_meet() -> None:
    """One that begins when the campaign is over, or ends before it begins, never holds."""
    over = Flat(id="x", points=1, campaign="autumn", when=Conditions(since=CAMPAIGN.until))
    early = Flat(id="y", points=1, campaign="autumn", when=Conditions(until=CAMPAIGN.since))
    assert found(over, early) == ["rules[0].when.since", "rules[1].when.until"]


def test_too_many_funders() -> None:
    """Ten are enough."""
    many = Flat(id="x", points=1, funding=tuple(Funding(f"m{n}", 1) for n in range(11)))
    known = Known(("point",), [f"m{n}" for n in range(11)], ())
    assert [field for field, _, _ in findings(RuleSet(rules=(many,)), known)] == ["rules[0].funding"]


def test_referrals_are_given_where_there_is_a_referral_programme() -> None:
    """And by a fixed number of points (COMPLIANCE §3)."""
    invite = Flat(id="x", points=1, acts=("referral",))
    assert found(invite) == []
    assert found(invite, referral=None) == ["rules[0].acts"]


def test_a_multiplier_with_nothing_to_multiply() -> None:
    """There must be a rule per amount, or some must be named."""
    assert found(Multiplier(id="x", factor="2")) == ["rules[0].of"]
    assert found(Multiplier(id="x", factor="2", of=("grouped",))) == []


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"unit": "gold"}, "unit"),
        ({"validity": CalendarYear(after=9_999)}, "validity.after"),
        ({"validity": Sweep(month=13, day=1)}, "validity.month"),
        ({"campaigns": (CAMPAIGN, CAMPAIGN)}, "campaigns[1].code"),
        ({"campaigns": (msgspec.structs.replace(CAMPAIGN, until=NOON),)}, "campaigns[0].until"),
        ({"campaigns": (msgspec.structs.replace(CAMPAIGN, since=NAIVE),)}, "campaigns[0].since"),
        ({"campaigns": (msgspec.structs.replace(CAMPAIGN, text="a\nb\tc"),)}, "campaigns[0].text"),
        ({"budgets": (Budget(code="fund", points=1), Budget(code="fund", points=2))}, "budgets[1].code"),
        ({"acts": (Act(code="visit"), Act(code="visit"))}, "acts[1].code"),
        ({"acts": (Act(code="referral"),)}, "acts[0].code"),
        ({"acts": (Act(code="birthday.pet"),)}, "acts[0].code"),
        ({"groups": {"offer": "best", "empty": "first"}}, "groups.empty"),
        ({"calendars": {"c": Dates(dates=())}}, "calendars.c.dates"),
        ({"calendars": {"c": Weekdays(weekdays=())}}, "calendars.c.weekdays"),
        ({"calendars": {"c": MonthDays()}}, "calendars.c.days"),
        ({"calendars": {"c": LunarDates(days=())}}, "calendars.c.days"),
        ({"calendars": {"c": Festivals(names=())}}, "calendars.c.names"),
        ({"calendars": {"c": Markets(stores={})}}, "calendars.c.stores"),
        ({"calendars": {"c": Markets(stores={"nobody": MarketDays(weekdays=(1,))})}}, "calendars.c.stores"),
        ({"calendars": {"c": Markets(stores={"air-1": MarketDays()})}}, "calendars.c.stores.air-1"),
        ({"calendars": {"c": Openings(stores={"nobody": date(2020, 1, 1)})}}, "calendars.c.stores"),
        ({"calendars": {"c": Yearly(since=(2, 30), until=(3, 5))}}, "calendars.c.since"),
        ({"tiers": Tiers(levels=(GOLD, msgspec.structs.replace(GOLD, at=200)))}, "tiers.levels[1].code"),
        ({"tiers": Tiers(levels=(GOLD, Tier(code="top", title="", at=100)))}, "tiers.levels[1].at"),
        ({"tiers": Tiers(levels=(msgspec.structs.replace(GOLD, keep_at=101),))}, "tiers.levels[0].keep_at"),
        ({"tiers": Tiers(levels=(GOLD,), by="points", rules=("nobody",))}, "tiers.rules"),
        ({"tiers": Tiers(levels=(GOLD,), rules=("base",))}, "tiers.rules"),
        ({"rewards": (REWARD, REWARD)}, "rewards[1].code"),
        ({"rewards": (msgspec.structs.replace(REWARD, merchant="nobody"),)}, "rewards[0].merchant"),
        ({"rewards": (msgspec.structs.replace(REWARD, unit="gold"),)}, "rewards[0].unit"),
        (
            {"rewards": (msgspec.structs.replace(REWARD, limits=(Limit(1, "event"),)),)},
            "rewards[0].limits[0].per",
        ),
        (
            {"rewards": (msgspec.structs.replace(REWARD, prices=(Price(points=100, when=Conditions()),)),)},
            "rewards[0].prices[0].points",
        ),
        (
            {"rewards": (msgspec.structs.replace(REWARD, when=Conditions(tiers=("nobody",))),)},
            "rewards[0].when.tiers",
        ),
        (
            {"rewards": (msgspec.structs.replace(REWARD, early=Early(since=NAIVE, when=Conditions())),)},
            "rewards[0].early.since",
        ),
        ({"closes_at": NAIVE}, "closes_at"),
        ({"leavings": {"air": NAIVE}}, "leavings.air"),
    ],
)
def test_what_is_wrong_with_the_rest(parts: dict[str, Any], field: str) -> None:
    """Units, campaigns, budgets, acts, groups, calendars, tiers, rewards."""
    assert found(**parts) == [field]


def test_a_rule_names_no_other() -> None:
    """Two of the same id could not be told apart."""
    assert found(BASE, BASE) == ["rules[1].id"]


def test_texts_for_members_may_have_lines() -> None:
    """Other texts may not."""
    assert found(campaigns=(msgspec.structs.replace(CAMPAIGN, text="a\nb"),)) == []
    assert found(Flat(id="x", points=1, title="a\nb")) == ["rules[0].title"]


def test_there_are_not_too_many_rules() -> None:
    """5 000 are allowed."""
    many = [Flat(id=f"r{number}", points=1) for number in range(5_001)]
    assert [field for field, _, _ in findings(RuleSet(rules=tuple(many)), KNOWN)] == ["rules"]
    assert list(findings(RuleSet(rules=tuple(many[1:])), KNOWN)) == []


def test_a_finding_says_what_to_do() -> None:
    """With the value."""
    (told,) = findings(RuleSet(rules=(when(tiers=("glod",)),), tiers=Tiers(levels=(GOLD,))), KNOWN)
    assert told == ("rules[0].when.tiers", "glod", "is no tier of these rules: use gold")

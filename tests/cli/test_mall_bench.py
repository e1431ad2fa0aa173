"""The benchmarks of the mall measure what they say: mixed conditions, and captures of what was held."""

import itertools
from datetime import UTC, datetime

import msgspec

from jifen.cli.bench.mall import POINTS, REWARDS, furnished
from jifen.rules.award import Facts
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Flat, RuleSet
from jifen.rules.person import Person, Standing
from jifen.rules.pricing import Pricing

SATURDAY = datetime(2026, 11, 21, 2, tzinfo=UTC)


def test_the_thousand_rewards_differ_by_day_and_member() -> None:
    """A third has stock, a quarter limits; what a member pays depends on calendar, tier and enrolment."""
    rules = furnished(RuleSet(rules=(Flat(id="x", points=1),)))
    assert len(rules.rewards) == REWARDS == len({reward.code for reward in rules.rewards})
    assert len([reward for reward in rules.rewards if reward.stock]) == 334
    assert len([reward for reward in rules.rewards if reward.limits]) == 250
    pricing = Pricing(CompiledRules(rules, 1, SATURDAY, "Asia/Shanghai"))
    facts = Facts("", "", SATURDAY, SATURDAY.date(), 1)
    persons = (Person(), Person(standing=Standing("gold")), Person(joined=SATURDAY.date()))
    lists = [
        [offer.points for offer in pricing.offers(msgspec.structs.replace(facts, person=person), {})]
        for person in persons
    ]
    thursday = Facts("", "", SATURDAY, SATURDAY.date().replace(day=19), 1)
    lists.append([offer.points for offer in pricing.offers(thursday, {})])
    assert all(one != other for one, other in itertools.combinations(lists, 2))
    affordable = [points for points in lists[0] if points <= POINTS]
    assert 100 < len(affordable) < REWARDS

"""A programme to change in many ways: a village shop with two merchants, a reward, tiers and a campaign."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from jifen.programs.definition import (
    ContractPlan,
    MerchantPlan,
    Programme,
    StorePlan,
    TermsPlan,
    UnitPlan,
)
from jifen.rules.definition import Budget, Campaign, Cap, Flat, PerAmount, Rate, Reminders, RuleSet
from jifen.rules.rewards import Limit, Reward
from jifen.rules.tiers import Tier, Tiers
from jifen.values.periods import Rolling

NOW = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
"""1 November 2026, ten in the morning in Shanghai."""

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SINCE = datetime(2026, 6, 1, tzinfo=UTC)
UNTIL = datetime(2027, 6, 1, tzinfo=UTC)


def village(code: str = "village") -> Programme:
    """The programme as it is first published."""
    contract = ContractPlan(
        valid_from=BEGAN, issue_fen_per_100=100, reimburse_fen_per_100=90, fee_permille=10
    )
    return Programme(
        code=code,
        name="青禾村",
        name_en="Green village",
        units=(UnitPlan(code="point", name="积分", name_en="points", offset_points=100, offset_fen=100),),
        merchants=(
            MerchantPlan(
                code="shop",
                name="村口小店",
                stores=(StorePlan(code="shop-1", name="村口"),),
                contracts=(contract,),
            ),
            MerchantPlan(
                code="mill",
                name="磨坊",
                stores=(StorePlan(code="mill-1", name="河边"),),
                contracts=(contract,),
            ),
        ),
        terms=TermsPlan(operator="青禾合作社", contact="村委会一楼", many_members=1000),
        rules=RuleSet(
            rules=(
                PerAmount(id="base", title="消费得积分", rate=Rate(1, 100), caps=(Cap(500, "day"),)),
                Flat(id="harvest", title="丰收节", points=20, campaign="harvest", budget="harvest"),
            ),
            validity=Rolling(months=12, to="month_end"),
            reminders=Reminders(),
            campaigns=(Campaign(code="harvest", title="丰收节", since=SINCE, until=UNTIL),),
            budgets=(Budget(code="harvest", points=10_000),),
            tiers=Tiers(
                levels=(
                    Tier(code="silver", title="银", at=100_000),
                    Tier(code="gold", title="金", at=500_000),
                )
            ),
            rewards=(
                Reward(
                    code="rice",
                    title="大米一袋",
                    points=3000,
                    value_fen=3000,
                    limits=(Limit(2, "month"),),
                ),
            ),
        ),
    )


def with_terms(programme: Programme, **changes: Any) -> Programme:
    """The same with other terms."""
    return msgspec.structs.replace(programme, terms=msgspec.structs.replace(programme.terms, **changes))


def with_rules(programme: Programme, **changes: Any) -> Programme:
    """The same with another part of its rules."""
    return msgspec.structs.replace(programme, rules=msgspec.structs.replace(programme.rules, **changes))


def with_rule(programme: Programme, index: int = 0, **changes: Any) -> Programme:
    """The same with one rule changed."""
    rules = list(programme.rules.rules)
    rules[index] = msgspec.structs.replace(rules[index], **changes)
    return with_rules(programme, rules=tuple(rules))


def with_reward(programme: Programme, **changes: Any) -> Programme:
    """The same with its reward changed."""
    reward = msgspec.structs.replace(programme.rules.rewards[0], **changes)
    return with_rules(programme, rewards=(reward,))


def with_unit(programme: Programme, **changes: Any) -> Programme:
    """The same with its unit changed."""
    return msgspec.structs.replace(programme, units=(msgspec.structs.replace(programme.units[0], **changes),))


def with_merchant(programme: Programme, index: int, **changes: Any) -> Programme:
    """The same with one merchant changed."""
    merchants = list(programme.merchants)
    merchants[index] = msgspec.structs.replace(merchants[index], **changes)
    return msgspec.structs.replace(programme, merchants=tuple(merchants))


def shorter(programme: Programme) -> Programme:
    """The same with points that live three months less."""
    return with_rules(programme, validity=Rolling(months=9, to="month_end"))


def at_midnight(day: date) -> datetime:
    """The first instant of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - _EIGHT


_EIGHT = datetime(2026, 1, 1, 8) - datetime(2026, 1, 1)

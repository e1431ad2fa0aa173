"""Versions: how the programme of the folder came to be, from what it was at the beginning of the year."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from jifen.cli.demo.dataset import ZONE
from jifen.programs.definition import Programme
from jifen.rules.definition import Flat, Multiplier, RuleSet
from jifen.values.periods import Rolling

replace = msgspec.structs.replace

FIRST_RULES = (
    "base", "member-day", "market-day", "gold", "big-basket", "spring", "breakfast", "flowers", "organic",
    "birthday", "first",
)  # fmt: skip
FIRST_REWARDS = (
    "rice-5kg", "oil-2l", "breakfast", "car-wash", "bouquet", "groceries-10-off-100", "beauty-tenth-off",
    "school-lunch",
)  # fmt: skip
LATER_MERCHANTS = ("banpo", "wangxing", "lvye", "abu", "xinhe", "songxi")
LATER_CAMPAIGNS = (
    "double-eleven-2026", "thanks-2026", "solstice-2026", "spring-2027", "new-year-2027", "lantern-2027",
    "plough-2027",
)  # fmt: skip

MARKET_BEFORE_FEN = 5_000
"""From so much on market days doubled before July."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version as it was published. holds: from when; None: as early as the law allows."""

    programme: Programme
    author: str
    at: datetime
    holds: datetime | None = None


def history(newest: Programme) -> list[Version]:
    """What was published after the first version: more of it, a worse rule with its notice, this autumn's."""
    return [
        Version(programme=_longer(_easy_markets(_spring(newest))), author="何知远", at=_at(2026, 3, 2)),
        Version(programme=_spring(newest), author="何知远", at=_at(2026, 5, 20), holds=_at(2026, 7, 1, 0)),
        Version(programme=newest, author="何知远", at=_at(2026, 10, 20)),
    ]


def first(newest: Programme) -> Programme:
    """The programme as it began: one unit, the first merchants, eleven rules, two tiers."""
    rules = _spring(newest).rules
    used = {rule.budget for rule in rules.rules if rule.id in FIRST_RULES}
    campaigns = {rule.campaign for rule in rules.rules if rule.id in FIRST_RULES}
    return replace(
        _easy_markets(newest),
        units=tuple(unit for unit in newest.units if unit.code == rules.unit),
        merchants=tuple(one for one in newest.merchants if one.code not in LATER_MERCHANTS),
        terms=replace(
            newest.terms,
            two_eyes=False,
            clauses=newest.terms.clauses[:1],
            clauses_en=newest.terms.clauses_en[:1],
        ),
        rules=replace(
            _markets_from(rules, MARKET_BEFORE_FEN),
            rules=tuple(
                rule for rule in _markets_from(rules, MARKET_BEFORE_FEN).rules if rule.id in FIRST_RULES
            ),
            rewards=tuple(reward for reward in rules.rewards if reward.code in FIRST_REWARDS),
            headings_en={
                heading: english
                for heading, english in rules.headings_en.items()
                if heading in {one.category for one in rules.rewards if one.code in FIRST_REWARDS}
            },
            budgets=tuple(budget for budget in rules.budgets if budget.code in used),
            campaigns=tuple(campaign for campaign in rules.campaigns if campaign.code in campaigns),
            acts=(),
            referral=None,
        ),
    )


def _spring(newest: Programme) -> Programme:
    """As it was from spring to autumn: green points, more merchants and rewards, not yet this autumn's."""
    rules = newest.rules
    assert rules.tiers is not None
    return replace(
        newest,
        terms=replace(newest.terms, two_eyes=False),
        rules=replace(
            rules,
            rules=_without(rules, LATER_CAMPAIGNS),
            campaigns=tuple(one for one in rules.campaigns if one.code not in LATER_CAMPAIGNS),
            budgets=tuple(one for one in rules.budgets if one.code not in LATER_CAMPAIGNS),
            rewards=tuple(one for one in rules.rewards if one.code not in ("gift-box", "lantern-ticket")),
            tiers=replace(rules.tiers, levels=rules.tiers.levels[1:]),
        ),
    )


def _without(rules: RuleSet, campaigns: Collection[str]) -> tuple[object, ...]:
    return tuple(rule for rule in rules.rules if rule.campaign not in campaigns)


def _easy_markets(programme: Programme) -> Programme:
    """With market days that double from fifty yuan on."""
    return replace(programme, rules=_markets_from(programme.rules, MARKET_BEFORE_FEN))


def _longer(programme: Programme) -> Programme:
    """With extra points of member days that live four months instead of three."""
    rules = tuple(
        replace(rule, validity=Rolling(months=4, to="month_end")) if rule.id == "member-day" else rule
        for rule in programme.rules.rules
    )
    return replace(programme, rules=replace(programme.rules, rules=rules))


def _markets_from(rules: RuleSet, fen: int) -> RuleSet:
    changed = tuple(
        replace(
            rule,
            title=f"集市日单笔满 {fen // 100} 元双倍",
            title_en=f"Double points for {fen // 100} yuan or more on the town's market day",
            when=replace(rule.when, minimum_fen=fen),
        )
        if rule.id == "market-day"
        else rule
        for rule in rules.rules
    )
    return replace(rules, rules=changed)


def proposed(newest: Programme) -> Programme:
    """What waits for a second person: market days from 80 yuan, 100 points for a first order (both better),
    and extra points of member days that live two months instead of three (worse).
    """
    rules = _markets_from(newest.rules, 8_000)
    changed = tuple(
        replace(
            rule,
            points=100,
            title="首单 100 积分，14 天后生效",
            title_en="100 points for the first order, after 14 days",
        )
        if isinstance(rule, Flat) and rule.id == "first"
        else replace(rule, validity=Rolling(months=2, to="month_end"))
        if isinstance(rule, Multiplier) and rule.id == "member-day"
        else rule
        for rule in rules.rules
    )
    return replace(newest, rules=replace(rules, rules=changed))


def _at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)

"""A coalition's rules and baskets, as many as asked for, of which the same few can apply at one store."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from jifen.rules.award import Facts, Line
from jifen.rules.calendars import AnyCalendar, Festivals, LunarDates, MarketDays, Markets, NthWeekday, Yearly
from jifen.rules.definition import (
    AnyRule,
    Budget,
    Campaign,
    Cap,
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
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.person import Anniversary, Person, Standing
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Birthday, Nth
from jifen.values.periods import Rolling

ZONE = "Asia/Shanghai"
FIRST_DAY = date(2026, 9, 1)
HOME = "m0"
"""The merchant at whose store the baskets are bought."""

CATEGORIES = tuple(f"C{number:02d}" for number in range(40))
BRANDS = tuple(f"B{number:02d}" for number in range(60))
TIERS = ("silver", "gold", "platinum")
PER_MERCHANT = 11
"""So many rules each merchant has of its own."""


def rulebook(count: int) -> RuleSet:
    """So many rules of mixed kinds: nine for everybody, the rest of merchants, eleven each."""
    rules = list(_everywhere())
    merchant = 0
    while len(rules) < count:
        rules += list(_of_merchant(merchant))[: count - len(rules)]
        merchant += 1
    merchants = range(merchant)
    calendars: dict[str, AnyCalendar] = {
        "market": Markets(stores={f"s{one}": MarketDays(lunar_digits=(3, 8)) for one in merchants}),
        "harvest": Festivals(names=("mid_autumn", "double_ninth"), days_before=3),
        "new_moon": LunarDates(days=(1, 15)),
        "summer": Yearly(since=(6, 1), until=(9, 30)),
        "last_friday": NthWeekday(weekday=5, nth=-1),
    }
    begins = datetime(2026, 8, 1, tzinfo=UTC)
    groups: dict[str, Literal["best", "first"]] = {
        rule.group: "first" if rule.group == "birthday" else "best" for rule in rules if rule.group
    }
    return RuleSet(
        rules=tuple(rules),
        validity=Rolling(months=12, to="month_end"),
        groups=groups,
        calendars=calendars,
        campaigns=tuple(
            Campaign(
                code=f"autumn-{one}", title="", since=begins, until=begins + timedelta(days=30 + one % 60)
            )
            for one in merchants
        ),
        budgets=tuple(Budget(code=f"fund-{one}", points=1_000_000) for one in merchants),
        tiers=Tiers(
            levels=tuple(Tier(code=code, title=code, at=at * 10**5) for at, code in enumerate(TIERS))
        ),
    )


def codes(rules: RuleSet) -> tuple[set[str], set[str]]:
    """The merchants and the stores that the rules name."""
    merchants = {code for rule in rules.rules for code in rule.when.merchants}
    return merchants, {f"s{code.removeprefix('m')}" for code in merchants}


def _everywhere() -> Iterator[AnyRule]:
    yield PerAmount(
        id="base",
        rate=Rate(1, 100),
        rates={"C01": Rate(2, 100), "C02": Rate(1, 500), "C03": Rate(0, 100)},
        caps=(Cap(3000, "month"),),
    )
    yield Multiplier(id="gold", factor="1.5", of=("base",), when=Conditions(tiers=("gold", "platinum")))
    yield Multiplier(id="moon", factor="2", of=("base",), when=Conditions(calendars=("new_moon",)))
    yield Flat(
        id="birthday",
        points=50,
        group="birthday",
        once="year",
        when=Conditions(birthday=Birthday(span="month")),
    )
    yield Flat(id="new", points=30, group="birthday", when=Conditions(joined_within_days=30))
    yield Flat(id="third", points=20, when=Conditions(nth=Nth(per="month", every=3)))
    yield Reached(id="thousand", points=100, spend_fen=100_000)
    yield Streak(id="quarter", points=80, length=3)
    yield Flat(
        id="early", points=5, when=Conditions(expression="hour < 9 && lines.exists(l, l.brand == 'B07')")
    )


def _of_merchant(number: int) -> Iterator[AnyRule]:
    """The rules of one merchant."""
    chance = random.Random(number)  # noqa: S311 (nothing here is a secret)
    here = (f"m{number}",)
    some = chance.sample(CATEGORIES, 4)
    own = f"{number}"
    yield PerAmount(
        id=f"amount-{own}",
        rate=Rate(0, 100),
        rates={category: Rate(1, 200) for category in some},
        when=Conditions(merchants=here),
        campaign=f"autumn-{own}",
    )
    yield PerItem(
        id=f"item-{own}",
        points=3,
        lines=LineFilter(brands=tuple(chance.sample(BRANDS, 3))),
        when=Conditions(merchants=here),
        funding=(Funding("merchant", 2), Funding("operator", 1)),
    )
    yield Combination(
        id=f"pair-{own}",
        points=8,
        parts=(
            Part(lines=LineFilter(categories=(some[0],))),
            Part(lines=LineFilter(categories=(some[1], some[0]))),
        ),
        when=Conditions(merchants=here),
    )
    yield Flat(
        id=f"big-{own}", points=20, when=Conditions(merchants=here, minimum_fen=20_000), budget=f"fund-{own}"
    )
    yield Flat(id=f"market-{own}", points=10, when=Conditions(merchants=here, calendars=("market",)))
    yield Flat(
        id=f"app-{own}",
        points=4,
        when=Conditions(merchants=here, channels=("app",)),
        caps=(Cap(40, "month"),),
    )
    yield Flat(id=f"organic-{own}", points=6, tags=("organic",), when=Conditions(merchants=here))
    yield Multiplier(
        id=f"tier-{own}",
        factor="1.2",
        of=("base",),
        group=f"offer-{own}",
        when=Conditions(merchants=here, tiers=TIERS),
    )
    yield Multiplier(
        id=f"friday-{own}",
        factor="1.3",
        of=("base",),
        group=f"offer-{own}",
        when=Conditions(merchants=here, calendars=("last_friday", "harvest")),
    )
    yield PerAmount(
        id=f"brand-{own}",
        rate=Rate(1, 300),
        lines=LineFilter(brands=tuple(chance.sample(BRANDS, 2)), categories=tuple(some)),
        when=Conditions(merchants=here, weekdays=(1, 2, 3)),
    )
    yield Flat(
        id=f"rule-{own}",
        points=2,
        when=Conditions(merchants=here, expression="amount >= 8800 && 'C05' in by_category && tier != ''"),
    )


def baskets(days: int, each: int) -> list[Facts]:
    """Baskets of five lines, in the order of their days: so many days, so many on each."""
    chance = random.Random(1)  # noqa: S311 (nothing here is a secret)
    found = []
    for number in range(days * each):
        day = FIRST_DAY + timedelta(days=number // each)
        lines = tuple(
            Line(
                f"sku-{chance.randrange(400)}",
                chance.choice(CATEGORIES),
                chance.randint(1, 3),
                chance.randint(300, 9_000),
                ("organic",) if chance.random() < 0.2 else (),
                chance.choice(BRANDS),
            )
            for _ in range(5)
        )
        person = Person(
            joined=day - timedelta(days=chance.randrange(900)),
            standing=Standing(chance.choice(("", *TIERS))),
            birthdays=(Anniversary("self", "self", chance.randint(1, 12), chance.randint(1, 28)),),
        )
        at = datetime(day.year, day.month, day.day, chance.randint(0, 14), tzinfo=UTC)
        amount = sum(line.amount for line in lines)
        channel = chance.choice(("store", "app"))
        found.append(Facts(HOME, "s0", at, day, amount, lines, channel=channel, person=person))
    return found

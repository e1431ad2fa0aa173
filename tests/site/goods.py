"""Goods for the tests of the mall: rewards beside those of the town, of every kind that its pages show."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from jifen.programs.definition import Programme
from jifen.rules.calendars import AnyCalendar
from jifen.rules.rewards import Reward
from tests.site.town import Town, Towns, built

REWARDS = (
    {"code": "coffee", "title": "手冲咖啡一杯", "title_en": "A cup of coffee", "category": "餐饮",
     "merchant": "douli", "points": 1000, "cash_fen": 900, "value_fen": 1900, "fulfil": "order"},
    {"code": "latte", "title": "拿铁一杯", "title_en": "A latte", "category": "餐饮",
     "merchant": "douli", "points": 1100, "cash_fen": 800, "value_fen": 1900},
    {"code": "lipstick", "title": "丝绒口红 迷你装", "title_en": "Velvet lipstick", "category": "美妆",
     "merchant": "muyan", "points": 4000, "value_fen": 4000, "stock": "lipstick", "fulfil": "order",
     "prices": [{"points": 3000, "when": {"calendars": ["muyan-day"]}}]},
    {"code": "mask", "title": "补水面膜", "title_en": "Face masks", "category": "美妆", "merchant": "muyan",
     "points": 2000, "cash_fen": 1000, "value_fen": 3000, "fulfil": "order",
     "prices": [{"points": 1500, "cash_fen": 500, "when": {"calendars": ["muyan-day"]}}]},
    {"code": "veg-box", "title": "有机蔬菜周箱", "title_en": "A box of greens", "category": "绿色",
     "merchant": "dongpo", "points": 2600, "value_fen": 2600, "evidence": "00125000001082185"},
    {"code": "scooter", "title": "电动滑板车", "title_en": "A scooter", "category": "出行",
     "merchant": "anchi", "points": 150000, "value_fen": 150000, "payers": 4, "fulfil": "order"},
    {"code": "lounge", "title": "贵宾室", "title_en": "The lounge", "category": "服务", "kind": "benefit",
     "tax": "service", "merchant": "anchi", "points": 0, "threshold": 5000,
     "limits": [{"count": 1, "per": "month"}]},
    {"code": "yoga", "title": "瑜伽一课", "title_en": "A yoga class", "category": "服务", "kind": "service",
     "tax": "service", "merchant": "anchi", "points": 1200, "value_fen": 1200, "fulfil": "order",
     "slots": {"openings": [{"since": "18:00", "until": "20:00", "every_minutes": 60, "capacity": 1}],
               "ahead_days": 3, "cancel_hours": 2, "no_show": "return"}},
)  # fmt: skip


def stocked(programme: Programme) -> Programme:
    """The programme with these rewards, and with a day on which one of them costs less."""
    rules = programme.rules
    more = msgspec.convert(REWARDS, type=tuple[Reward, ...])
    day = msgspec.convert({"type": "month_days", "days": [21]}, type=AnyCalendar)
    headings = {**rules.headings_en, "餐饮": "Food", "美妆": "Beauty", "出行": "Travel", "绿色": "Green"}
    return msgspec.structs.replace(
        programme,
        rules=msgspec.structs.replace(
            rules,
            rewards=(*rules.rewards, *more),
            calendars={**rules.calendars, "muyan-day": day},
            headings_en=headings,
        ),
    )


@asynccontextmanager
async def mall_town(towns: Towns) -> AsyncIterator[Town]:
    """A town with these goods, five lipsticks in stock."""
    async with built(towns, stocked) as town:
        await town.api.post("/v1/stocks", {"code": "lipstick", "count": 5}, "stock-lipstick")
        yield town

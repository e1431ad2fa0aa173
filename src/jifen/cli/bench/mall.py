"""jifen bench mall: a member's mall page in a programme of a thousand rewards, as many members open it."""

import asyncio
import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import msgspec

from jifen.cli.bench.load import Sample, load
from jifen.cli.bench.redeem import give
from jifen.cli.bench.world import World, world
from jifen.cli.demo.dataset import baskets
from jifen.cli.demo.replay import TODAY
from jifen.cli.progress import bar
from jifen.cli.serving import running
from jifen.rules.calendars import Weekdays
from jifen.rules.definition import RuleSet
from jifen.rules.rewards import Limit, Price, Reward
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Conditions

REWARDS = 1000
ROUNDS = 5
CONNECTIONS = 16
P95_MOST_MS = 25.0
POINTS = 3000
"""What every member has: enough for a part of the rewards."""
CATEGORIES = ("家电", "日用", "食品", "服饰", "娱乐", "出行", "充值", "公益")


async def mall(folder: Path, *, rounds: int = ROUNDS, per_round: int = 4000) -> dict[str, Any]:
    """Pages of many members: as listed, by points, of a category, found by words, what one can afford."""
    year = baskets()
    async with world(folder, year) as made:
        await _furnish(made)
        numbers = list(dict.fromkeys(basket.member for basket in year))
        asked = _pages(made.key, numbers)
        with running(folder, folder / "bench.log", url=made.dsn) as server:
            await give(server, made, numbers, POINTS)
            seen = [_page(made.key, member=numbers[0], limit="200")]
            sizes: list[int] = []
            whole = await load(server.port, 1, iter(seen * 20), lambda _, body: sizes.append(len(body)))
            warm = await load(server.port, CONNECTIONS, itertools.islice(asked, 1000))
            _must_be_pages(whole, 20)
            _must_be_pages(warm, 1000)
            samples: list[Sample] = []
            with bar("mall", rounds * per_round, unit="pages") as progress:
                for _ in range(rounds):
                    samples.append(await load(server.port, CONNECTIONS, itertools.islice(asked, per_round)))
                    progress.advance(per_round)
    for sample in samples:
        _must_be_pages(sample, per_round)
    p95 = median(sample.percentile_ms(0.95) for sample in samples)
    return {
        "name": "mall",
        "value": round(p95, 2),
        "unit": "ms",
        "most": P95_MOST_MS,
        "ok": p95 <= P95_MOST_MS,
        "rewards": REWARDS,
        "connections": CONNECTIONS,
        "p50_ms": round(median(sample.percentile_ms(0.5) for sample in samples), 2),
        "p99_ms": round(median(sample.percentile_ms(0.99) for sample in samples), 2),
        "pages_per_s": round(median(sample.rate for sample in samples)),
        "p50_200_alone_ms": round(whole.percentile_ms(0.5), 2),
        "bytes_200": sizes[-1],
        "rounds": [{"p95_ms": round(sample.percentile_ms(0.95), 2)} for sample in samples],
    }


def _must_be_pages(sample: Sample, count: int) -> None:
    if sample.statuses != {200: count}:
        raise RuntimeError(f"{count} pages were asked for, the answers were {sample.statuses}")


async def _furnish(made: World) -> None:
    """Publish the thousand rewards, with what is in stock of them."""
    catalog = made.at_hand.catalog
    rules = made.program.rules[-1].definition
    await catalog.publish(made.program.id, furnished(rules), TODAY - timedelta(hours=1), TODAY)
    codes = [f"stock-{place}" for place in range(0, REWARDS, 3)]
    await asyncio.gather(*(catalog.add_stock(made.program.id, code, 1_000_000) for code in codes))


def furnished(rules: RuleSet) -> RuleSet:
    """Rules with a thousand rewards: calendars, tiers, limits, stock, expressions, each on some of them."""
    rewards = tuple(_reward(place, rules) for place in range(REWARDS))
    levels = (Tier(code="silver", title="银卡", at=100_000), Tier(code="gold", title="金卡", at=1_000_000))
    return msgspec.structs.replace(
        rules,
        rewards=rewards,
        calendars={
            **rules.calendars,
            "thursday": Weekdays(weekdays=(4,)),
            "weekend": Weekdays(weekdays=(6, 7)),
        },
        tiers=Tiers(by="spend", window="year", levels=levels),
    )


def _reward(place: int, rules: RuleSet) -> Reward:
    points = 100 + 37 * (place % 400)
    prices: list[Price] = []
    if place % 2 == 0:
        prices.append(Price(points=points * 9 // 10, when=Conditions(calendars=("thursday",))))
    if place % 3 == 0:
        prices.append(Price(points=points * 8 // 10, when=Conditions(tiers=("gold",))))
    if place % 5 == 0:
        prices.append(
            Price(points=points * 7 // 10, when=Conditions(expression="0 <= joined_days && joined_days < 30"))
        )
    when = Conditions()
    if place % 7 == 0:
        when = Conditions(calendars=("weekend",))
    elif place % 11 == 0:
        when = Conditions(tiers=("silver", "gold"))
    return Reward(
        code=f"reward-{place}",
        title=f"{CATEGORIES[place % len(CATEGORIES)]}好礼第{place}号",
        title_en=f"Gift number {place}",
        category=CATEGORIES[place % len(CATEGORIES)],
        unit=rules.unit,
        points=points,
        value_fen=points,
        prices=tuple(prices),
        limits=(Limit(2, "month"), Limit(5, "year")) if place % 4 == 0 else (),
        when=when,
        stock=f"stock-{place}" if place % 3 == 0 else None,
        cash_fen=500 if place % 13 == 0 else 0,
    )


def _pages(key: str, numbers: list[str]) -> Iterator[bytes]:
    """Requests without end: five kinds of pages, each time of another member."""
    kinds: list[dict[str, str]] = [
        {},
        {"sort": "points"},
        {"category": CATEGORIES[0]},
        {"q": "好礼 娱乐"},
        {"affordable": "true"},
    ]
    for number, kind in zip(itertools.cycle(numbers), itertools.cycle(kinds), strict=False):
        yield _page(key, member=number, **kind)


def _page(key: str, **query: str) -> bytes:
    head = (
        f"GET /v1/rewards?{urlencode(query)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )
    return head.encode()

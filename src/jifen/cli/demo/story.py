"""What happens in the demo's year: purchases as they were, with redemptions, holds and returns among them."""

import heapq
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from jifen.cli.demo.alliance import store_code
from jifen.cli.demo.dataset import TODAY, ZONE, Basket, organic_code

_json = msgspec.json.Encoder()

NAMELESS: Mapping[str, str] = MappingProxyType({})


class Day(msgspec.Struct):
    """One day's lines for the bulk path, in order, and when the day ends."""

    day: date
    ends: datetime
    lines: list[bytes]
    baskets: int


def basket_lines(basket: Basket, names: Mapping[str, str] = NAMELESS) -> list[dict[str, Any]]:
    """A basket's lines as they are sent. names: how products are called, by their numbers."""
    lines = []
    for product, category, quantity, fen, organic in basket.lines:
        line = {"sku": sku_of(product, names), "category": category, "quantity": quantity, "amount": fen}
        if organic:
            line["evidence"] = organic_code(product)
        lines.append(line)
    return lines


def sku_of(product: str, names: Mapping[str, str]) -> str:
    """What stands on a receipt for a product: its name, where there is one, and its number."""
    name = names.get(product)
    return product if name is None else f"{name} {product}"


def purchase_line(basket: Basket, names: Mapping[str, str] = NAMELESS) -> bytes:
    """A basket as a line of the bulk path."""
    return _line(
        type="purchase",
        key=basket.key,
        member=basket.member,
        store=store_code(basket.store),
        at=basket.at,
        lines=basket_lines(basket, names),
    )


def _line(**fields: Any) -> bytes:
    return _json.encode(fields)


def chance(basket: Basket) -> int:
    """0 to 999, the same for a basket in every run: the demo's seed is the data itself."""
    return zlib.crc32(basket.key.encode()) % 1000


def days(
    baskets: list[Basket], names: Mapping[str, str] = NAMELESS, saving: Collection[str] = ()
) -> Iterator[Day]:
    """The year, day by day in the programme's zone. saving: members who spend nothing here.

    Of a thousand baskets 25 come back in part some days later and 10 whole, 60 are followed by a
    redemption, 12 by a hold that is captured in part, 4 by one that is released and 3 by a donation.
    """
    later: list[tuple[datetime, int, bytes]] = []
    count = 0
    current: Day | None = None
    for basket in baskets:
        day = basket.at.astimezone(ZONE).date()
        if current is None or day != current.day:
            if current is not None:
                yield current
            ends = min(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=ZONE), TODAY)
            current = Day(day, ends, [], 0)
        while later and later[0][0] <= basket.at:
            current.lines.append(heapq.heappop(later)[2])
        current.lines.append(purchase_line(basket, names))
        current.baskets += 1
        for at, line in _sequels(basket, names, basket.member in saving):
            count += 1
            heapq.heappush(later, (at, count, line))
    if current is not None:
        current.lines += [line for at, _, line in sorted(later) if at <= current.ends]
        yield current


def together(told: Sequence[Day], since: date) -> list[Day]:
    """The same with the days before `since` put together by the week, where few baskets are of a day."""
    found: list[Day] = []
    for day in told:
        last = found[-1] if found else None
        if last is None or day.day >= since or _week(day) != _week(last):
            found.append(day)
        else:
            found[-1] = Day(day.day, day.ends, last.lines + day.lines, last.baskets + day.baskets)
    return found


def _week(day: Day) -> tuple[int, int, int]:
    return *day.day.isocalendar()[:2], day.day.month


def _sequels(basket: Basket, names: Mapping[str, str], saving: bool) -> Iterator[tuple[datetime, bytes]]:
    """What follows a basket, and when."""
    draw = chance(basket)
    soon = basket.at + timedelta(minutes=2)
    days_later = basket.at + timedelta(days=1 + draw % 6)
    who = {"member": basket.member}
    common = {**who, "store": store_code(basket.store)}
    points = 100 * (1 + draw % 5)
    if draw < 25:
        product, _, quantity, _, _ = basket.lines[0]
        back = [{"sku": sku_of(product, names), "quantity": max(1, quantity // 2)}]
        yield days_later, _back(basket, days_later, lines=back)
    elif draw < 35:
        yield days_later, _back(basket, days_later)
    elif saving:
        return
    elif draw < 95:
        yield soon, _line(type="redemption", key=f"pay-{basket.key}", at=soon, points=points, **common)
        if draw < 38:
            again = soon + timedelta(days=2)
            yield (
                again,
                _line(
                    type="reversal", key=f"undo-{basket.key}", at=again, entry_key=f"pay-{basket.key}", **who
                ),
            )
    elif draw < 111:
        deadline = soon + timedelta(days=3)
        hold = f"hold-{basket.key}"
        yield soon, _line(type="hold", key=hold, at=soon, points=points, deadline=deadline, **common)
        end = soon + timedelta(hours=5)
        if draw < 107:
            yield (
                end,
                _line(
                    type="capture", key=f"take-{basket.key}", at=end, hold_key=hold, points=points // 2, **who
                ),
            )
        else:
            yield end, _line(type="release", key=f"free-{basket.key}", at=end, hold_key=hold, **who)
    elif draw < 114:
        yield (
            soon,
            _line(
                type="donation",
                key=f"give-{basket.key}",
                at=soon,
                points=50,
                member=basket.member,
                charity="zhuxue",
            ),
        )


def _back(basket: Basket, at: datetime, **what: Any) -> bytes:
    fields = {"purchase": basket.key, "member": basket.member, "at": at, **what}
    return _line(type="return", key=f"back-{basket.key}", **fields)

"""Figures of the overview: the counted days and what moved since; opening and closing agree to the point."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import msgspec

from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.periods import add_months, start_of_day

MONTHS = 12
USUAL_DAYS = 28
"""Over so many days before today it is measured what a merchant usually issues a day."""

PERIODS = ("week", "month", "year")
ISSUING = ("issued", "clawed_back", "adjusted", "owed", "transferred")
"""What issuing comes to: issued, less what was taken back, corrected, and what was lent and repaid as owed.

Transfers move points between wallets and sum to nothing.
"""
USING = ("redeemed", "donated")


class Period(msgspec.Struct, frozen=True):
    """The days from the first up to today, and the same stretch one period earlier."""

    name: str
    first: date
    last: date
    before_first: date
    before_last: date


def period_of(name: str, today: date) -> Period:
    """This week from Monday, this month, or this year, each up to today."""
    if name == "week":
        first = today - timedelta(days=today.weekday())
        return Period(name, first, today, first - timedelta(days=7), today - timedelta(days=7))
    months = 12 if name == "year" else 1
    first = today.replace(month=1, day=1) if name == "year" else today.replace(day=1)
    return Period(name, first, today, add_months(first, -months), add_months(today, -months))


class Sums(msgspec.Struct):
    """Points by account, signed as they moved into lots."""

    of: dict[str, int] = {}

    def add(self, account: str, points: int) -> None:
        """Add what moved by an account; holds move points within a lot and count for nothing."""
        if account != "held":
            self.of[account] = self.of.get(account, 0) + points

    def __getitem__(self, account: str) -> int:
        return self.of.get(account, 0)

    @property
    def issued(self) -> int:
        """What was issued, net of what was taken back."""
        return sum(self[account] for account in ISSUING)

    @property
    def used(self) -> int:
        """What was redeemed and donated, net of what was given back."""
        return -sum(self[account] for account in USING)

    @property
    def expired(self) -> int:
        """What expired, net of what came back."""
        return -self["expired"]

    @property
    def moved(self) -> int:
        """By how much the outstanding points grew."""
        return sum(self.of.values())


class Month(msgspec.Struct, frozen=True):
    """A month: what moved in it, and what was outstanding at its end, in points and in fen at face value."""

    first: date
    sums: Sums
    closing: int
    closing_fen: int


class Trade(msgspec.Struct):
    """What a merchant issued and accepted in a period; what it issued today, and in the 28 days before."""

    merchant: Any
    issued: int = 0
    accepted: int = 0
    today: int = 0
    usual_sum: int = 0


class Figures(msgspec.Struct, frozen=True):
    """All figures of a unit. opening + now.issued − now.used − now.expired = closing, to the point."""

    period: Period
    opening: int
    closing: int
    closing_fen: int
    now: Sums
    before: Sums
    months: Sequence[Month]
    trades: Sequence[Trade]
    owed: int
    owing: int


class Figure(msgspec.Struct, frozen=True):
    """One sum of all merchants: its day, or the first of its month."""

    day: date
    account: str
    points: int
    offset_points: int = 1
    offset_fen: int = 0


class Span(msgspec.Struct, frozen=True):
    """What moved at a merchant by an account: in the period, in the one before, usually, and today."""

    merchant: Any
    account: str
    now: int
    before: int
    usual: int
    today: int


async def read_figures(
    pool: asyncpg.Pool, program: Program, unit: str, period: Period, today: date
) -> Figures:
    """The figures of a unit: the counted days from their table, what came after summed from the entries.

    One snapshot, so that what is counted meanwhile stands in one of the two and not in both.
    """
    usual = today - timedelta(days=USUAL_DAYS)
    async with pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        counted: date | None = await conn.fetchval(q("figures_counted"), program.id)
        since = (
            datetime(1970, 1, 1, tzinfo=UTC)
            if counted is None
            else start_of_day(counted + timedelta(days=1), program.zone)
        )
        live = await conn.fetch(q("figures_live"), program.id, since, unit, program.zone)
        months = await conn.fetch(q("figures_months"), program.id, unit)
        dates = (period.first, period.last, period.before_first, period.before_last, usual, today)
        spans = await conn.fetch(q("figures_between"), program.id, unit, *dates)
        owed = await conn.fetchrow(q("figures_owed"), program.id, unit)
        assert owed is not None, "a sum of nothing is a row too"
    by_month = [
        Figure(row["month"], row["account"], row["points"], row["offset_points"], row["offset_fen"])
        for row in months
    ]
    fresh = [_span(row, period, usual, today) for row in live]
    by_month += [
        Figure(min(row["day"], today), row["account"], row["points"], row["offset_points"], row["offset_fen"])
        for row in live
    ]
    moved = [Span(*row) for row in spans]
    return summed(period, today, moved + fresh, by_month, owed["points"], owed["members"])


def _span(row: Any, period: Period, usual: date, today: date) -> Span:
    """A sum of a day that is not counted yet; what was recorded after today counts as today's."""
    day, points = min(row["day"], today), row["points"]
    return Span(
        row["merchant"],
        row["account"],
        points if period.first <= day <= period.last else 0,
        points if period.before_first <= day <= period.before_last else 0,
        points if usual <= day < today else 0,
        points if day == today else 0,
    )


def summed(
    period: Period, today: date, spans: Iterable[Span], by_month: Iterable[Figure], owed: int, owing: int
) -> Figures:
    """The figures from what moved by merchants, and from all months of all time."""
    now, before = Sums({}), Sums({})
    trades: dict[Any, Trade] = {}
    for one in spans:
        now.add(one.account, one.now)
        before.add(one.account, one.before)
        trade = trades.setdefault(one.merchant, Trade(one.merchant))
        if one.account in USING:
            trade.accepted -= one.now
        elif one.account in ("issued", "clawed_back"):
            trade.issued += one.now
        if one.account == "issued":
            trade.today += one.today
            trade.usual_sum += one.usual
    months = _months(by_month, today)
    closing = months[-1].closing
    return Figures(
        period=period,
        opening=closing - now.moved,
        closing=closing,
        closing_fen=months[-1].closing_fen,
        now=now,
        before=before,
        months=months,
        trades=sorted(trades.values(), key=lambda trade: -(trade.issued + trade.accepted)),
        owed=owed,
        owing=owing,
    )


def _months(figures: Iterable[Figure], today: date) -> list[Month]:
    """The last twelve months, this one up to today, each with what was outstanding at its end."""
    firsts = [add_months(today.replace(day=1), -back) for back in range(MONTHS - 1, -1, -1)]
    sums = {first: Sums({}) for first in firsts}
    worth: dict[tuple[int, int], int] = {}
    later: dict[date, list[Figure]] = {first: [] for first in firsts}
    for one in figures:
        first = one.day.replace(day=1)
        if first in sums:
            sums[first].add(one.account, one.points)
            later[first].append(one)
        else:
            _weigh(worth, one)
    found = []
    for first in firsts:
        for one in later[first]:
            _weigh(worth, one)
        fen = sum(points * fen // per for (per, fen), points in worth.items())
        found.append(Month(first, sums[first], sum(worth.values()), fen))
    return found


def _weigh(worth: dict[tuple[int, int], int], one: Figure) -> None:
    """Add to the outstanding points of that worth: each lot keeps what was promised when it was earned."""
    if one.account != "held":
        key = (one.offset_points, one.offset_fen)
        worth[key] = worth.get(key, 0) + one.points

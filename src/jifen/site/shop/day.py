"""A day at a merchant: what was issued and used there, by store, and what the contract makes of it."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind
from jifen.books.series import Series
from jifen.engine.loading import entry_from, load_series
from jifen.events.event import read_purchase
from jifen.parties.programs import Contract, Merchant
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import SeriesId
from jifen.values.periods import start_of_day

READ_MOST = 20_000
"""So many entries of a day are summed: more than any merchant has."""


class Sums(msgspec.Struct):
    """Points and fen of some entries. issued, own: less what was taken back; own: what the merchant pays for.

    used: spent here, less what came back. fen: of purchases, in money; returns are counted beside.
    """

    purchases: int = 0
    returns: int = 0
    fen: int = 0
    issued: int = 0
    own: int = 0
    used: int = 0

    @property
    def any(self) -> bool:
        """Whether anything happened."""
        return bool(self.purchases or self.returns or self.issued or self.used)


class Day(msgspec.Struct, frozen=True):
    """A merchant's day. by_store: the code of each store that sold something; members: how many came."""

    all: Sums
    by_store: dict[str, Sums]
    members: int


async def day_of(visit: Visit, merchant: Merchant, day: date) -> Day:
    """All that was recorded at a merchant on a day of the programme's zone, in the programme's own points."""
    zone = visit.program.zone
    begins, ends = start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    series: dict[SeriesId, Series] = {}
    async with visit.house.pool.acquire() as conn:
        rows = await conn.fetch(q("shop_day"), merchant.id, begins, ends, READ_MOST)
        entries = [entry_from(row) for row in rows]
        await load_series(conn, series, {leg.series for entry in entries for leg in entry.legs})
    return summed(entries, series, merchant, unit_of(visit))


def unit_of(visit: Visit) -> str:
    """The programme's own points; empty: it has none yet."""
    rules = visit.program.rules_at(visit.now)
    return rules.definition.unit if rules is not None else next(iter(visit.program.units), "")


def summed(entries: Sequence[Entry], series: dict[SeriesId, Series], merchant: Merchant, unit: str) -> Day:
    """The sums of a merchant's entries in one unit. A return names no store: it counts to the whole alone."""
    whole, by_store = Sums(), dict[str, Sums]()
    for entry in entries:
        sums = [whole]
        if entry.kind is Kind.PURCHASE:
            bought = read_purchase(entry.event)
            here = by_store.setdefault(bought.store, Sums())
            sums.append(here)
            for one in sums:
                one.purchases += 1
                one.fen += bought.amount
        elif entry.kind is Kind.RETURN:
            whole.returns += 1
        for one in sums:
            _add(one, entry, series, merchant, unit)
    return Day(whole, by_store, len({entry.wallet for entry in entries}))


def _add(sums: Sums, entry: Entry, series: dict[SeriesId, Series], merchant: Merchant, unit: str) -> None:
    for leg in entry.legs:
        of = series[leg.series]
        if of.unit != unit:
            continue
        if leg.account in (Account.ISSUED, Account.CLAWED_BACK) and of.issuer == merchant.id:
            sums.issued += leg.points
            if of.funder == merchant.id:
                sums.own += leg.points
        elif leg.account is Account.REDEEMED and leg.counterparty == merchant.id:
            sums.used -= leg.points


def contract_now(visit: Visit, merchant: Merchant) -> Contract | None:
    """The contract in force; None: there is none yet."""
    return next((one for one in reversed(merchant.contracts) if one.valid_from <= visit.now), None)


def owed(sums: Sums, contract: Contract | None) -> tuple[int, int]:
    """What the merchant pays for points it issued, and gets for points used there, in fen, each rounded down.

    The operator's fee is not in it.
    """
    if contract is None:
        return 0, 0
    pays = max(0, sums.own) * contract.issue_fen_per_100 // 100
    gets = max(0, sums.used) * contract.reimburse_fen_per_100 // 100
    return pays, gets

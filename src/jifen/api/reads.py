"""Reads of a member: who it is, its balances and its lots, as the database has them now."""

from datetime import timedelta
from typing import Any

import msgspec

from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.entries import party
from jifen.api.problems import invalid
from jifen.api.routing import Reply, Route
from jifen.api.views import (
    BalanceView,
    Lapsing,
    LotsView,
    LotView,
    MemberView,
    UnitBalance,
)
from jifen.books.series import FAR
from jifen.books.wallet import Lot, Wallet
from jifen.engine.loading import load_wallets
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of
from jifen.values.periods import local_day

PAGE_MOST = 200
LAST = 2**31 - 1

_encode = msgspec.json.Encoder().encode


def shown(answer: msgspec.Struct) -> Reply:
    """An answer as JSON."""
    return Reply(200, _encode(answer))


async def wallet_in_path(call: Call) -> WalletId:
    """The wallet of the member that the path names."""
    number = call.args["number"]
    program = call.asking.program.id
    known = number.isprintable() and len(number) <= 64
    wallet = (await call.house.members.wallets(program, [number])).get(number) if known else None
    if wallet is None:
        raise invalid(
            "number",
            number,
            "is no member of this programme: check the number, or enrol the member",
            "member_unknown",
        )
    return wallet


async def member(call: Call) -> Reply:
    """A member."""
    call.query()
    wallet = await wallet_in_path(call)
    row = await call.house.pool.fetchrow(q("api_wallet"), cell_of(wallet), wallet)
    assert row is not None
    name = phone = None
    if call.asking.operator and row["number"] is not None:
        name = row["name"]
        phone = None if row["phone"] is None else masked(call.house.vault.open(row["phone"]))
    return shown(
        MemberView(
            number=call.args["number"],
            wallet=wallet,
            pool=row["pool"],
            household=row["household"],
            frozen_until=row["frozen_until"],
            joined_at=row["joined_at"] or row["opened_at"],
            entries=row["version"],
            head=row["head"].hex(),
            name=name,
            phone=phone,
        )
    )


def masked(phone: str) -> str:
    """A phone with its middle hidden."""
    return f"{phone[:3]}****{phone[-4:]}"


async def _snapshot(call: Call, wallet: WalletId) -> Wallet:
    program = call.asking.program
    async with call.house.pool.acquire() as conn:
        found = await load_wallets(conn, [wallet], {program.id: program}, call.house.series)
    return found[wallet]


async def balance(call: Call) -> Reply:
    """The balances of a member, by unit."""
    call.query()
    wallet = await _snapshot(call, await wallet_in_path(call))
    asking = call.asking
    units = sorted({*asking.program.units, *(lot.series.unit for lot in wallet.lots.values())})
    return shown(
        BalanceView(
            member=call.args["number"],
            wallet=wallet.id,
            at=asking.now,
            frozen_until=wallet.frozen_until,
            balances={unit: unit_balance(asking, wallet, unit) for unit in units},
        )
    )


def unit_balance(asking: Asking, wallet: Wallet, unit: str) -> UnitBalance:
    """The balances of one unit, what of it lapses when, and what it is worth."""
    now = asking.now
    usable = [lot for lot in wallet.lots.values() if lot.series.unit == unit and wallet.usable(lot, now)]
    days: dict[Any, int] = {}
    worth: dict[tuple[int, int], int] = {}
    for lot in usable:
        if not lot.remaining:
            continue
        price = (lot.series.offset_points, lot.series.offset_fen)
        worth[price] = worth.get(price, 0) + lot.remaining
        expires = wallet.expiry(lot.series)
        if expires is not None:
            day = local_day(expires - timedelta(microseconds=1), asking.program.zone)
            days[day] = days.get(day, 0) + lot.remaining
    counted = wallet.balance(unit, now)
    return UnitBalance(
        available=counted.available,
        pending=counted.pending,
        held=counted.held,
        owed=counted.owed,
        worth_fen=sum(points * fen // per for (per, fen), points in worth.items()),
        lapsing=tuple(Lapsing(last_day=day, points=days[day]) for day in sorted(days)),
    )


async def lots(call: Call) -> Reply:
    """The lots of a member that are not empty; a merchant sees those that it issued."""
    call.query()
    wallet = await _snapshot(call, await wallet_in_path(call))
    asking = call.asking
    seen = [lot for lot in wallet.lots.values() if asking.sees(lot.series.issuer)]
    seen.sort(key=lambda lot: (wallet.expiry(lot.series) or FAR, lot.series.matures_at or FAR, lot.series.id))
    shown_lots = tuple(_lot(asking, wallet, lot) for lot in seen)
    return shown(LotsView(member=call.args["number"], wallet=wallet.id, at=asking.now, lots=shown_lots))


def _lot(asking: Asking, wallet: Wallet, lot: Lot) -> LotView:
    series = lot.series
    return LotView(
        series=series.id,
        unit=series.unit,
        issuer=party(asking.program, series.issuer) or str(series.issuer),
        funder=party(asking.program, series.funder) or str(series.funder),
        contract=series.contract,
        terms=series.terms,
        offset_points=series.offset_points,
        offset_fen=series.offset_fen,
        matures_at=series.matures_at,
        expires_at=wallet.expiry(series),
        granted=lot.granted,
        remaining=lot.remaining,
        held=lot.held,
        owed=lot.owed,
        usable=lot.remaining > 0 and wallet.usable(lot, asking.now),
    )


def reading(name: str, path: str, summary: str, handle: Any, answer: type, *codes: str, **more: Any) -> Route:
    return Route(
        method="GET", path=path, name=name, summary=summary, handle=handle, answer=answer, codes=codes, **more
    )


ROUTES = (
    reading("get_member", "/v1/members/{number}", "A member", member, MemberView, "member_unknown"),
    reading(
        "get_balance",
        "/v1/members/{number}/balance",
        "A member's balances, by unit",
        balance,
        BalanceView,
        "member_unknown",
    ),
    reading(
        "get_lots",
        "/v1/members/{number}/lots",
        "A member's lots, in the order in which they are drawn",
        lots,
        LotsView,
        "member_unknown",
    ),
)

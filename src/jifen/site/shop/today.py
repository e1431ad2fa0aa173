"""Today at a merchant: what was issued and used, what the contract makes of it, and what to see to."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.engine.loading import load_stocks
from jifen.pages import figures
from jifen.parties.catalog import stock_id
from jifen.site.handovers import Handover
from jifen.site.routing import SHOP, get
from jifen.site.shop.bookings import booked_on, waiting
from jifen.site.shop.campaigns import markets_on
from jifen.site.shop.day import Day, contract_now, day_of, owed, unit_of
from jifen.site.shop.rewards import own_rewards
from jifen.site.shop.stores import stores_of
from jifen.site.visit import Visit
from jifen.values.periods import local_day

FEW = 5
"""So few left of something are worth a hint."""


class Hint(msgspec.Struct, frozen=True):
    """Something to see to, and where. presses: a person must look; else it is good to know."""

    said: Markup
    path: str
    presses: bool


async def show(visit: Visit) -> Response[bytes]:
    """The day so far."""
    merchant = visit.merchant
    day = await day_of(visit, merchant, visit.today)
    before = await day_of(visit, merchant, visit.today - timedelta(days=7))
    contract = contract_now(visit, merchant)
    bookings = await booked_on(visit, visit.today)
    pays, gets = owed(day.all, contract)
    unit = unit_of(visit)
    return visit.page(
        "shop/today.html",
        day=day,
        before=before,
        contract=contract,
        pays=pays,
        gets=gets,
        unit=visit.words.unit(visit.program.units[unit]) if unit else Markup(),
        stores=stores_of(visit),
        bookings=bookings,
        hints=await _hints(visit, day, bookings),
    )


async def _hints(visit: Visit, day: Day, bookings: Sequence[Handover]) -> Sequence[Hint]:
    t = visit.words.t
    found = []
    orders = await waiting(visit)
    placed = [one for one in orders if one.state == "placed"]
    if placed:
        count = len(placed)
        found.append(
            Hint(t("shop.hint_orders", count, count=figures.whole(count)), "/shop/bookings#orders", True)
        )
    late = [one for one in bookings if one.open and datetime.fromisoformat(one.until) <= visit.now]
    if late:
        count = len(late)
        found.append(Hint(t("shop.hint_late", count, count=figures.whole(count)), "/shop/bookings", True))
    found += await _scarce(visit)
    coming = next((one for one in visit.merchant.contracts if one.valid_from > visit.now), None)
    if coming is not None:
        said = t("shop.hint_contract", version=coming.version, day=_day_said(visit, coming.valid_from))
        found.append(Hint(said, "/shop/contract", False))
    for day_, key in (
        (visit.today, "shop.hint_market_today"),
        (visit.today + timedelta(days=1), "shop.hint_market_tomorrow"),
    ):
        stores = markets_on(visit, day_)
        if stores:
            named = visit.words.joined([store.name or store.code for store in stores], "join.list")
            found.append(Hint(t(key, stores=named), "/shop/campaigns", False))
    return found


async def _scarce(visit: Visit) -> list[Hint]:
    """What is sold out or nearly so, of the own rewards."""
    rewards = [one for one in own_rewards(visit) if one.stock is not None]
    if not rewards:
        return []
    ids = {one.code: stock_id(visit.program.id, one.stock or "") for one in rewards}
    async with visit.house.pool.acquire() as conn:
        stocks = await load_stocks(conn, list(ids.values()))
    found = []
    for one in rewards:
        left = stocks.get(ids[one.code], 0)
        if left <= FEW:
            title = one.title_en if visit.words.language == "en" and one.title_en else one.title
            key = "shop.hint_few" if left else "shop.hint_gone"
            said = visit.words.t(key, left, title=title, left=figures.whole(left))
            found.append(Hint(said, "/shop/rewards", True))
    return found


def _day_said(visit: Visit, at: datetime) -> Markup:
    return visit.words.full_day(local_day(at, visit.program.zone))


ROUTES = (get("/shop", "shop.today", show, SHOP, key="shop_today"),)

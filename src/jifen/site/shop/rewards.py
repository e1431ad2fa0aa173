"""The merchant's own rewards: price, stock, how many went; more of what is scarce."""

from collections.abc import Sequence

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.engine.loading import load_stocks
from jifen.pages.naming import said_in, when_of
from jifen.parties.catalog import stock_id
from jifen.parties.keys import Key
from jifen.rules.rewards import Reward
from jifen.site.inside import Inside, No
from jifen.site.routing import SHOP, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.periods import start_of_day

LIST = "/shop/rewards"
MORE_MOST = 1_000_000


class Shelf(msgspec.Struct, frozen=True):
    """A reward. left: in stock, None: not counted; lately, ever: how many went this month, and in all.

    prices: other prices, each with when it holds.
    """

    code: str
    title: Markup
    kind: str
    category: Markup
    points: int
    cash_fen: int
    value_fen: int
    unit: Markup
    left: int | None
    lately: int
    ever: int
    prices: tuple[tuple[int, int, Markup], ...]
    booked: bool
    fulfil: str


async def show(visit: Visit) -> Response[bytes]:
    """All own rewards in force."""
    return await _shown(visit)


async def _shown(visit: Visit, status: int = 200, wrong: str = "", no: No | None = None) -> Response[bytes]:
    return visit.page(
        "shop/rewards.html",
        status,
        shelves=await _shelves(visit),
        wrong=wrong,
        no=no,
        form=visit.form,
        asked=visit.args.get("code", ""),
    )


def own_rewards(visit: Visit) -> Sequence[Reward]:
    """The rewards in force that this merchant gives, and nobody else."""
    rules = visit.program.rules_at(visit.now)
    return [one for one in (rules.definition.rewards if rules else ()) if one.merchant == visit.merchant.code]


async def _shelves(visit: Visit) -> Sequence[Shelf]:
    rules, rewards = visit.program.rules_at(visit.now), own_rewards(visit)
    if rules is None:
        return []
    program = visit.program
    ids = {one.stock: stock_id(program.id, one.stock) for one in rewards if one.stock}
    async with visit.house.pool.acquire() as conn:
        stocks = await load_stocks(conn, list(ids.values())) if ids else {}
    since = start_of_day(visit.today.replace(day=1), program.zone)
    rows = await visit.house.pool.fetch(q("shop_taken"), program.id, visit.merchant.id, since)
    went = {row["reward"]: (row["lately"], row["ever"]) for row in rows}
    headings = rules.definition.headings_en
    return [
        Shelf(
            one.code,
            said_in(visit.words, one.title, one.title_en),
            one.kind,
            said_in(visit.words, one.category, headings.get(one.category, "")),
            one.points,
            one.cash_fen,
            one.value_fen,
            visit.words.unit(program.units[one.unit or rules.definition.unit]),
            None if one.stock is None else stocks.get(ids[one.stock], 0),
            *went.get(one.code, (0, 0)),
            tuple(
                (price.points, price.cash_fen, when_of(price.when, program, rules.definition, visit.words))
                for price in one.prices
            ),
            one.slots is not None,
            one.fulfil,
        )
        for one in rewards
    ]


async def restock(visit: Visit) -> Response[bytes]:
    """Put more of an own reward on its shelf. What several merchants share is the operator's to count."""
    code, text = visit.args["code"], visit.field("count")
    visit.note(target=code, count=text)
    reward = next((one for one in own_rewards(visit) if one.code == code), None)
    if reward is None or reward.stock is None:
        raise Stop("nothing_here", 404, back=LIST)
    if not _alone(visit, reward.stock):
        return await _shown(visit, 422, "shared")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MORE_MOST):
        return await _shown(visit, 422, "count")
    # The interface lets the operator alone add; that the stock is the merchant's own was seen above.
    counter = Inside(visit.house, visit.program, Key(visit.program.id, None, visit.actor))
    try:
        await counter.post("/v1/stocks", {"code": reward.stock, "count": int(text)}, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _shown(visit, no.status, no=no)
    title = said_in(visit.words, reward.title, reward.title_en)
    return visit.go(LIST, "shop_restocked", title=title, count=text)


def _alone(visit: Visit, stock: str) -> bool:
    """Whether a stock is of this merchant's rewards alone."""
    rules = visit.program.rules_at(visit.now)
    using = {one.merchant for one in (rules.definition.rewards if rules else ()) if one.stock == stock}
    return using == {visit.merchant.code}


ROUTES = (
    get(LIST, "shop.rewards", show, SHOP, key="shop_rewards"),
    post(f"{LIST}/{{code}}/stock", "shop.restock", restock, SHOP, key="shop_rewards"),
)

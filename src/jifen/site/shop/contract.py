"""The merchant's contracts by version: what a point costs when it is issued, and brings when it is used."""

from litestar import Response

from jifen.site.routing import SHOP, get
from jifen.site.shop.day import contract_now
from jifen.site.visit import Visit

SAMPLE_POINTS = 10_000
"""So many points are what an example is reckoned with."""


async def show(visit: Visit) -> Response[bytes]:
    """All versions, the newest first, and an example by the one in force."""
    merchant = visit.merchant
    now = contract_now(visit, merchant)
    rules = visit.program.rules_at(visit.now)
    leaving = rules.definition.leavings.get(merchant.code) if rules else None
    return visit.page(
        "shop/contract.html",
        contracts=tuple(reversed(merchant.contracts)),
        now=now,
        sample=SAMPLE_POINTS,
        pays=SAMPLE_POINTS * now.issue_fen_per_100 // 100 if now else 0,
        gets=SAMPLE_POINTS * now.reimburse_fen_per_100 // 100 if now else 0,
        leaving=leaving,
    )


ROUTES = (get("/shop/contract", "shop.contract", show, SHOP, key="shop_contract"),)

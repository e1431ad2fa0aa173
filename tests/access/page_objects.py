"""Things behind pages that belong to somebody: for each page whose row says `own`, a visit to what is own."""

from tests.access.objects import LIN, OTHER_SHOP, Make, Sample, World, fresh, order_made, purchase

__all__ = ["LIN", "OF_PAGES", "OTHER_SHOP", "fresh"]


async def receipt(world: World) -> Sample:
    """A receipt of the shop."""
    return Sample(args={"id": (await purchase(world))["id"]})


async def step(world: World) -> Sample:
    """A step of an order of the shop."""
    return Sample(args={"id": (await order_made(world))["id"], "step": "confirm"})


async def quote_of_lin(world: World) -> Sample:
    """A quote of a reward for the member lin."""
    made = await world.done("operator", "/v1/quotes", member=LIN, reward="oil-2l")
    return Sample(args={"id": made["id"]})


OF_PAGES: dict[str, Make] = {
    "till.receipt": receipt,
    "till.step": step,
    "member.quote_page": quote_of_lin,
    "member.redeem": quote_of_lin,
}
"""For each page whose row says `own`: what is tried there."""

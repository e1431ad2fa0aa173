"""The member's wallet: what there is, what lapses, what happened last, and the code one touch away."""

from collections.abc import Sequence

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.books.wallet import Balance
from jifen.pages import figures
from jifen.pages.reading import NEWEST, Seen, read_entries
from jifen.pages.wallet_view import NOTHING, RECENT, wallet_view
from jifen.pages.words import Words
from jifen.site.member import code, entries, green, installing, lots, tier
from jifen.site.member.green import green_units
from jifen.site.member.own import climb_of, counted, home_of, there, tier_title, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit


class Other(msgspec.Struct, frozen=True):
    """Points of another unit. green: they are given for evidence alone."""

    name: Markup
    available: int
    note: Markup
    green: bool


async def show(visit: Visit) -> Response[bytes]:
    """The wallet."""
    house = visit.house
    seen = there(await read_entries(house.pool, house.catalog, wallet_of(visit), NEWEST, RECENT + 1))
    return visit.page(
        "member/wallet.html",
        view=wallet_view(seen, visit.words),
        others=others_of(seen, visit.words),
        climb=await climb_of(visit, seen),
        home=await home_of(visit, seen),
        tier_title=tier_title,
        counted=counted,
    )


def others_of(seen: Seen, words: Words) -> Sequence[Other]:
    """The other units that the wallet has anything of, and green ones also where it has nothing yet."""
    greens = green_units(seen.program.rules_at(seen.now))
    found = []
    for unit in seen.program.units.values():
        balance = seen.wallet.balance(unit.code, seen.now)
        green = unit.code in greens
        if (seen.unit and unit.code == seen.unit.code) or (balance == NOTHING and not green):
            continue
        note = _parts(balance, words) or (words.t("member.green_note") if green else Markup())
        found.append(Other(words.unit(unit, long=True), balance.available, note, green))
    return found


def _parts(balance: Balance, words: Words) -> Markup:
    """The balances beside the available one, each with its name."""
    parts = [("pending", balance.pending), ("held", balance.held), ("owed", balance.owed)]
    return words.joined(
        words.t("wallet.part", name=words.t(f"balance.{name}"), points=figures.whole(points))
        for name, points in parts
        if points
    )


ROUTES = (
    get("/m/wallet", "member.wallet", show, MEMBER, key="wallet"),
    *code.ROUTES,
    *entries.ROUTES,
    *lots.ROUTES,
    *green.ROUTES,
    *tier.ROUTES,
    *installing.ROUTES,
)

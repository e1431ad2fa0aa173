"""The member's tier: where one stands, what the next asks for, what each gives, and until when it holds."""

from litestar import Response

from jifen.pages.reading import NEWEST, read_entries
from jifen.rules.tiers import Tier, rank
from jifen.site.member.own import climb_of, counted, there, tier_title, wallet_of
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit


async def show(visit: Visit) -> Response[bytes]:
    """All tiers, from low to high."""
    house = visit.house
    seen = there(await read_entries(house.pool, house.catalog, wallet_of(visit), NEWEST, 0))
    climb = await climb_of(visit, seen)
    return visit.page(
        "member/tier.html",
        climb=climb,
        place=rank(climb.tiers, climb.standing.tier) if climb else -1,
        tier_title=tier_title,
        counted=counted,
        benefits=lambda tier: _benefits(visit, tier),
        back="/m/wallet",
    )


def _benefits(visit: Visit, tier: Tier) -> tuple[str, ...]:
    """What a tier gives, in the page's language where that was written."""
    return tier.benefits_en if visit.words.language == "en" and tier.benefits_en else tier.benefits


ROUTES = (get("/m/tier", "member.tier", show, MEMBER, key="wallet"),)

"""The mall: what a member can get, at which price, the affordable first, and the nearest where nothing is."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.pages.figures import whole
from jifen.pages.reading import Seen
from jifen.rules.pricing import pricing_of
from jifen.site.inside import No
from jifen.site.member.mall_cards import Card, card_of, ends_at, rules_now
from jifen.site.member.mall_lots import seen_by
from jifen.site.member.mall_prices import PRESSING_DAYS
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Visit
from jifen.values.periods import local_day

ON_A_PAGE = 24
QUERY_MOST = 64
SORTS = ("points", "-points", "value", "listed")
LOWERED_MOST = 20
"""So many rewards with other prices are looked at for the one that is shown first."""


class Wish(msgspec.Struct, frozen=True):
    """What is asked for: words, a heading, an order, only what can be had, and behind which page."""

    q: str = ""
    category: str = ""
    sort: str = "points"
    only: bool = True
    cursor: str = ""

    def address(self, **changed: Any) -> str:
        """The address of the mall with some of it otherwise; a page begins anew unless it is named."""
        wish = msgspec.structs.replace(self, **{"cursor": "", **changed})
        asked = {"q": wish.q, "category": wish.category, "sort": wish.sort, "cursor": wish.cursor}
        said = {name: value for name, value in asked.items() if value}
        if wish.sort == SORTS[0]:
            said.pop("sort")
        if not wish.only:
            said["all"] = "1"
        return f"/m/mall?{urlencode(said)}" if said else "/m/mall"


def wish_of(visit: Visit) -> Wish:
    """What the address asks for. The form says `set`, since a switch that is off sends nothing."""
    sort = visit.query("sort")
    only = visit.query("only") == "1" if visit.query("set") else visit.query("all") != "1"
    return Wish(
        visit.query("q").strip()[:QUERY_MOST],
        visit.query("category"),
        sort if sort in SORTS else SORTS[0],
        only,
        visit.query("cursor"),
    )


async def show(visit: Visit) -> Response[bytes]:
    """The mall."""
    wish = wish_of(visit)
    seen = await seen_by(visit)
    told = await _asked(visit, wish, counted=True)
    first = None
    if not wish.q and not wish.cursor:
        first = await _pressing(visit, seen, wish)
    cards = [
        await card_of(visit, seen, view)
        for view in told["rewards"]
        if first is None or view["code"] != first.code
    ]
    counted = told["counted"] or {"found": 0, "can_have": 0}
    shown = len(told["rewards"])
    unit = seen.unit
    return visit.page(
        "member/mall.html",
        wish=wish,
        headings=_headings(visit, told),
        sorts=[(sort, visit.words.t(f"mall.sort_{sort}")) for sort in SORTS],
        available=seen.wallet.balance(unit.code, seen.now).available if unit else 0,
        unit=visit.words.unit(unit) if unit else Markup(),
        first=first,
        first_until=ends_at(visit, first.lower.until) if first and first.lower and first.lower.until else "",
        cards=cards,
        counted=counted,
        asked_for=_asked_for(visit, wish, told),
        foot=_foot(visit, wish, counted, shown),
        older=wish.address(cursor=told["next"]) if told["next"] else "",
        nearest=await _nearest(visit, seen, wish) if not shown and first is None else None,
        donations=any(reward.kind == "donation" for reward in _listed(visit)),
    )


async def _asked(visit: Visit, wish: Wish, *, counted: bool = False, limit: int = ON_A_PAGE) -> Any:
    try:
        return await visit.api.get(
            "/v1/rewards",
            member=visit.number,
            q=wish.q or None,
            category=wish.category or None,
            sort=wish.sort,
            affordable="true" if wish.only else None,
            counted="true" if counted else None,
            cursor=wish.cursor or None,
            limit=limit,
        )
    except No as no:
        if not wish.cursor or no.ours:
            raise
        # A cursor of another order or of older rules: the first page is as good an answer.
        return await _asked(visit, msgspec.structs.replace(wish, cursor=""), counted=counted, limit=limit)


def _asked_for(visit: Visit, wish: Wish, told: Any) -> str:
    """What was looked for, as the page names it; empty: everything."""
    return wish.q or dict(_headings(visit, told)).get(wish.category, wish.category)


def _foot(visit: Visit, wish: Wish, counted: Any, shown: int) -> Markup:
    """How many more can be had, and how many cannot."""
    can, rest = counted["can_have"], counted["found"] - counted["can_have"]
    if wish.cursor:
        return visit.words.t("mall.foot_all", can=whole(can), rest=whole(rest))
    if not wish.only:
        return visit.words.t("mall.foot_rest", more=whole(counted["found"] - shown), rest=whole(rest))
    return visit.words.t("mall.foot", more=whole(can - shown), rest=whole(rest))


def _listed(visit: Visit) -> Any:
    rules = rules_now(visit)
    return () if rules is None else pricing_of(rules).listed


def _headings(visit: Visit, told: Any) -> list[tuple[str, str]]:
    """The headings with the words by which they are shown."""
    english = visit.words.language == "en"
    return list(
        zip(told["categories"], told["categories_en"] if english else told["categories"], strict=True)
    )


async def _pressing(visit: Visit, seen: Seen, wish: Wish) -> Card | None:
    """What costs less today than usual and soon does not any more: of several, the one that saves most."""
    meant = [
        reward.code for reward in _listed(visit) if reward.prices and wish.category in ("", reward.category)
    ]
    found: list[Card] = []
    for code in meant[:LOWERED_MOST]:
        view = (await visit.api.get(f"/v1/rewards/{code}", member=visit.number))["reward"]
        if wish.only and not view["can_have"]:
            continue
        card = await card_of(visit, seen, view)
        lower = card.lower
        if lower is None or lower.until is None or lower.claim is None:
            continue
        if (local_day(lower.until, visit.program.zone) - visit.today).days <= PRESSING_DAYS:
            found.append(card)
    return max(found, key=lambda card: card.usual - card.points, default=None)


async def _nearest(visit: Visit, seen: Seen, wish: Wish) -> Card | None:
    """Where nothing can be had of what is asked for: the cheapest of it."""
    if not wish.only:
        return None
    told = await _asked(visit, Wish(wish.q, wish.category, SORTS[0], only=False), limit=1)
    return await card_of(visit, seen, told["rewards"][0]) if told["rewards"] else None


ROUTES = (get("/m/mall", "member.mall", show, MEMBER, key="mall"),)

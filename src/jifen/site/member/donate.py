"""Giving points to a good cause: what can be given, to whom, and the public tally beside it."""

from typing import Any

from litestar import Response

from jifen.api.donating import tallied
from jifen.pages.figures import whole
from jifen.parties.programs import Merchant
from jifen.rules.pricing import pricing_of
from jifen.site.inside import No
from jifen.site.member.mall_cards import card_of, rules_now, unit_word
from jifen.site.member.mall_lots import seen_by, taking
from jifen.site.member.mall_refusals import Refusing, Way
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.points import POINTS_MAX

DIGITS_MOST = len(str(POINTS_MAX))


def charities_of(visit: Visit) -> list[Merchant]:
    """The charities of the programme."""
    return sorted((one for one in visit.program.merchants.values() if one.charity), key=lambda one: one.code)


async def show(visit: Visit) -> Response[bytes]:
    """What can be given; with a charity and a number of points in the address, the last look before it."""
    if not visit.query("points") and not visit.query("charity"):
        return await _page(visit)
    return await _page(visit, visit.query("charity"), visit.query("points"))


async def give(visit: Visit) -> Response[bytes]:
    """Points go to a charity, for good."""
    charity, text = visit.field("charity"), visit.field("points")
    points, found = _points(text), _charity(visit, charity)
    if points is None or found is None:
        return await _page(visit, charity, text, status=422)
    visit.note(target=found.code, points=points)
    body = {"member": visit.number, "charity": found.code, "points": points}
    try:
        await visit.api.post("/v1/donations", body, visit.key)
    except No as no:
        if no.ours:
            raise
        return await _page(visit, charity, text, refused=no, status=no.status)
    seen = await seen_by(visit)
    unit = seen.unit
    left = seen.wallet.balance(unit.code, seen.now).available if unit else 0
    word = visit.words.unit(unit) if unit else ""
    return visit.go("/m/donate", "mall_given", points=whole(points), left=whole(left), unit=word)


def _points(text: str) -> int | None:
    """A whole number above 0; None: it is none."""
    cleaned = text.replace(",", "").replace("，", "").strip()
    if not cleaned.isascii() or not cleaned.isdigit() or len(cleaned) > DIGITS_MOST:
        return None
    return int(cleaned) or None


def _charity(visit: Visit, code: str) -> Merchant | None:
    return next((one for one in charities_of(visit) if one.code == code), None)


async def _page(
    visit: Visit, charity: str = "", text: str = "", refused: No | None = None, status: int = 200
) -> Response[bytes]:
    charities, rules = charities_of(visit), rules_now(visit)
    if not charities or rules is None:
        raise Stop("nothing_here", back="/m/mall")
    seen, words = await seen_by(visit), visit.words
    unit = seen.unit
    assert unit is not None, "a programme with rules has a unit"
    chosen, points = _charity(visit, charity), _points(text)
    available = seen.wallet.balance(unit.code, seen.now).available
    no = _refusing(visit, charity or text, chosen, points, available, unit_word(visit, unit.code), refused)
    cards = []
    for reward in pricing_of(rules).listed:
        if reward.kind == "donation":
            told: Any = await visit.api.get(f"/v1/rewards/{reward.code}", member=visit.number)
            cards.append(await card_of(visit, seen, told["reward"]))
    return visit.page(
        "member/donate.html",
        status,
        back="/m/mall",
        cards=cards,
        charities=[(one.code, one.name) for one in charities],
        tally=await tallied(visit.house, visit.program),
        unit=words.unit(unit),
        available=available,
        charity=charity,
        text=text,
        chosen=chosen if no is None else None,
        points=points,
        taking=taking(seen, unit.code, points, None, words) if points and no is None else None,
        refused=no,
    )


def _refusing(
    visit: Visit,
    asked: str,
    charity: Merchant | None,
    points: int | None,
    available: int,
    unit: object,
    refused: No | None,
) -> Refusing | None:
    """What stands against a gift as it was asked for; None: nothing, or nothing was asked."""
    t = visit.words.t
    if not asked:
        return None
    if points is None:
        return Refusing(t("donate.no_points"), t("donate.no_points_next"), "points")
    if charity is None:
        return Refusing(t("donate.no_charity"), t("donate.no_charity_next"), "charity_unqualified")
    if points > available:
        ways = [
            Way(
                f"/m/donate?charity={charity.code}&points={available}",
                t("donate.all", points=whole(available)),
            )
        ]
        said = t("mall.short_said", needed=whole(points), available=whole(available))
        title = t("mall.short", missing=whole(points - available), unit=unit)
        return Refusing(title, said, "insufficient_points", ways if available else ())
    if refused is not None:
        key = f"mall.no_{refused.code}"
        title = t(key) if visit.words.has(key) else t("no.title")
        return Refusing(title, t("mall.no_next"), refused.code)
    return None


ROUTES = (
    get("/m/donate", "member.donate", show, MEMBER, key="mall"),
    post("/m/donate", "member.give", give, MEMBER, key="mall"),
)

"""A quote: a price that stays for a while, which points would pay it, and the button that redeems it."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.pages import figures
from jifen.pages.figures import whole, yuan
from jifen.rules.rewards import Reward
from jifen.site.inside import No
from jifen.site.member.mall_cards import ends_at, soon, unit_word
from jifen.site.member.mall_lots import seen_by, taking
from jifen.site.member.mall_prices import Lower, lower_of
from jifen.site.member.mall_refusals import Refusing, points_short, refused_by
from jifen.site.member.reward import promised
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.periods import local_day


async def _quote(visit: Visit) -> tuple[Any, Reward]:
    """The member's own quote of a reward as it stands, with the reward as it was quoted.

    Raises:
        Stop: there is none, or it is another's.
    """
    try:
        told = await visit.api.get(f"/v1/quotes/{visit.args['id']}")
    except No as no:
        if no.ours:
            raise
        raise Stop("nothing_here", back="/m/mall") from no
    quote = told["quote"]
    if quote["kind"] != "reward" or quote["member"] != visit.number:
        raise Stop("nothing_here", back="/m/mall")
    rules = visit.program.rules_version(quote["rules"]).definition
    return told, next(one for one in rules.rewards if one.code == quote["reward"])


async def show(visit: Visit) -> Response[bytes]:
    """The quote; one that was used leads to its order."""
    told, reward = await _quote(visit)
    if told["state"] == "used":
        return visit.go(f"/m/orders/{told['used_by']}")
    if told["state"] == "ended":
        return _over(visit, told["quote"], reward)
    return await _page(visit, told["quote"], reward)


async def redeem(visit: Visit) -> Response[bytes]:
    """Redeem at the price of the quote, once however often the form is sent."""
    told, reward = await _quote(visit)
    quote = told["quote"]
    visit.note(target=reward.code, quote=quote["id"], points=quote["points"])
    place = {"store": quote["store"]} if quote["store"] else {"merchant": quote["merchant"]}
    body = {"member": visit.number, "reward": reward.code, "count": quote["count"], "quote": quote["id"]}
    if quote["slot"] is not None:
        body["slot"] = quote["slot"]
    try:
        made = await visit.api.post("/v1/reward-redemptions", {**body, **place}, visit.key)
    except No as no:
        if no.ours:
            raise
        if no.code == "quote_used":
            return visit.go(f"/m/orders/{no.facts['used_by']}")
        if no.code == "quote_ended":
            return _over(visit, quote, reward, no.status)
        return await _page(visit, quote, reward, await _refused(visit, quote, reward, no), no.status)
    left = (await seen_by(visit)).wallet.balance(quote["unit"], visit.now).available
    done = "mall_given" if reward.kind == "donation" else "mall_redeemed"
    if not quote["points"]:
        done = "mall_had"
    facts = {"points": whole(quote["points"]), "left": whole(left), "unit": unit_word(visit, quote["unit"])}
    return visit.go(f"/m/orders/{made['id']}", done, **facts)


async def _refused(visit: Visit, quote: Any, reward: Reward, no: No) -> Refusing:
    if no.code == "insufficient_points":
        needed = max(quote["points"], reward.threshold or 0)
        return points_short(visit, await seen_by(visit), reward, quote["unit"], needed)
    return refused_by(visit, no.code, no.facts, reward)


async def _page(
    visit: Visit, quote: Any, reward: Reward, refused: Refusing | None = None, status: int = 200
) -> Response[bytes]:
    seen = await seen_by(visit)
    seller = None if reward.kind == "donation" else visit.program.merchants.get(quote["merchant"])
    taken = taking(seen, quote["unit"], quote["points"], seller, visit.words)
    if refused is None and quote["points"] and taken is None:
        # What was quoted was spent elsewhere since: a quote holds a price, and no points.
        refused = points_short(visit, seen, reward, quote["unit"], quote["points"])
    lower = _lower(visit, quote, reward, seen)
    word = unit_word(visit, quote["unit"])
    return visit.page(
        "member/mall_quote.html",
        status,
        back=f"/m/mall/{reward.code}",
        **promised(visit, reward),
        evidence="",
        quote=quote,
        unit=word,
        taking=taken,
        refused=refused,
        lower=lower,
        lower_until=ends_at(visit, lower.until) if lower and lower.until else "",
        store=_store(visit, quote),
        facts=_facts(visit, quote),
        ended=_clock(visit, quote["ends_at"]),
        button=_button(visit, quote, reward),
        skew=_skew(visit),
        said_left=visit.words.t("mall.quote_until", at=_clock(visit, quote["ends_at"])),
    )


def _lower(visit: Visit, quote: Any, reward: Reward, seen: Any) -> Lower | None:
    """The lower price that was quoted, as long as the quote's instant had it."""
    lower = lower_of(
        visit.program, reward, seen.wallet, datetime.fromisoformat(quote["quoted_at"]), visit.words
    )
    return lower if lower is not None and lower.points * quote["count"] == quote["points"] else None


def _over(visit: Visit, quote: Any, reward: Reward, status: int = 200) -> Response[bytes]:
    """The quote's time is over: nothing moved, and a new one is one press away."""
    return visit.page(
        "member/mall_over.html",
        status,
        back=f"/m/mall/{reward.code}",
        **promised(visit, reward),
        quote=quote,
        ended=_clock(visit, quote["ends_at"]),
    )


def _button(visit: Visit, quote: Any, reward: Reward) -> Any:
    """What the button does, with the price on it."""
    facts = {
        "points": whole(quote["points"]),
        "unit": unit_word(visit, quote["unit"]),
        "count": whole(quote["count"]),
    }
    if not quote["points"]:
        return visit.words.t("mall.do_free")
    if reward.kind == "donation":
        return visit.words.t("mall.do_give", **facts)
    if quote["slot"] is not None:
        return visit.words.t("mall.do_book", **facts)
    return visit.words.t("mall.do", quote["count"], **facts)


def _facts(visit: Visit, quote: Any) -> list[tuple[Any, Any]]:
    """What was chosen: when, where, how many, and what is paid in money there."""
    t = visit.words.t
    said: list[tuple[Any, Any]] = []
    if quote["slot"]:
        said.append((t("mall.when"), soon(visit, datetime.fromisoformat(quote["slot"]))))
    if store := _store(visit, quote):
        said.append((t("mall.store"), store))
    if quote["count"] > 1:
        said.append((t("mall.count"), t("mall.count_of", quote["count"], count=quote["count"])))
    if quote["cash_fen"]:
        said.append((t("mall.cash"), yuan(quote["cash_fen"])))
    return said


def _store(visit: Visit, quote: Any) -> str:
    found = visit.program.stores.get(quote["store"])
    return found.name if found else ""


def _clock(visit: Visit, text: str) -> str:
    """A time of today as the clock shows it; with its day where it is another one."""
    at = datetime.fromisoformat(text)
    today = local_day(at, visit.program.zone) == visit.today
    return figures.clock(at, visit.program.zone) if today else str(soon(visit, at))


def _skew(visit: Visit) -> int:
    """By how many milliseconds the programme's clock is ahead of the real one, for the clock on the page."""
    return round((visit.now - visit.real_now).total_seconds() * 1000)


ROUTES = (
    get("/m/mall/quote/{id}", "member.quote_page", show, MEMBER, key="mall"),
    post("/m/mall/quote/{id}/redeem", "member.redeem", redeem, MEMBER, key="mall"),
)

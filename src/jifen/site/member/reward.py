"""One reward: what is promised of it, what it costs this member of which points, and when it can be had."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.mall.vouchers import stamped
from jifen.pages import naming
from jifen.pages.figures import yuan
from jifen.pages.reading import Seen
from jifen.pages.vouchers import policy_of, voucher_of
from jifen.parties.programs import Store
from jifen.rules.rewards import Reward
from jifen.site.inside import No
from jifen.site.member.mall_cards import (
    ends_at,
    evidence_of,
    place_of,
    reward_called,
    rules_now,
    soon,
    unit_word,
)
from jifen.site.member.mall_lots import seen_by, taking
from jifen.site.member.mall_pictures import picture_of
from jifen.site.member.mall_prices import lower_of
from jifen.site.member.mall_refusals import Refusing, points_short, refused_by
from jifen.site.member.mall_times import Day, days_of
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.periods import end_of_day

COUNT_MOST = 10
"""So many pieces may be chosen at once; whoever wants more comes again."""

AT_A_STORE = ("goods", "service", "upgrade", "night", "ticket", "benefit")
"""Kinds that are had at a store: which one is asked for."""

CODE_OF = {"stock": "out_of_stock", "limit": "limit_reached", "points": "insufficient_points"}
"""The code of the refusal by the word with which the list says why something cannot be had."""


class Asked(msgspec.Struct, frozen=True):
    """What is chosen of a reward: how many, where, on which day, at which time, paid in points or in cash."""

    count: int = 1
    store: str = ""
    merchant: str = ""
    day: str = ""
    slot: str = ""
    pay: str = "points"


async def show(visit: Visit) -> Response[bytes]:
    """The reward."""
    reward = _reward(visit)
    asked = asked_in(visit.query)
    return await reward_page(visit, reward, asked)


async def ask(visit: Visit) -> Response[bytes]:
    """Ask for a quote; it holds for a while and moves nothing."""
    reward = _reward(visit)
    asked = asked_in(visit.field)
    visit.note(target=reward.code, count=asked.count)
    body = {
        "member": visit.number,
        "reward": reward.code,
        "count": asked.count,
        "store": asked.store or None,
        "merchant": None if asked.store else asked.merchant or None,
        "slot": asked.slot or None,
    }
    if reward.slots is not None and not asked.slot:
        no = refused_by(visit, "slot_unknown", {"why": "missing"}, reward)
        return await reward_page(visit, reward, asked, no, 422)
    if asked.pay == "cash" and pays_cash(reward):
        chosen = {"slot": asked.slot, "store": asked.store, "count": asked.count}
        return visit.go(f"/m/mall/{quoted(reward.code, safe='')}/cash?{urlencode(chosen)}")
    try:
        told = await visit.api.post(
            "/v1/quotes", {name: value for name, value in body.items() if value is not None}, visit.key
        )
    except No as no:
        if no.ours:
            raise
        refused = refused_by(visit, no.code, no.facts, reward)
        return await reward_page(visit, reward, asked, refused, no.status)
    if told["cash_fen"] and reward.fulfil == "at_once":
        # Who hands it over takes the money: nobody can say here that it was received.
        refused = refused_by(visit, "cash_differs", {}, reward)
        return await reward_page(visit, reward, asked, refused, 422)
    if not told["can_have"]:
        refused = await _cannot(visit, reward, told)
        return await reward_page(visit, reward, asked, refused, 422)
    return visit.go(f"/m/mall/quote/{told['id']}")


async def _cannot(visit: Visit, reward: Reward, told: Any) -> Refusing:
    """Why a quote cannot be used, with what is known of it."""
    if told["why_not"] == "insufficient_points":
        seen = await seen_by(visit)
        needed = max(told["points"], reward.threshold or 0)
        return points_short(visit, seen, reward, told["unit"], needed)
    facts: dict[str, Any] = {"requested": told["count"]}
    if told["why_not"] == "wallet_frozen":
        until = (await seen_by(visit)).wallet.frozen_until
        facts |= {"until": until.isoformat()} if until else {}
    if told["left"] is not None:
        facts["left"] = told["left"]
    if told["why_not"] == "limit_reached":
        detail = await detail_of(visit, reward.code)
        facts["may_have"] = detail["may_have"] or 0
    if told["why_not"] == "reward_not_now":
        facts["why"] = (await detail_of(visit, reward.code))["reward"]["why_not"]
    return refused_by(visit, told["why_not"], facts, reward)


def _reward(visit: Visit) -> Reward:
    found = reward_called(visit, visit.args["reward"])
    if found is None:
        raise Stop("nothing_here", back="/m/mall")
    return found


def asked_in(said: Callable[[str], str]) -> Asked:
    """What an address or a form says of it."""
    return Asked(
        _count(said("count")),
        said("store"),
        said("merchant"),
        said("day"),
        said("slot"),
        said("pay") or "points",
    )


def pays_cash(reward: Reward) -> bool:
    """Whether it is also sold for money, paid at the merchant: the same times and places (SCENARIOS S14)."""
    return reward.slots is not None and reward.fulfil == "order" and reward.value_fen > 0


def _count(text: str) -> int:
    return min(max(1, int(text)), COUNT_MOST) if text.isascii() and text.isdigit() and len(text) < 4 else 1


async def detail_of(visit: Visit, code: str, store: str = "") -> Any:
    """All that is promised of a reward, for this member."""
    path = f"/v1/rewards/{quoted(code, safe='')}"
    return await visit.api.get(path, member=visit.number, store=store or None)


def stores_of(visit: Visit, reward: Reward) -> list[Store]:
    """The stores at which it can be had; none where the store does not matter."""
    if reward.kind not in AT_A_STORE:
        return []
    found = [
        store
        for store in visit.program.stores.values()
        if not store.merchant.charity and reward.merchant in (None, store.merchant.code)
    ]
    return sorted(found, key=lambda store: store.code)


async def reward_page(
    visit: Visit, reward: Reward, asked: Asked, refused: Refusing | None = None, status: int = 200
) -> Response[bytes]:
    """The page, with what was chosen, and why it is refused where it is."""
    seen, stores = await seen_by(visit), stores_of(visit, reward)
    known = {store.code for store in stores}
    store = asked.store if asked.store in known else ""
    if not store and (len(stores) == 1 or (stores and reward.slots is not None and reward.slots.per_store)):
        store = stores[0].code
    detail = await detail_of(visit, reward.code, store)
    view, rules = detail["reward"], rules_now(visit)
    days = [] if rules is None else await days_of(visit, rules, reward, store or None)
    if refused is None and not view["can_have"]:
        refused = _stands_against(visit, seen, reward, view, detail)
    lower = lower_of(visit.program, reward, seen.wallet, visit.now, visit.words)
    charities, counts = _charities(visit, reward), _counts(visit, seen, reward, view, detail)
    unit, seller = view["unit"], visit.program.merchants.get(reward.merchant or "")
    return visit.page(
        "member/mall_reward.html",
        status,
        back="/m/mall",
        **promised(visit, reward),
        evidence=evidence_of(visit, view["evidence"]),
        view=view,
        detail=detail,
        unit=unit_word(visit, unit),
        lower=lower,
        lower_until=ends_at(visit, lower.until) if lower and lower.until else "",
        refused=refused,
        cash=yuan(reward.value_fen) if pays_cash(reward) else "",
        may_ask=_may_ask(reward, view, refused),
        at_counter=reward.fulfil == "at_once" and view["cash_fen"] > 0,
        taking=taking(seen, unit, view["points"], None if reward.kind == "donation" else seller, visit.words),
        asked=msgspec.structs.replace(asked, store=store),
        stores=stores,
        store_options=[(one.code, one.name) for one in stores],
        charities=charities,
        charity_options=[(one.code, one.name) for one in charities],
        counts=counts,
        count_options=[(count, visit.words.t("mall.count_of", count, count=count)) for count in counts],
        days=days,
        day=_chosen(days, asked),
        first=_first(visit, days),
        minutes=rules.definition.till.quote_minutes if rules else 0,
    )


def promised(visit: Visit, reward: Reward) -> dict[str, Any]:
    """What any page says of a reward: its words, its place, its picture, and what follows later."""
    return {
        "reward": reward,
        "name": naming.said_in(visit.words, reward.title, reward.title_en),
        "text": naming.said_in(visit.words, reward.text, reward.text_en),
        "place": place_of(visit, reward.merchant),
        "picture": picture_of(reward.kind, reward.category, reward.title),
        "policy": _policy(visit, reward),
        "does": _does(visit, reward),
        "at_most": _at_most(visit, reward),
    }


def _may_ask(reward: Reward, view: Any, refused: Refusing | None) -> bool:
    """Whether there is a way to have it: in points, or in cash where only points or limits forbid it."""
    if refused is None or view["can_have"]:
        return True
    return pays_cash(reward) and view["why_not"] in ("points", "threshold", "limit")


def _does(visit: Visit, reward: Reward) -> Markup:
    """What the voucher does that it gives; nothing where it gives none."""
    rules, program = rules_now(visit), visit.program
    if reward.voucher is None or rules is None:
        return Markup()
    terms = stamped(reward.voucher, reward)
    ends = end_of_day(visit.today + timedelta(days=terms.valid_days), program.zone)
    said = voucher_of(terms, ends, program, rules.definition, visit.words)
    return visit.words.t("mall.sentence", said=said[:1].upper() + said[1:])


def _at_most(visit: Visit, reward: Reward) -> Markup:
    """How many a member may have, by each of its limits."""
    said = [
        visit.words.t(f"mall.limit_{limit.per}", limit.count, count=limit.count) for limit in reward.limits
    ]
    return visit.words.joined(said)


def _policy(visit: Visit, reward: Reward) -> Markup:
    """What happens to who cancels or does not come, as a sentence; nothing where no time is booked."""
    if reward.slots is None:
        return Markup()
    said = policy_of(reward.slots, visit.words)
    return visit.words.t("mall.sentence", said=said[:1].upper() + said[1:])


def _stands_against(visit: Visit, seen: Seen, reward: Reward, view: Any, detail: Any) -> Refusing:
    """Why the member cannot have one now."""
    why = view["why_not"]
    if why in ("points", "threshold"):
        needed = max(view["points"], reward.threshold or 0)
        return points_short(visit, seen, reward, view["unit"], needed)
    facts = {"why": why, "left": view["left"] or 0, "requested": 1, "may_have": detail["may_have"] or 0}
    return refused_by(visit, CODE_OF.get(why, "reward_not_now"), facts, reward)


def _charities(visit: Visit, reward: Reward) -> list[Any]:
    """The charities that a gift may go to, where the reward names none."""
    if reward.kind != "donation" or reward.merchant is not None:
        return []
    return [one for one in visit.program.merchants.values() if one.charity]


def _counts(visit: Visit, seen: Seen, reward: Reward, view: Any, detail: Any) -> range:
    """How many may be chosen: by the points, the limits and what is left."""
    if not view["points"]:
        return range(1, 2)
    available = seen.wallet.balance(view["unit"], seen.now).available
    most = [COUNT_MOST, available // view["points"]]
    most += [left for left in (view["left"], detail["may_have"]) if left is not None]
    most += [limit.count for limit in reward.limits if limit.per == "event"]
    return range(1, max(1, min(most)) + 1)


def _chosen(days: list[Day], asked: Asked) -> Day | None:
    """The day that is shown: the one that was asked for, else the first with a free time."""
    try:
        wanted = date.fromisoformat(asked.day or asked.slot[:10])
    except ValueError:
        wanted = None
    for one in days:
        if one.day == wanted:
            return one
    return next((one for one in days if one.open), days[0] if days else None)


def _first(visit: Visit, days: list[Day]) -> Any:
    first = next((time.since for one in days for time in one.times if time.open), None)
    return None if first is None else soon(visit, first)


ROUTES = (
    get("/m/mall/{reward}", "member.reward", show, MEMBER, key="mall"),
    post("/m/mall/{reward}/quote", "member.quote", ask, MEMBER, key="mall"),
)

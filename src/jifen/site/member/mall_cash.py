"""A time that is booked for money alone: the same places as for points, paid where it is had."""

from datetime import datetime
from typing import Any

from litestar import Response

from jifen.api.asking import utc
from jifen.mall.slots import find_slot
from jifen.pages.figures import yuan
from jifen.site.inside import No
from jifen.site.member.mall_cards import reward_called, rules_now, soon, unit_word
from jifen.site.member.mall_refusals import Refusing, refused_by
from jifen.site.member.reward import Asked, asked_in, pays_cash, promised, reward_page
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit


async def show(visit: Visit) -> Response[bytes]:
    """The last look: when, where, and what is paid there."""
    reward = reward_called(visit, visit.args["reward"])
    if reward is None or not pays_cash(reward):
        raise Stop("nothing_here", back="/m/mall")
    return await _page(visit, asked_in(visit.query))


async def book(visit: Visit) -> Response[bytes]:
    """Book it; no points move, and the money is paid at the merchant."""
    reward = reward_called(visit, visit.args["reward"])
    if reward is None or not pays_cash(reward):
        raise Stop("nothing_here", back="/m/mall")
    asked = asked_in(visit.field)
    visit.note(target=reward.code, count=asked.count, pay="cash")
    body = {"member": visit.number, "reward": reward.code, "count": asked.count, "pay": "cash"}
    more = {"slot": asked.slot, "store": asked.store}
    try:
        made = await visit.api.post(
            "/v1/reward-redemptions",
            {**body, **{name: said for name, said in more.items() if said}},
            visit.key,
        )
    except No as no:
        if no.ours:
            raise
        return await reward_page(
            visit, reward, asked, refused_by(visit, no.code, no.facts, reward), no.status
        )
    return visit.go(f"/m/orders/{made['id']}", "mall_booked", amount=yuan(reward.value_fen * asked.count))


async def _page(visit: Visit, asked: Asked) -> Response[bytes]:
    reward = reward_called(visit, visit.args["reward"])
    rules = rules_now(visit)
    assert reward is not None
    assert rules is not None, "a reward stands in rules"
    at = _slot(asked.slot)
    found: Any = None
    if at is not None:
        found = find_slot(visit.program, rules, reward, at, asked.store or None, visit.now)
    if at is None or not hasattr(found, "since"):
        why: Any = {"why": "missing"} if at is None else found.facts
        no: Refusing = refused_by(visit, "slot_unknown", why, reward)
        return await reward_page(visit, reward, asked, no, 422)
    store = visit.program.stores.get(asked.store)
    return visit.page(
        "member/mall_cash.html",
        back=f"/m/mall/{reward.code}",
        **promised(visit, reward),
        asked=asked,
        evidence="",
        lower=None,
        unit=unit_word(visit, reward.unit or rules.definition.unit),
        store=store.name if store else "",
        slot=soon(visit, at),
        amount=yuan(reward.value_fen * asked.count),
    )


def _slot(text: str) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(text), "slot")
    except ValueError:
        return None


ROUTES = (
    get("/m/mall/{reward}/cash", "member.cash_look", show, MEMBER, key="mall"),
    post("/m/mall/{reward}/cash", "member.cash_book", book, MEMBER, key="mall"),
)

"""Orders in a row each: what was redeemed, of whom, where it stands and what comes next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.pages import naming
from jifen.rules.rewards import Reward
from jifen.site.member.mall_cards import place_of, soon, unit_word
from jifen.site.member.mall_pictures import picture_of
from jifen.site.visit import Visit

View = Mapping[str, Any]
"""An order as the interface tells it."""

OPEN = ("placed", "confirmed", "disputed")
DONE = ("fulfilled", "cancelled", "returned", "failed")
COMING = ("placed", "confirmed")
"""States in which what is booked is still to come."""


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list. look: of its state's chip."""

    id: str
    title: Markup
    picture: str
    place: str
    state: Markup
    look: str
    points: int
    cash_fen: int
    unit: Markup
    note: Markup


def reward_then(visit: Visit, order: View) -> Reward:
    """The reward as it was promised, also where it is no longer listed."""
    rules = visit.program.rules_version(order["rules"]).definition
    return next(one for one in rules.rewards if one.code == order["reward"])


def store_of(visit: Visit, order: View) -> str:
    """Where it is had: the store where one was named, else the merchant."""
    found = visit.program.stores.get(order["store"] or "")
    return found.name if found else place_of(visit, order["merchant"])


def state_of(visit: Visit, order: View, reward: Reward) -> Markup:
    """Where it stands, in a word or two; of what is booked and of gifts the word is another."""
    state = order["state"]
    if reward.kind == "donation":
        return visit.words.t("orders.state_given")
    if state in COMING and order["slot_since"]:
        return visit.words.t(f"orders.booked_{state}")
    return visit.words.t(f"orders.state_{state}")


def look_of(order: View) -> str:
    """The chip's look: what is still to come can be acted on, what failed or is disputed presses."""
    if order["state"] in COMING:
        return "pri"
    return "alm" if order["state"] in ("disputed", "failed") else ""


def row_of(visit: Visit, order: View) -> OrderRow:
    """The row of an order."""
    words, reward = visit.words, reward_then(visit, order)
    at = datetime.fromisoformat(order["slot_since"] or order["placed_at"])
    note = soon(visit, at)
    if order["slot_since"]:
        note = words.t("orders.at_time", at=note)
    if order["count"] > 1:
        note = words.joined(
            [note, words.t("mall.count_of", order["count"], count=order["count"])], "join.dot"
        )
    return OrderRow(
        id=order["id"],
        title=naming.said_in(words, order["title"], order["title_en"]),
        picture=picture_of(reward.kind, reward.category, reward.title),
        place=store_of(visit, order),
        state=state_of(visit, order, reward),
        look=look_of(order),
        points=order["points"],
        cash_fen=order["cash_fen"],
        unit=unit_word(visit, order["unit"]),
        note=note,
    )

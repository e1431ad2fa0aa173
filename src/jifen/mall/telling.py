"""What members are told of the steps of their orders, in the very commit of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jifen.mall.orders import Order, Step
from jifen.messages.outbox import Message, effect
from jifen.parties.programs import Program
from jifen.rules.rewards import Reward
from jifen.values.ids import MerchantId, WalletId
from jifen.values.periods import zone

EVENTS: Mapping[Step, str] = {
    "confirm": "order_confirmed",
    "fulfil": "order_fulfilled",
    "cancel": "order_cancelled",
    "fail": "order_failed",
}
"""The event of each step that members are told of."""

BACK: frozenset[Step] = frozenset(("cancel", "fail"))
"""Steps of which everybody who paid is told, with the points that each got back."""


NO_REASON = "—"


def step_messages(
    program: Program, order: Order, reward: Reward, step: Step, back: Mapping[WalletId, int], at: datetime
) -> list[tuple[str, dict[str, Any]]]:
    """The effects that tell of a step: whose order it is, and where points come back, each who paid.

    order: as it is after the step; nobody is told what was done at the member's own word. back: the points
    that came back, by wallet; cash goes back to whose order it is. at: when the step was recorded. Told once
    for ever of an order and event: a dispute that is turned down does not tell of the fulfilment again.
    """
    event = EVENTS.get(step)
    if event is None or order.by == "member":
        return []
    messages = []
    for wallet in dict.fromkeys((order.wallet, *back)) if step in BACK else (order.wallet,):
        fields = reward_fields(program, order.merchant, reward) | {"slot": slot_text(program, order)}
        if step in BACK:
            fields["points"] = str(back.get(wallet, 0))
            fields["unit"] = program.units[order.unit].name
            fields["cash"] = yuan(order.back_fen if wallet == order.wallet else 0)
            fields["reason"] = order.reason or NO_REASON
        message = Message(
            program=program.id,
            wallet=wallet,
            event=event,
            key=f"{event}:{order.id}:{wallet}",
            fields=fields,
            due_at=at,
        )
        messages.append(effect(message, at))
    return messages


def reward_fields(program: Program, merchant: MerchantId, reward: Reward) -> dict[str, str]:
    """What every such message says of the reward: its title in both languages, and whose it is."""
    title = reward.title or reward.code
    known = program.merchants_by_id.get(merchant)
    return {
        "reward": title,
        "reward_en": reward.title_en or title,
        "merchant": known.name if known is not None else "",
    }


def slot_text(program: Program, order: Order) -> str:
    """The time an order is booked for, as the clocks there show it; nothing where it is for no time."""
    return "" if order.slot_since is None else clock_text(program, order.slot_since)


def clock_text(program: Program, at: datetime) -> str:
    """An instant as members read it, in the programme's zone."""
    return at.astimezone(zone(program.zone)).strftime("%Y-%m-%d %H:%M")


def yuan(fen: int) -> str:
    """Fen as yuan with two places."""
    return f"{fen // 100}.{fen % 100:02d}"

"""A reward or a merchant is no more: its open orders fail, with the published remedy, each once (S27)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.answers import problem_of
from jifen.api.asking import EARLIEST
from jifen.api.bodies import FactKey, Name
from jifen.api.calls import Call
from jifen.api.drafting import Head
from jifen.api.parsing import read
from jifen.api.problems import invalid, refused
from jifen.api.remedies import PublicText, check_text
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Receipt
from jifen.mall.ordering import TakeStep, read_stepped
from jifen.mall.orders import Order, order_from
from jifen.messages.outbox import Message, put
from jifen.programs.remedies import remedy_at
from jifen.store.queries import q
from jifen.values.ids import NOBODY

PAGE = 200


class Delisting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is no more: a reward, a merchant, or a merchant's reward. remedy: what each open order is given.

    text: why, in words that the members read, and the linter before them. alternative: a reward that they may
    take instead. look_only: list the orders and leave them as they are.
    """

    key: FactKey | None = None
    reward: Name | None = None
    merchant: Name | None = None
    remedy: Name
    text: PublicText
    text_en: Annotated[str, Meta(max_length=500)] = ""
    alternative: Name | None = None
    look_only: bool = False


class DelistedOrder(msgspec.Struct, frozen=True):
    """An order and what came of it. points: that came back; given: of the remedy; why: a refusal's code."""

    order: UUID
    member: str | None
    reward: str
    state: Literal["open", "failed", "refused"]
    points: int
    given: int
    why: str


class Delisted(msgspec.Struct, frozen=True):
    """The open orders, oldest first. more: there are others; send the same again until there are none."""

    orders: tuple[DelistedOrder, ...]
    more: bool


_delisting = msgspec.json.Decoder(Delisting)
_encode = msgspec.json.Encoder().encode


async def delist(call: Call) -> Reply:
    """Fail the open orders of what is no more. One that is refused stays open, and its reason is told.

    Each order fails under a key of its own, so a request that was cut off may be sent again, under any key.
    """
    call.query()
    body = read(_delisting, await call.json())
    call.key(body.key)
    asking = call.asking
    if body.reward is None and body.merchant is None:
        raise invalid("reward", None, "is missing: name the reward or the merchant that is no more")
    merchant = None if body.merchant is None else asking.merchant_called(body.merchant)
    check_text("text", body.text)
    check_text("text_en", body.text_en)
    found = remedy_at(asking.program, body.remedy, asking.now)
    if isinstance(found, Refusal):
        raise refused(found)
    title = _alternative(call, body)
    done: list[DelistedOrder] = []
    at: datetime = EARLIEST
    after: UUID = NOBODY
    of = merchant.id if merchant else None
    rows: list[Any] = await call.house.pool.fetch(
        q("delisting_orders"), asking.program.id, at, after, of, body.reward, PAGE + 1
    )
    for row in rows[:PAGE]:
        order = order_from(row, asking.program.id)
        if body.look_only:
            view = DelistedOrder(order.id, row["number"], order.reward, "open", order.points, 0, "")
        else:
            view = await _fail(call, body, order, row["number"], title)
        done.append(view)
    return Reply(200, _encode(Delisted(tuple(done), len(rows) > PAGE)))


def _alternative(call: Call, body: Delisting) -> str:
    """The title of the reward that may be taken instead; it must be one that is given still."""
    if body.alternative is None:
        return ""
    asking = call.asking
    rules = asking.program.rules_at(asking.now)
    rewards = {reward.code: reward for reward in rules.definition.rewards} if rules else {}
    instead = rewards.get(body.alternative)
    if instead is None or body.alternative == body.reward:
        said = "is no reward that is given still: name another, or leave it out"
        raise invalid("alternative", body.alternative, said, Code.REWARD_UNKNOWN)
    return instead.title or instead.code


async def _fail(call: Call, body: Delisting, order: Order, number: str | None, title: str) -> DelistedOrder:
    """Fail one order, and tell whose it is."""
    asking = call.asking
    reason = f"{body.text}可改兑:{title}。" if title else body.text
    event = {"type": "delisting", "order": order.id, "remedy": body.remedy}
    common = Head(asking, "jobs", f"delisted:{order.id}").common(
        order.wallet, None, msgspec.json.encode(event)
    )
    command = TakeStep(
        **common,
        order=order.id,
        step="fail",
        who="operator",
        by="operator",
        unit=order.unit,
        placed_at=order.placed_at,
        payers=order.payers,
        stocks=order.stocks,
        vouchers=order.vouchers,
        reason=reason,
        remedy=body.remedy,
        silent=True,
    )
    try:
        answer = await call.house.engine.submit(command)
    except Exception as fault:
        raise problem_of(fault) from fault
    if not isinstance(answer, Receipt):
        why = str(answer.code)
        return DelistedOrder(order.id, number, order.reward, "refused", 0, 0, why)
    message = Message(
        program=asking.program.id,
        wallet=order.wallet,
        event="order_withdrawn",
        key=f"order_withdrawn:{order.id}",
        fields={"reason": reason},
        due_at=asking.now,
    )
    await put(call.house.pool, [message], asking.now)
    stepped = read_stepped(answer.explanation)
    points, given = (stepped.points, stepped.given) if stepped else (0, 0)
    return DelistedOrder(order.id, number, order.reward, "failed", points, given, "")


ROUTES = (
    Route(
        method="POST",
        path="/v1/remedies/delisting",
        name="delist",
        summary="Fail the open orders of a reward or merchant that is no more, with a remedy",
        handle=delist,
        who="operator",
        body=Delisting,
        answer=Delisted,
        key=True,
        codes=(
            "merchant_unknown",
            Code.REMEDY_UNKNOWN,
            Code.REWARD_UNKNOWN,
            "key_missing",
            "key_differs",
            "busy",
        ),
    ),
)

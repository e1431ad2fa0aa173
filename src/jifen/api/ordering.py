"""Orders: how far they have come, and the steps that the merchant and the operator take with them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.asking import Asking
from jifen.api.bodies import Fact, Name, Said, SomeFen
from jifen.api.calls import Call
from jifen.api.drafting import Head, content_of
from jifen.api.earlier import id_in
from jifen.api.entries import party
from jifen.api.messaging import cursor_in, cursor_of, limit_in
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, invalid, refused
from jifen.api.reads import shown
from jifen.api.redeeming import knowing
from jifen.api.routing import JSON, Parameter, Reply, Route
from jifen.books.refusals import Code
from jifen.mall.ordering import TakeStep, unknown_order
from jifen.mall.orders import By, Order, State, Step, order_from, steps_from
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of
from jifen.values.periods import end_of_day, start_of_day

STATES: tuple[State, ...] = (
    "placed",
    "confirmed",
    "fulfilled",
    "cancelled",
    "returned",
    "disputed",
    "failed",
)


class OrderConfirm(Fact, frozen=True, gc=False, kw_only=True, tag="order_confirm"):
    """The merchant will fulfil it. cash_fen: what it has received of what is to be paid beside the points."""

    cash_fen: SomeFen | None = None


class OrderFulfil(Fact, frozen=True, gc=False, kw_only=True, tag="order_fulfil"):
    """It was handed over, or done. What is to be paid in cash must have been received by then."""

    cash_fen: SomeFen | None = None


class OrderCancel(Fact, frozen=True, gc=False, kw_only=True, tag="order_cancel"):
    """It will not be. by: at whose word; by the operator's key the member's, by a merchant's its own.

    Of what is booked for a time, a member who cancels too late gets back what the reward's policy says.
    remedy: where it is the merchant's fault: the name of the fault, whose published remedy is added.
    """

    by: Literal["member", "merchant", "operator"] | None = None
    reason: Said | None = None
    remedy: Name | None = None


class OrderReturn(Fact, frozen=True, gc=False, kw_only=True, tag="order_return"):
    """It is given back: its points go to their very lots, its vouchers are taken back."""

    reason: Said | None = None


class OrderDispute(Fact, frozen=True, gc=False, kw_only=True, tag="order_dispute"):
    """The member says that something is wrong with it; the operator decides what follows."""

    reason: Said


class OrderFail(Fact, frozen=True, gc=False, kw_only=True, tag="order_fail"):
    """It cannot be fulfilled: its points go back to their very lots.

    remedy: the name of the merchant's fault, whose published remedy is added in the same commit.
    """

    reason: Said
    remedy: Name | None = None


class OrderNoShow(Fact, frozen=True, gc=False, kw_only=True, tag="order_no_show"):
    """The member did not come at the time; what follows is the policy that was shown before booking."""

    reason: Said | None = None


class PayerView(msgspec.Struct, frozen=True):
    """Who paid for an order: the member's number, the number of the entry in that wallet, and the points."""

    member: str | None
    no: int
    points: int


class OrderView(msgspec.Struct, frozen=True):
    """An order. Points and fen are for all pieces.

    cash_fen: to be paid beside the points; paid_fen: what the merchant received of it; back_fen: what of that
    goes back to the member. open: the steps that this key may take now. reason, by: of the last step.
    """

    id: UUID
    member: str | None
    reward: str
    title: str
    title_en: str
    merchant: str
    store: str | None
    count: int
    unit: str
    points: int
    cash_fen: int
    paid_fen: int
    back_fen: int
    state: State
    placed_at: datetime
    changed_at: datetime
    fulfilled_at: datetime | None
    slot_since: datetime | None
    slot_until: datetime | None
    beneficiary: str | None
    rules: int
    payers: tuple[PayerView, ...]
    vouchers: tuple[UUID, ...]
    quote: UUID | None
    reason: str
    by: By
    open: tuple[str, ...]


class OrdersView(msgspec.Struct, frozen=True):
    """A page of orders, newest first. next: the cursor of the page behind; null: none."""

    orders: tuple[OrderView, ...]
    next: str | None


async def _find(call: Call) -> tuple[Order, Mapping[str, Any]]:
    """The order that the path names, if the caller may see it."""
    asking = call.asking
    of = id_in("id", call.args["id"])
    row: Any = await call.house.pool.fetchrow(q("api_order"), cell_of(of), of, asking.program.id)
    if row is None or not asking.sees(row["merchant"]):
        raise refused(unknown_order(of))
    return order_from(row, asking.program.id), row


async def _asking(call: Call, found: Sequence[Order]) -> Asking:
    """Who asks, with the programme as it is where orders were placed under rules that we do not know yet."""
    program = await knowing(call.house, call.asking.program, [order.rules for order in found])
    return Asking(program, call.asking.owner, call.asking.now)


def stepping(step: Step, kind: type) -> Callable[[Call], Any]:
    """The handler of one step of an order."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    async def take(call: Call) -> Reply:
        body = read(decoder, await call.json())
        order, _ = await _find(call)
        asking = await _asking(call, [order])
        command = command_for(asking, step, body, call.key(body.key), order)
        status, content = answered(await call.house.engine.submit(command))
        return Reply(status, content, JSON if status < 300 else CONTENT_TYPE)

    return take


def command_for(asking: Asking, step: Step, body: Any, key: str, order: Order) -> TakeStep:
    """The step as a command."""
    who: By = "operator" if asking.operator else "merchant"
    by: By = who
    if step == "cancel":
        by = body.by or ("member" if asking.operator else "merchant")
        if not asking.operator and by != "merchant":
            raise invalid("by", by, "is not yours to say: a merchant cancels at its own word", "out_of_scope")
    if step == "dispute":
        by = "member"
    head = Head(asking, asking.source(body.source), key)
    content = content_of(body, None, order=order.id)
    return TakeStep(
        **head.common(order.wallet, None, content),
        order=order.id,
        step=step,
        who=who,
        by=by,
        unit=order.unit,
        placed_at=order.placed_at,
        payers=order.payers,
        stocks=order.stocks,
        vouchers=order.vouchers,
        reason=getattr(body, "reason", None) or "",
        cash_fen=getattr(body, "cash_fen", None),
        remedy=getattr(body, "remedy", None),
    )


async def one_order(call: Call) -> Reply:
    """An order by its id."""
    call.query()
    order, row = await _find(call)
    numbers = await _numbers(call, [order])
    return shown(_view(await _asking(call, [order]), order, row["number"], numbers))


async def list_orders(call: Call) -> Reply:
    """A page of orders, newest first; a merchant sees its own."""
    asked = call.query(*(parameter.name for parameter in _LISTED))
    asking, pool = call.asking, call.house.pool
    limit, (at, behind) = limit_in(asked.get("limit")), cursor_in(asked.get("cursor"))
    store = None if "store" not in asked else asking.store(asked["store"]).code
    filters = [
        _merchant(asking, asked.get("merchant")),
        _states(asked.get("state")),
        asked.get("reward"),
        store,
        *_times(call, asked),
    ]
    values = [asking.program.id, at, behind, *filters, limit + 1, _booked(asked.get("booked")), asking.now]
    if "member" in asked:
        number = asked["member"]
        wallet = (await call.house.members.wallets(asking.program.id, [number])).get(number)
        if wallet is None:
            raise invalid("member", number, "is no member of this programme: check it", "member_unknown")
        rows: Sequence[Any] = await pool.fetch(q("api_orders_of"), *values, cell_of(wallet), wallet)
    else:
        rows = await pool.fetch(q("api_orders"), *values)
    page = [order_from(row, asking.program.id) for row in rows[:limit]]
    numbers = await _numbers(call, page)
    asking = await _asking(call, page)
    views = tuple(
        _view(asking, order, row["number"], numbers) for order, row in zip(page, rows[:limit], strict=True)
    )
    following = cursor_of(page[-1].placed_at, page[-1].id) if len(rows) > limit else None
    return shown(OrdersView(views, following))


def _states(named: str | None) -> list[str] | None:
    """The states that are asked for, several joined by commas; None: any."""
    states = None if named is None else named.split(",")
    for state in states or ():
        if state not in STATES:
            raise invalid("state", state, f"is no state of an order: use one of {', '.join(STATES)}")
    return states


def _booked(named: str | None) -> str | None:
    if named not in (None, "coming", "past"):
        raise invalid("booked", named, "is neither coming nor past: send one of the two")
    return named


def _merchant(asking: Asking, named: str | None) -> UUID | None:
    """Whose orders are listed: a merchant's key sees its own."""
    own = asking.owner.merchant
    if named is None:
        return own
    merchant = asking.merchant_called(named)
    if own is not None and merchant.id != own:
        raise invalid("merchant", named, "is another merchant: name your own", "out_of_scope")
    return merchant.id


def _times(call: Call, asked: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """The day of whose booked times orders are listed, from its beginning to its end."""
    if "slots_on" not in asked:
        return None, None
    zone = call.asking.program.zone
    try:
        day = date.fromisoformat(asked["slots_on"])
        return start_of_day(day, zone), end_of_day(day, zone)
    except (ValueError, OverflowError):
        raise invalid("slots_on", asked["slots_on"], "is no day: send one such as 2026-11-21") from None


async def _numbers(call: Call, page: Sequence[Order]) -> dict[WalletId, str]:
    """The numbers of all who paid for some orders, where others than their owners did."""
    wallets = {paid.id for order in page if len(order.payers) > 1 for paid in order.payers}
    if not wallets:
        return {}
    ordered = list(wallets)
    cells = [cell_of(wallet) for wallet in ordered]
    rows = await call.house.pool.fetch(q("numbers_of_wallets"), cells, ordered)
    return {row["wallet"]: row["number"] for row in rows}


def _view(asking: Asking, order: Order, number: str | None, numbers: Mapping[WalletId, str]) -> OrderView:
    rules = asking.program.rules_version(order.rules).definition
    reward = next(one for one in rules.rewards if one.code == order.reward)
    who: By = "operator" if asking.operator else "merchant"
    steps = () if reward.kind == "donation" else steps_from(order.state, who)
    return OrderView(
        id=order.id,
        member=number,
        reward=order.reward,
        title=reward.title,
        title_en=reward.title_en,
        merchant=party(asking.program, order.merchant) or "",
        store=order.store,
        count=order.count,
        unit=order.unit,
        points=order.points,
        cash_fen=order.cash_fen,
        paid_fen=order.paid_fen,
        back_fen=order.back_fen,
        state=order.state,
        placed_at=order.placed_at,
        changed_at=order.changed_at,
        fulfilled_at=order.fulfilled_at,
        slot_since=order.slot_since,
        slot_until=order.slot_until,
        beneficiary=order.beneficiary,
        rules=order.rules,
        payers=tuple(
            PayerView(number if paid.id == order.wallet else numbers.get(paid.id), paid.no, paid.points)
            for paid in order.payers
        ),
        vouchers=order.vouchers,
        quote=order.quote,
        reason=order.reason,
        by=order.by,
        open=tuple(step.replace("_", "-") for step in steps),
    )


def _step(step: Step, body: type, summary: str, *codes: str) -> Route:
    word = step.replace("_", "-")
    return Route(
        method="POST",
        path=f"/v1/orders/{{id}}/{word}",
        name=f"{step}_order",
        summary=summary,
        handle=stepping(step, body),
        body=body,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        key=True,
        codes=(Code.ORDER_UNKNOWN, Code.ORDER_STATE, Code.NOT_REVERSIBLE, *_BOOKED, *codes),
    )


_BOOKED = (Code.KEY_REUSED, "key_missing", "key_differs", "busy")
_TEXT = {"type": "string"}
_LISTED = (
    Parameter("state", _TEXT, f"Only those in this state, or in one of several: {', '.join(STATES)}."),
    Parameter("merchant", _TEXT, "Only those of this merchant."),
    Parameter("member", _TEXT, "Only those of this member."),
    Parameter("reward", _TEXT, "Only those of this reward."),
    Parameter("store", _TEXT, "Only those of this store."),
    Parameter("slots_on", {"type": "string", "format": "date"}, "Only what is booked for this day."),
    Parameter(
        "booked", {"type": "string", "enum": ["coming", "past"]}, "Only what is booked: to come, or else."
    ),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Orders a page."),
    Parameter("cursor", _TEXT, "The `next` of the page before."),
)

ROUTES = (
    _step("confirm", OrderConfirm, "The merchant will fulfil an order", Code.CASH_DIFFERS),
    _step("fulfil", OrderFulfil, "An order was handed over or done", Code.CASH_DIFFERS),
    _step(
        "cancel",
        OrderCancel,
        "An order will not be; its points go back, for who cancels in time",
        Code.VOUCHER_REFUSED,
        Code.REMEDY_UNKNOWN,
        Code.POINTS_OVERFLOW,
    ),
    _step("return", OrderReturn, "What was ordered is given back", Code.VOUCHER_REFUSED),
    _step("dispute", OrderDispute, "A member says that something is wrong with an order"),
    _step(
        "fail",
        OrderFail,
        "An order cannot be fulfilled; its points go back, with what the programme publishes for that fault",
        Code.VOUCHER_REFUSED,
        Code.REMEDY_UNKNOWN,
        Code.POINTS_OVERFLOW,
    ),
    _step("no_show", OrderNoShow, "A member did not come at the time of the booking", Code.VOUCHER_REFUSED),
    Route(
        method="GET",
        path="/v1/orders",
        name="list_orders",
        summary="Orders, newest first; a merchant sees its own",
        handle=list_orders,
        answer=OrdersView,
        query=_LISTED,
        codes=("member_unknown", "store_unknown", "merchant_unknown"),
    ),
    Route(
        method="GET",
        path="/v1/orders/{id}",
        name="get_order",
        summary="An order, with who paid it and what can follow",
        handle=one_order,
        answer=OrderView,
        codes=(Code.ORDER_UNKNOWN,),
    ),
)

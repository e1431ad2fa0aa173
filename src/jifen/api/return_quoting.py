"""Returns as they would be: what a return gives back and takes back, told before it is made."""

from collections import ChainMap
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from uuid import UUID

import msgspec

from jifen.api import bodies
from jifen.api.calls import Call
from jifen.api.commanding import command_of, look_up
from jifen.api.parsing import read
from jifen.api.problems import refused
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.books.explanation import read_explanation
from jifen.books.legs import Account
from jifen.books.refusals import Code, Refusal
from jifen.books.series import Series
from jifen.books.wallet import Balance, Wallet
from jifen.engine.command import Draft, moved
from jifen.engine.view import Booked, View
from jifen.events.event import read_refund
from jifen.events.returning import standing_after
from jifen.till.returning import ReturnGoods
from jifen.values.ids import SeriesId


class LotBack(msgspec.Struct, frozen=True):
    """Points that come back into a lot; expires_at: its date, null where it has none."""

    series: UUID
    expires_at: datetime | None
    points: int


class TakenView(msgspec.Struct, frozen=True):
    """What of a rule's points is taken back: fewer than none."""

    rule: str
    points: int


class ReturnQuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """What a return would do now, in fen and points; nothing is booked or held by the question.

    purchase: its entry. goods_fen: the goods that come back, at full prices. cash_fen, points (worth
    pays_fen), vouchers: what the payer gets; charged_fen: kept back, since a voucher's minimum is not met any
    more. lots: into which the points go. clawed: points that were earned and are taken back, of which
    owed_more are gone already; taken: the same by rule. left_goods_fen stay, invoiceable_fen of it in money.
    before, balance: of the unit, now and after it.
    """

    purchase: UUID
    unit: str
    goods_fen: int
    cash_fen: int
    points: int
    pays_fen: int
    vouchers: tuple[UUID, ...]
    charged_fen: int
    lots: tuple[LotBack, ...]
    clawed: int
    owed_more: int
    repaid: int
    taken: tuple[TakenView, ...]
    left_goods_fen: int
    invoiceable_fen: int
    before: Balance
    balance: Balance


Known = Mapping[SeriesId, Series]

_asked = msgspec.json.Decoder(bodies.Return)


async def return_quote(call: Call) -> Reply:
    """What a return would give back and take back. The same engine decides it as would book it."""
    call.query()
    body = read(_asked, await call.json())
    asking = call.asking
    command = command_of(asking, body, "asked", await look_up(call.house, asking, body))
    assert isinstance(command, ReturnGoods)
    view = await call.house.engine.look(command)
    plan = command.decide(view)
    if isinstance(plan, Refusal):
        raise refused(plan)
    (draft,) = plan.drafts
    booked = view.entry(command.purchase)
    assert booked is not None
    return shown(_view(command, view, booked, draft))


def _view(command: ReturnGoods, view: View, booked: Booked, draft: Draft) -> ReturnQuoteView:
    returns = [earlier.event for earlier in booked.reversals]
    now = standing_after(booked.entry.event, returns)
    after = standing_after(booked.entry.event, [*returns, command.content.decode()])
    goods = now.goods[0] - after.goods[0]
    told = read_refund(draft.explanation)
    wallet = view.wallet(command.wallet)
    before = wallet.balance(draft.unit, command.recorded_at)
    known = ChainMap({series.id: series for series in draft.series}, view.series)
    lots = _lots(wallet, draft, known)
    wallet.post(draft.legs, known)
    _, repaid, owed_more = moved(draft.kind, draft.legs)
    return ReturnQuoteView(
        purchase=booked.entry.id,
        unit=draft.unit,
        goods_fen=goods,
        cash_fen=goods if told is None else told.cash,
        points=0 if told is None else told.points,
        pays_fen=0 if told is None else told.pays,
        vouchers=() if told is None else told.vouchers,
        charged_fen=0 if told is None else told.charged,
        lots=lots,
        clawed=-sum(leg.points for leg in draft.legs if leg.account is Account.CLAWED_BACK),
        owed_more=owed_more,
        repaid=repaid,
        taken=tuple(
            TakenView(rule, points) for rule, points in read_explanation(draft.explanation).shares if points
        ),
        left_goods_fen=after.goods[0],
        invoiceable_fen=after.goods[0] if after.paid is None else after.paid.cash,
        before=before,
        balance=wallet.balance(draft.unit, command.recorded_at),
    )


def _lots(wallet: Wallet, draft: Draft, known: Known) -> tuple[LotBack, ...]:
    """Where the points go that come back, in the order of the legs; what is past its date, to its grace."""
    graced = {series.id for series in draft.series}
    back: dict[SeriesId, int] = {}
    for before, leg in pairwise([None, *draft.legs]):
        if leg is None:
            continue
        if leg.account is Account.REDEEMED:
            back[leg.series] = back.get(leg.series, 0) + leg.points
        elif leg.account is Account.TRANSFERRED and leg.series in graced and leg.points > 0:
            # A move has two legs: out of the lot whose date has passed, then into the one with a later date.
            assert before is not None
            back[before.series] = back.get(before.series, 0) - leg.points
            back[leg.series] = back.get(leg.series, 0) + leg.points
    return tuple(
        LotBack(series, wallet.expiry(known[series]), points) for series, points in back.items() if points > 0
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/return-quotes",
        name="ask_return",
        summary="What a return would give back and take back; nothing is booked",
        handle=return_quote,
        body=bodies.Return,
        answer=ReturnQuoteView,
        codes=(
            "member_unknown",
            "out_of_scope",
            Code.ENTRY_UNKNOWN,
            Code.EXCEEDS_ENTRY,
            Code.LINE_UNKNOWN,
            Code.NOTHING_LEFT,
            Code.EVENT_IN_FUTURE,
        ),
    ),
)

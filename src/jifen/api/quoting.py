"""Quotes: what a basket or a reward costs a member, and until when that is honoured."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from jifen.api import bodies
from jifen.api.asking import Asking, utc
from jifen.api.baskets import IN_A_BASKET, basket_of, program_with, store_of, vouchers_named
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, content_of, wallet_of
from jifen.api.earlier import id_in
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.reads import shown
from jifen.api.redeeming import prepared, redemption
from jifen.api.routing import Reply, Route
from jifen.api.till_bodies import (
    AnyQuote,
    BasketQuoteView,
    MisfitView,
    QuoteAsked,
    QuoteStanding,
    RewardQuoteView,
    SavingView,
)
from jifen.api.vouchers import sees
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import digest_of
from jifen.engine.view import View
from jifen.events.earning import no_rules
from jifen.events.event import PaidVoucher
from jifen.mall.dealing import Deal
from jifen.mall.quotes import RewardQuote, reward_text
from jifen.mall.rewarding import RedeemReward
from jifen.mall.slots import slot_stock
from jifen.mall.spending import may_spend
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.parties.catalog import stock_id
from jifen.rules.compiled import CompiledRules
from jifen.store.queries import q
from jifen.till.basket import Look
from jifen.till.bills import OpenBill
from jifen.till.quotes import Told, quote_basket, quoted_text
from jifen.values.ids import Id, WalletId, cell_of, hashed_id

LISTED = 100
"""So many vouchers of a member are looked at for a quote, the newest first."""

_asked = msgspec.json.Decoder(QuoteAsked)
_quote = msgspec.json.Decoder(AnyQuote)
_encode = msgspec.json.Encoder().encode


class Made(msgspec.Struct):
    """A quote on its way to be kept."""

    kind: str
    merchant: UUID
    store: str
    content: str
    answer: AnyQuote


async def quote(call: Call) -> Reply:
    """Price a basket or a reward. The same key again answers the same quote."""
    call.query()
    body = read(_asked, await call.json())
    asking = call.asking
    head = Head(asking, asking.source(body.source), call.key(body.key))
    wallet = wallet_of(
        Found(await call.house.members.wallets(asking.program.id, [body.member]), {}), body.member
    )
    this = hashed_id("quote", str(asking.program.id), head.source, head.key)
    digest = digest_of(wallet, _content(body))
    earlier = await _claimed(call, this, wallet, digest)
    if earlier is not None:
        return Reply(200, earlier)
    made = await (_basket if body.reward is None else _reward)(call, body, head, wallet, this)
    view = made.answer
    # A question that was refused leaves its key free; of two at once the first is answered to both.
    await call.house.pool.execute(q("quote_claim_add"), cell_of(this), this, wallet, digest)
    await _claimed(call, this, wallet, digest)
    await call.house.pool.execute(
        q("quote_add"), cell_of(wallet), wallet, this, asking.program.id, made.kind, made.merchant,
        made.store, view.rules, view.quoted_at, view.ends_at, made.content, _encode(view).decode(),
    )  # fmt: skip
    row = await _row(call, this, wallet)
    return Reply(201, row["answer"].encode())


def _content(body: QuoteAsked) -> bytes:
    """What was asked, as a repeat is compared by it."""
    slot = None if body.slot is None else utc(body.slot, "slot")
    return content_of(body, None, slot=slot, type="quote")


async def _claimed(call: Call, this: Id, wallet: WalletId, digest: Id) -> bytes | None:
    """The answer of before, where the key was used.

    Raises:
        Problem: key_reused.
    """
    claim: Any = await call.house.pool.fetchrow(q("quote_claimed"), cell_of(this), this)
    if claim is None:
        return None
    if (claim["wallet"], claim["digest"]) != (wallet, digest):
        said = "the key names another quote: send what is asked now under a new key"
        raise refused(Refusal(Code.KEY_REUSED, said, {"quote": str(this)}))
    row = await _row(call, this, wallet)
    return None if row is None else row["answer"].encode()


async def _row(call: Call, this: Id, wallet: WalletId) -> Any:
    return await call.house.pool.fetchrow(
        q("quote_get"), cell_of(wallet), wallet, this, call.asking.program.id
    )


async def _basket(call: Call, body: QuoteAsked, head: Head, wallet: WalletId, this: Id) -> Made:
    for field in ("count", "merchant", "slot"):
        if getattr(body, field) is not None:
            raise invalid(field, getattr(body, field), "is of a reward: leave it out, or name the reward")
    store = await store_of(call, body)
    asking = call.asking
    basket = basket_of(store, body)
    rules = asking.program.rules_at(asking.now)
    if rules is None:
        raise refused(no_rules(asking.program, asking.now))
    named = await vouchers_named(call, wallet, body.vouchers or ())
    others = await _vouchers(call, wallet)
    program = await program_with(call, store.code, [row.rules for row in (*named, *others)])
    command = OpenBill(**head.common(wallet, None, b""), store=store, basket=basket)
    view = await call.house.engine.look(command)
    unit = rules.definition.unit
    look = Look(view, program, rules, view.wallet(wallet), store, asking.now, asking.now)
    frozen = may_spend(command, program, look.wallet, unit)
    if frozen is not None and (named or body.points):
        raise refused(frozen)
    told = quote_basket(look, basket, named, others, body.points, spends=frozen is None)
    if isinstance(told, Refusal):
        raise refused(told)
    answer = _basket_view(asking, body, look, told, this, unit)
    return Made("basket", store.merchant.id, store.code, quoted_text(told.priced), answer)


async def _vouchers(call: Call, wallet: WalletId) -> list[VoucherRow]:
    """The member's vouchers that the caller may see."""
    rows = await call.house.pool.fetch(q("quote_vouchers"), cell_of(wallet), wallet, call.asking.now, LISTED)
    return [row for row in map(read_voucher, rows) if sees(call.asking, row)]


def _basket_view(
    asking: Asking, body: QuoteAsked, look: Look, told: Told, this: Id, unit: str
) -> BasketQuoteView:
    priced, till = told.priced, look.rules.definition.till
    known = {row.id: row for row, _ in (*told.fits, *told.misfits)}
    return BasketQuoteView(
        id=this,
        member=body.member,
        merchant=look.store.merchant.code,
        store=look.store.code,
        rules=look.rules.version,
        quoted_at=asking.now,
        ends_at=asking.now + timedelta(minutes=till.quote_minutes),
        unit=unit,
        goods_fen=priced.basket.amount,
        freight_fen=priced.basket.freight,
        vouchers=savings(priced.vouchers, known),
        fits=tuple(SavingView(row.id, row.reward, saved, row.terms.with_points) for row, saved in told.fits),
        misfits=tuple(
            MisfitView(row.id, row.reward, str(no.facts.get("why", no.code)), no.message)
            for row, no in told.misfits
        ),
        due_fen=priced.due,
        most_points=priced.most.points,
        most_pays_fen=priced.most.pays,
        why_none=priced.most.why,
        step_points=till.offset.step_points,
        points=priced.points,
        pays_fen=priced.pays,
        cash_fen=priced.cash,
        invoiceable_fen=priced.cash,
        earns=priced.earns,
        available=look.wallet.balance(unit, asking.now).available,
    )


def savings(vouchers: Sequence[PaidVoucher], known: dict[Id, VoucherRow]) -> tuple[SavingView, ...]:
    """What vouchers save on a bill; `known` tells of which rewards they are."""
    return tuple(
        SavingView(one.id, known[one.id].reward, one.saved, known[one.id].terms.with_points)
        for one in vouchers
        if one.id in known
    )


async def _reward(call: Call, body: QuoteAsked, head: Head, wallet: WalletId, this: Id) -> Made:
    asking = call.asking
    for field in (*IN_A_BASKET[1:], "vouchers", "points"):
        if getattr(body, field):
            raise invalid(field, getattr(body, field), "is of a basket: leave it out, or name no reward")
    assert body.reward is not None
    asked = bodies.RewardRedemption(
        member=body.member,
        reward=body.reward,
        count=body.count or 1,
        store=body.store,
        merchant=body.merchant,
        slot=body.slot,
        source=body.source,
    )
    command = await prepared(
        call.house, asking.program, redemption(asking, asked, head.key, Found({body.member: wallet}, {}))
    )
    assert isinstance(command, RedeemReward)
    view = await call.house.engine.look(command)
    deal = command.deal(view, asking.program, view.wallet(wallet))
    if isinstance(deal, Refusal):
        raise refused(deal)
    # What is to be paid in cash is taken for granted: the question is whether the rest fits.
    cash = deal.cash_fen * command.count
    command = msgspec.structs.replace(command, cash_fen=cash or None)
    no = command.decide(view)
    answer = _reward_view(asking, body, command, deal, view, this, no if isinstance(no, Refusal) else None)
    pinned = RewardQuote(
        deal.reward.code, command.count, deal.unit, answer.points, cash, deal.price, command.slot
    )
    return Made("reward", command.merchant.id, command.store_code or "", reward_text(pinned), answer)


def _reward_view(
    asking: Asking,
    body: QuoteAsked,
    command: RedeemReward,
    deal: Deal,
    view: View,
    this: Id,
    no: Refusal | None,
) -> RewardQuoteView:
    reward, rules = deal.reward, deal.rules
    codes = [] if reward.stock is None else [reward.stock]
    if command.slot is not None and reward.slots is not None:
        codes.append(slot_stock(reward, command.slot, command.store_code))
    left = [view.stock(stock_id(asking.program.id, code)) or 0 for code in codes]
    return RewardQuoteView(
        id=this,
        member=body.member,
        merchant=command.merchant.code,
        store=command.store_code or "",
        rules=rules.version,
        quoted_at=asking.now,
        ends_at=_ends(asking, rules),
        reward=reward.code,
        count=command.count,
        slot=command.slot,
        unit=deal.unit,
        points=deal.points * command.count,
        usual_points=reward.points * command.count,
        cash_fen=deal.cash_fen * command.count,
        left=min(left) if left else None,
        can_have=no is None,
        why_not="" if no is None else no.code,
        said="" if no is None else no.message,
        available=view.wallet(command.wallet).balance(deal.unit, asking.now).available,
    )


def _ends(asking: Asking, rules: CompiledRules) -> Any:
    return asking.now + timedelta(minutes=rules.definition.till.quote_minutes)


async def quote_by_id(call: Call) -> Reply:
    """A quote as it stands."""
    call.query()
    asking, this = call.asking, id_in("id", call.args["id"])
    row = await find_quote(call, this)
    state = "used" if row["used_by"] else "ended" if asking.now >= row["ends_at"] else "open"
    return shown(QuoteStanding(state, row["used_by"], _quote.decode(row["answer"])))  # type: ignore[arg-type]


async def find_quote(call: Call, this: Id) -> Any:
    """The row of a quote that the caller may see.

    Raises:
        Problem: quote_unknown.
    """
    claim = await call.house.pool.fetchrow(q("quote_claimed"), cell_of(this), this)
    row = None if claim is None else await _row(call, this, claim["wallet"])
    if row is None or not call.asking.sees(row["merchant"]):
        raise quote_unknown(this)
    return row


def quote_unknown(this: Id) -> Problem:
    """The problem of a quote that is not there, or not the caller's."""
    said = f"there is no quote {this} that you may name: ask for one at /v1/quotes"
    return refused(Refusal(Code.QUOTE_UNKNOWN, said, {"quote": str(this)}))


__all__ = ["ROUTES", "find_quote", "savings"]

ROUTES = (
    Route(
        method="POST",
        path="/v1/quotes",
        name="ask_quote",
        summary="Price a basket or a reward for a member, honoured for a while",
        handle=quote,
        body=QuoteAsked,
        answer=AnyQuote,
        statuses=(201, 200),
        key=True,
        codes=(
            "member_unknown",
            "store_unknown",
            "merchant_unknown",
            "out_of_scope",
            "key_missing",
            "key_differs",
            Code.KEY_REUSED,
            Code.NO_RULES,
            Code.OFFSET_REFUSED,
            Code.REWARD_UNKNOWN,
            Code.VOUCHER_UNKNOWN,
            Code.VOUCHER_REFUSED,
            Code.WALLET_FROZEN,
        ),
    ),
    Route(
        method="GET",
        path="/v1/quotes/{id}",
        name="get_quote",
        summary="A quote as it stands",
        handle=quote_by_id,
        answer=QuoteStanding,
        codes=(Code.QUOTE_UNKNOWN,),
    ),
)

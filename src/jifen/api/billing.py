"""Bills at the till: opened with points held and vouchers locked, then captured or voided."""

from typing import Any
from uuid import UUID

import msgspec

from jifen.api.answers import problem_of
from jifen.api.baskets import IN_A_BASKET, basket_of, program_with, store_of, vouchers_named
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, content_of, wallet_of
from jifen.api.earlier import id_in
from jifen.api.entries import party
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.quoting import find_quote
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.api.till_bodies import (
    BillAsked,
    BillCapture,
    BillCaptured,
    BillOpened,
    BillStanding,
    BillView,
    BillVoid,
    BillVoided,
    SavingView,
)
from jifen.books.explanation import read_explanation
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Receipt
from jifen.mall.quotes import read_quote
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.parties.identifying import fresh
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.till.bill import BillRow, purchase_of, read_bill
from jifen.till.bills import CaptureBill, OpenBill, VoidBill
from jifen.till.quotes import read_quoted
from jifen.values.ids import Id, WalletId, cell_of

_opening = msgspec.json.Decoder(BillAsked)
_capture = msgspec.json.Decoder(BillCapture)
_void = msgspec.json.Decoder(BillVoid)
_encode = msgspec.json.Encoder().encode


async def open_bill(call: Call) -> Reply:
    """Hold the points and lock the vouchers that are to pay."""
    call.query()
    body = read(_opening, await call.json())
    asking = call.asking
    head = Head(asking, asking.source(body.source), call.key(body.key))
    command = await (_from_basket if body.quote is None else _from_quote)(call, body, head)
    if body.identification is not None:
        identified = await fresh(
            call.house.pool,
            asking.program.id,
            command.wallet,
            body.identification,
            asking.now,
            command.store.merchant.id,
        )
        command = msgspec.structs.replace(command, identified=identified)
    receipt = await _done(call, command)
    view = await _view(call, *await find_bill(call, command.id))
    answer = BillOpened(view, receipt.no, receipt.balance, receipt.replayed)
    return Reply(200 if receipt.replayed else 201, _encode(answer))


async def _from_basket(call: Call, body: BillAsked, head: Head) -> OpenBill:
    asking = call.asking
    if body.member is None:
        raise invalid("member", None, "is missing: name the member who pays, or a quote")
    found = Found(await call.house.members.wallets(asking.program.id, [body.member]), {})
    wallet = wallet_of(found, body.member)
    store = await store_of(call, body)
    basket = basket_of(store, body)
    rows = await vouchers_named(call, wallet, body.vouchers or ())
    await program_with(call, store.code, [row.rules for row in rows])
    return OpenBill(
        **head.common(wallet, None, content_of(body, None, type="bill")),
        store=store,
        basket=basket,
        points=body.points,
        vouchers=tuple(row.id for row in rows),
    )


async def _from_quote(call: Call, body: BillAsked, head: Head) -> OpenBill:
    """A bill of a quote, as of the quote's instant and under its rules."""
    asking = call.asking
    for field in IN_A_BASKET:
        if getattr(body, field):
            raise invalid(
                field, getattr(body, field), "is given beside a quote, whose basket counts: leave it out"
            )
    assert body.quote is not None
    quote = read_quote(await find_quote(call, body.quote))
    if body.member is not None:
        found = Found(await call.house.members.wallets(asking.program.id, [body.member]), {})
        if wallet_of(found, body.member) != quote.wallet:
            said = "is not the member of that quote: leave it out, or check it"
            raise invalid("member", body.member, said, Code.QUOTE_UNKNOWN)
    if quote.kind != "basket":
        said = "is of a reward: name it as `quote` at /v1/reward-redemptions"
        raise invalid("quote", str(quote.id), said, Code.QUOTE_UNKNOWN)
    pinned = read_quoted(quote.content)
    chosen = pinned.chosen.vouchers
    if body.vouchers is not None:
        chosen = tuple(row.id for row in await vouchers_named(call, quote.wallet, body.vouchers))
    content = content_of(body, None, type="bill")
    program = await program_with(call, quote.store, [quote.rules])
    return OpenBill(
        **head.common(quote.wallet, quote.quoted_at, content),
        store=program.stores[quote.store],
        basket=pinned.basket,
        quote=quote.id,
        points=body.points,
        vouchers=chosen,
        rules=quote.rules,
    )


async def _done(call: Call, command: Command) -> Receipt:
    """The receipt of what was booked.

    Raises:
        Problem: it was refused.
    """
    try:
        answer = await call.house.engine.submit(command)
    except Exception as fault:
        raise problem_of(fault) from fault
    if isinstance(answer, Refusal):
        raise refused(answer)
    return answer


async def find_bill(call: Call, of: Id) -> tuple[BillRow, str | None]:
    """A bill that the caller may see, and the number of its member.

    Raises:
        Problem: bill_unknown.
    """
    row: Any = await call.house.pool.fetchrow(q("bill_by_id"), cell_of(of), of, call.asking.program.id)
    if row is None or not call.asking.sees(row["merchant"]):
        said = f"there is no bill {of} that you may name: its id is that of the answer to its opening"
        raise refused(Refusal(Code.BILL_UNKNOWN, said, {"bill": str(of)}))
    return read_bill(row), row["number"]


async def capture(call: Call) -> Reply:
    """The bill is paid: book the purchase, spend what it holds, and earn."""
    call.query()
    body = read(_capture, await call.json())
    asking = call.asking
    head = Head(asking, asking.source(body.source), call.key(body.key))
    bill, _ = await find_bill(call, id_in("id", call.args["id"]))
    program = await program_with(call, bill.store, [bill.rules])
    points = bill.points if body.points is None else body.points
    command = CaptureBill(
        **head.common(bill.wallet, bill.at, purchase_of(bill.id, bill.content, points, body.cash_fen)),
        bill=bill.id,
        vouchers=tuple(one.id for one in bill.content.vouchers),
        cash=body.cash_fen,
        points=points,
        store=program.stores[bill.store],
        rules=bill.rules,
    )
    receipt = await _done(call, command)
    answer = BillCaptured(
        id=receipt.id,
        bill=bill.id,
        no=receipt.no,
        unit=receipt.unit,
        points_spent=points,
        pays_fen=bill.content.pays_with(points) if points else 0,
        vouchers=await _savings(call, bill),
        cash_fen=body.cash_fen,
        invoiceable_fen=body.cash_fen,
        earned=earned_in(program, receipt.explanation),
        repaid=receipt.repaid,
        balance=receipt.balance,
        replayed=receipt.replayed,
    )
    return Reply(200 if receipt.replayed else 201, _encode(answer))


def earned_in(program: Program, explanation: str) -> dict[str, int]:
    """The points that rules gave, by unit, of an explanation as it is stored."""
    told = read_explanation(explanation)
    whole = program.rules_version(told.rules).definition
    units = {rule.id: rule.unit or whole.unit for rule in whole.rules}
    earned: dict[str, int] = {}
    for rule, points in told.shares:
        earned[units[rule]] = earned.get(units[rule], 0) + points
    return earned


async def void(call: Call) -> Reply:
    """The bill is not paid: free what it holds."""
    call.query()
    body = read(_void, await call.json())
    asking = call.asking
    head = Head(asking, asking.source(body.source), call.key(body.key))
    bill, _ = await find_bill(call, id_in("id", call.args["id"]))
    content = _encode({"type": "void", "bill": bill.id})
    command = VoidBill(
        **head.common(bill.wallet, None, content),
        bill=bill.id,
        vouchers=tuple(one.id for one in bill.content.vouchers),
    )
    receipt = await _done(call, command)
    answer = BillVoided(receipt.id, bill.id, receipt.no, receipt.points, receipt.balance, receipt.replayed)
    return Reply(200 if receipt.replayed else 201, _encode(answer))


async def bill_by_id(call: Call) -> Reply:
    """A bill as it stands."""
    call.query()
    bill, member = await find_bill(call, id_in("id", call.args["id"]))
    state = bill.standing(call.asking.now)
    return shown(BillStanding(state, bill.closed_by, bill.closed_at, await _view(call, bill, member)))


async def _view(call: Call, bill: BillRow, member: str | None) -> BillView:
    content = bill.content
    return BillView(
        id=bill.id,
        member=member,
        merchant=party(call.asking.program, bill.merchant) or "",
        store=bill.store,
        quote=bill.quote,
        opened_at=bill.opened_at,
        deadline=bill.deadline,
        unit=bill.unit,
        goods_fen=content.basket.amount,
        freight_fen=content.basket.freight,
        vouchers=await _savings(call, bill),
        due_fen=content.due,
        points=content.points,
        pays_fen=content.pays,
        cash_fen=content.cash,
        invoiceable_fen=content.cash,
        earns=content.earns,
    )


async def _savings(call: Call, bill: BillRow) -> tuple[SavingView, ...]:
    """What its vouchers save."""
    of = [one.id for one in bill.content.vouchers]
    if not of:
        return ()
    wallet: WalletId = bill.wallet
    rows: list[Any] = await call.house.pool.fetch(
        q("needs_voucher"), [cell_of(wallet)] * len(of), [wallet] * len(of), of
    )
    known: dict[UUID, VoucherRow] = {row["id"]: read_voucher(row) for row in rows}
    return tuple(
        SavingView(one.id, known[one.id].reward, one.saved, known[one.id].terms.with_points)
        for one in bill.content.vouchers
    )


BOOKED = ("key_missing", "key_differs", Code.KEY_REUSED, "busy")
OF_QUOTES = (Code.QUOTE_UNKNOWN, Code.QUOTE_USED, Code.QUOTE_ENDED)
OF_BILLS = (Code.BILL_UNKNOWN, Code.BILL_CLOSED, Code.BILL_LAPSED, Code.EVENT_IN_FUTURE)

ROUTES = (
    Route(
        method="POST",
        path="/v1/bills",
        name="open_bill",
        summary="Open a bill: hold its points and lock its vouchers",
        handle=open_bill,
        body=BillAsked,
        answer=BillOpened,
        statuses=(201, 200),
        key=True,
        codes=(
            *BOOKED,
            *OF_QUOTES,
            "member_unknown",
            "store_unknown",
            "out_of_scope",
            Code.NO_RULES,
            Code.WALLET_FROZEN,
            Code.INSUFFICIENT_POINTS,
            Code.OFFSET_REFUSED,
            Code.VOUCHER_UNKNOWN,
            Code.VOUCHER_REFUSED,
            Code.IDENTIFICATION_REFUSED,
        ),
    ),
    Route(
        method="GET",
        path="/v1/bills/{id}",
        name="get_bill",
        summary="A bill as it stands",
        handle=bill_by_id,
        answer=BillStanding,
        codes=(Code.BILL_UNKNOWN,),
    ),
    Route(
        method="POST",
        path="/v1/bills/{id}/capture",
        name="capture_bill",
        summary="Pay a bill: book the purchase, spend its points and vouchers, earn",
        handle=capture,
        body=BillCapture,
        answer=BillCaptured,
        statuses=(201, 200),
        key=True,
        codes=(
            *BOOKED,
            *OF_BILLS,
            Code.CASH_DIFFERS,
            Code.EXCEEDS_HOLD,
            Code.OFFSET_REFUSED,
            Code.POINTS_OVERFLOW,
        ),
    ),
    Route(
        method="POST",
        path="/v1/bills/{id}/void",
        name="void_bill",
        summary="Void a bill: its points and vouchers are free at once",
        handle=void,
        body=BillVoid,
        answer=BillVoided,
        statuses=(201, 200),
        key=True,
        codes=(*BOOKED, *OF_BILLS),
    ),
)


__all__ = ["ROUTES", "Problem", "find_bill"]

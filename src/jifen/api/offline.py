"""Bills of tills that had no network: reported later, each number of a till once; and what came of them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Meta

from jifen.api.answers import answered
from jifen.api.asking import EARLIEST, Asking, utc
from jifen.api.baskets import basket_of
from jifen.api.billing import earned_in
from jifen.api.bodies import BasketLine, FactKey, Fen, Instant, Name, Number, SomeFen, Source, Word
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, wallet_of
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, invalid
from jifen.api.reads import shown
from jifen.api.routing import Parameter, Reply, Route
from jifen.api.till_bodies import Chosen, Priceable
from jifen.books.legs import Account, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.wallet import Balance
from jifen.engine.command import Receipt, entry_id
from jifen.engine.loading import load_entries
from jifen.events.event import Tenders, purchase_content
from jifen.parties.cards import Cards
from jifen.parties.codes import card_number
from jifen.parties.programs import Merchant, Store
from jifen.store.queries import q
from jifen.till.basket import Basket
from jifen.till.offline import OfflineBill, worth_for
from jifen.values.ids import EntryId, WalletId, cell_of, hashed_id

PAGE = 500
SEQUENCE_MOST = 2**53 - 1


class OfflineReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill that was paid while the till had no network. member, card: one of the two, as the till read it.

    points: were taken, 0 for none; what they pay is at the worth that the rules of then state. cash_fen: what
    was taken in money, where it is to be checked. sequence: the till's own number of the bill, from 1 on.
    """

    key: FactKey | None = None
    source: Source | None = None
    member: Number | None = None
    card: Annotated[str, Meta(min_length=13, max_length=13)] | None = None
    store: Name
    amount: SomeFen | None = None
    lines: Annotated[tuple[BasketLine, ...], Meta(max_length=2000)] = ()
    channel: Word = ""
    payment: Word = ""
    points: Chosen = 0
    cash_fen: Fen | None = None
    at: Instant
    till: Name
    sequence: Annotated[int, Meta(ge=1, le=SEQUENCE_MOST)]


class OfflineBooked(msgspec.Struct, frozen=True, kw_only=True):
    """What was booked: of the points taken, so many were drawn, and so many are owed from now on."""

    id: UUID
    no: int
    unit: str
    points: int
    drawn: int
    owed: int
    pays_fen: int
    cash_fen: int
    invoiceable_fen: int
    earned: dict[str, int]
    repaid: int
    balance: Balance
    replayed: bool


class OfflineView(msgspec.Struct, frozen=True, kw_only=True):
    """A bill as it was reported, and what came of it. refused: why its points were not taken."""

    sequence: int
    state: Literal["booked", "refused", "open"]
    entry: UUID | None
    key: str
    member: str | None
    at: datetime
    reported_at: datetime
    points: int
    drawn: int
    owed: int
    refused: str


class Gap(msgspec.Struct, frozen=True):
    """Numbers of a till that were not reported, both ends included."""

    first: int
    last: int


class OfflineList(msgspec.Struct, frozen=True):
    """A till's bills in the order of its numbers. next: send it as `after` for the page after this."""

    till: str
    merchant: str
    bills: tuple[OfflineView, ...]
    gaps: tuple[Gap, ...]
    drawn: int
    owed: int
    next: int | None = None


_report = msgspec.json.Decoder(OfflineReport)
_encode = msgspec.json.Encoder().encode


async def report(call: Call) -> Reply:
    """Book a bill as of when it was. Points that are not there become owed; beyond the limits, refused."""
    call.query()
    body = read(_report, await call.json())
    asking = call.asking
    head = Head(asking, asking.source(body.source), call.key(body.key))
    store = asking.store(body.store)
    at = utc(body.at)
    wallet, stopped_at = await _whose(call, body)
    basket = basket_of(
        store, Priceable(amount=body.amount, lines=body.lines, channel=body.channel, payment=body.payment)
    )
    pays = worth_for(asking.program, basket, store.merchant, body.points, at)
    if body.cash_fen is not None and body.points and pays and body.cash_fen != basket.total - pays:
        said = f"differs from {basket.total - pays}, what is left beside {body.points} points: check both"
        raise invalid("cash_fen", body.cash_fen, said, Code.CASH_DIFFERS)
    of = entry_id(asking.program.id, head.source, head.key)
    command = OfflineBill(
        **head.common(wallet, at, _content(basket, of, body.points, pays, at)),
        store=store,
        basket=basket,
        points=body.points,
        pays=pays,
        card_stopped_at=stopped_at,
    )
    number = await _reserve(call, store, body, of, command)
    answer = await call.house.engine.submit(command)
    if isinstance(answer, Refusal):
        await call.house.pool.execute(q("offline_report_refuse"), *number, _why(answer))
    if not isinstance(answer, Receipt):
        status, content = answered(answer)
        return Reply(status, content, CONTENT_TYPE)
    await call.house.pool.execute(q("offline_report_refuse"), *number, "")
    booked = OfflineBooked(
        id=answer.id,
        no=answer.no,
        unit=answer.unit,
        points=body.points,
        drawn=body.points - answer.owed_more,
        owed=answer.owed_more,
        pays_fen=pays,
        cash_fen=command.cash,
        invoiceable_fen=command.cash,
        earned=earned_in(asking.program, answer.explanation),
        repaid=answer.repaid,
        balance=answer.balance,
        replayed=answer.replayed,
    )
    return Reply(200 if answer.replayed else 201, _encode(booked))


def _content(basket: Basket, of: EntryId, points: int, pays: int, at: datetime) -> bytes:
    """The purchase as it is stored; without points it is one like any other."""
    tenders = Tenders(of, basket.total - pays, points, pays) if points else None
    return purchase_content(
        basket.store, basket.amount, basket.lines, at, basket.channel, basket.payment, tenders
    )


def _why(refusal: Refusal) -> str:
    return str(refusal.facts.get("why", refusal.code))


async def _whose(call: Call, body: OfflineReport) -> tuple[WalletId, datetime | None]:
    """The member whom the till knew by number or card; and since when that card works no more."""
    program = call.asking.program.id
    if (body.member is None) == (body.card is None):
        raise invalid(
            "member", body.member, "or `card`: send the one of them by which the till knew the member"
        )
    if body.member is not None:
        found = Found(await call.house.members.wallets(program, [body.member]), {})
        return wallet_of(found, body.member), None
    number = card_number(body.card or "")
    known = None
    if number is not None:
        known = await Cards(call.house.pool, call.house.vault).whose(program, number, "card")
    if known is None:
        said = "is no card of a member: check its thirteen digits"
        raise invalid("card", body.card, said, Code.IDENTIFICATION_REFUSED)
    return known[0], known[1].stopped_at


async def _reserve(
    call: Call, store: Store, body: OfflineReport, of: EntryId, command: OfflineBill
) -> tuple[Any, ...]:
    """Reserve the till's number for this bill, first; a repeat finds it done."""
    asking = call.asking
    number = (*_till(asking, store.merchant, body.till), body.sequence)
    try:
        await call.house.pool.execute(
            q("offline_report_add"),
            *number,
            of,
            command.key,
            command.wallet,
            command.occurred_at,
            asking.now,
            body.points,
        )
    except asyncpg.UniqueViolationError:
        known = await call.house.pool.fetchrow(q("offline_report_get"), *number)
        if known is None or known["entry"] != of:
            said = (
                f"was reported under the key {known['key'] if known else ''!r}: a till numbers each bill "
                "once, check its counter"
            )
            raise invalid("sequence", body.sequence, said, "already_exists") from None
    return number


def _till(asking: Asking, merchant: Merchant, till: str) -> tuple[Any, ...]:
    program = asking.program.id
    return cell_of(hashed_id("till", str(program), str(merchant.id), till)), program, merchant.id, till


async def reports(call: Call) -> Reply:
    """What a till has reported, what became owed, and which of its numbers are missing."""
    asked = call.query("till", "since", "after", "merchant")
    asking = call.asking
    till = asked.get("till")
    if not till:
        raise invalid("till", till, "is missing: name the till")
    merchant = _merchant(asking, asked.get("merchant"))
    since = _instant(asked.get("since"))
    after = _number(asked.get("after"))
    place = _till(asking, merchant, till)
    rows = await call.house.pool.fetch(q("offline_reports"), *place, after or 0, since or EARLIEST, PAGE)
    async with call.house.pool.acquire() as conn:
        found = await load_entries(conn, [row["entry"] for row in rows], reversals=False)
    booked = {of: entry.entry.legs for of, (entry, _) in found.items()}
    bills = tuple([_view(row, booked.get(row["entry"])) for row in rows])
    begin = after if after is not None else (0 if since is None else None)
    return shown(
        OfflineList(
            till,
            merchant.code,
            bills,
            tuple(gaps([bill.sequence for bill in bills], begin)),
            sum(bill.drawn for bill in bills),
            sum(bill.owed for bill in bills),
            bills[-1].sequence if len(bills) == PAGE else None,
        )
    )


def gaps(numbers: list[int], begin: int | None) -> list[Gap]:
    """The runs of numbers that are missing between those given, and after `begin` where it is known."""
    found = []
    before = begin if begin is not None else (numbers[0] - 1 if numbers else 0)
    for number in numbers:
        if number > before + 1:
            found.append(Gap(before + 1, number - 1))
        before = number
    return found


def _view(row: Any, legs: tuple[Leg, ...] | None) -> OfflineView:
    owed = sum(leg.points for leg in legs or () if leg.account is Account.OWED and leg.points > 0)
    spent = -sum(leg.points for leg in legs or () if leg.account is Account.REDEEMED)
    return OfflineView(
        sequence=row["sequence"],
        state="booked" if legs is not None else "refused" if row["refused"] else "open",
        entry=None if legs is None else row["entry"],
        key=row["key"],
        member=row["number"],
        at=row["at"],
        reported_at=row["reported_at"],
        points=row["points"],
        drawn=spent - owed,
        owed=owed,
        refused="" if legs is not None else row["refused"],
    )


def _merchant(asking: Asking, named: str | None) -> Merchant:
    if asking.owner.merchant is not None:
        own = asking.program.merchants_by_id[asking.owner.merchant]
        if named not in (None, own.code):
            raise invalid("merchant", named, "is another merchant: leave it out", "out_of_scope")
        return own
    if named is None:
        raise invalid("merchant", None, "is missing: name the merchant whose till it is")
    return asking.merchant_called(named)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise invalid("since", text, "is no time with a zone: send one such as 2026-11-21T10:00:00Z")
    return utc(at.astimezone(UTC), "since")


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:17]) <= SEQUENCE_MOST):
        raise invalid("after", text, "is no number of a till: send the `next` of a page")
    return int(text)


ROUTES = (
    Route(
        method="POST",
        path="/v1/offline-bills",
        name="report_offline_bill",
        summary="Book a bill that was paid while the till had no network",
        handle=report,
        body=OfflineReport,
        answer=OfflineBooked,
        statuses=(201, 200),
        key=True,
        codes=(
            "member_unknown",
            "store_unknown",
            "out_of_scope",
            "already_exists",
            "key_missing",
            "key_differs",
            "busy",
            Code.KEY_REUSED,
            Code.OFFLINE_REFUSED,
            Code.IDENTIFICATION_REFUSED,
            Code.CASH_DIFFERS,
            Code.EVENT_IN_FUTURE,
            Code.NO_RULES,
            Code.POINTS_OVERFLOW,
        ),
    ),
    Route(
        method="GET",
        path="/v1/offline-bills",
        name="list_offline_bills",
        summary="What a till reported later, what became owed, and which numbers are missing",
        handle=reports,
        answer=OfflineList,
        query=(
            Parameter("till", {"type": "string"}, "The till."),
            Parameter("merchant", {"type": "string"}, "Whose till it is; a merchant's key names its own."),
            Parameter("since", {"type": "string", "format": "date-time"}, "Only bills from then on."),
            Parameter("after", {"type": "integer"}, "The `next` of the page before."),
        ),
        codes=("merchant_unknown", "out_of_scope"),
    ),
)

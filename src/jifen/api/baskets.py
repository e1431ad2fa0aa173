"""From a till's body to a basket, and the vouchers that it names."""

from collections.abc import Iterable
from uuid import UUID

from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.house import now_in
from jifen.api.problems import invalid, refused
from jifen.api.redeeming import knowing
from jifen.api.till_bodies import Priceable
from jifen.api.vouchers import by_code
from jifen.books.refusals import Code, Refusal
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.parties.programs import Program, Store
from jifen.store.queries import q
from jifen.till.basket import Basket
from jifen.values.ids import WalletId, cell_of, parse_id
from jifen.values.points import POINTS_MAX

IN_A_BASKET = ("store", "amount", "lines", "freight_fen", "channel", "payment")
"""The fields of a body that say what is to be paid."""


async def store_of(call: Call, body: Priceable) -> Store:
    """The store at which is paid; for one that we do not know the programme is read again first.

    Raises:
        Problem: it is missing, unknown or not the caller's.
    """
    if body.store is None:
        raise invalid("store", None, "is missing: name the store at which is paid")
    asking = call.asking
    if body.store not in asking.program.stores:
        program = await call.house.fresher(asking.program)
        if program is not None:
            call.asking = Asking(program, asking.owner, now_in(program))
    return call.asking.store(body.store)


async def program_with(call: Call, store: str, rules: Iterable[int]) -> Program:
    """The programme with a store and versions of its rules of which other processes may have heard first."""
    program = await knowing(call.house, call.asking.program, rules)
    if store not in program.stores:
        program = await call.house.fresher(program) or program
    return program


def basket_of(store: Store, body: Priceable) -> Basket:
    """What is to be paid.

    Raises:
        Problem: it is nothing, more than can be kept exact, or contradicts itself.
    """
    amount = body.amount
    if body.lines:
        total = sum([line.amount for line in body.lines])
        if amount is not None and amount != total:
            said = f"differs from the sum of the lines, {total}: send one that agrees, or none"
            raise invalid("amount", amount, said)
        amount = total
    if amount is None:
        raise invalid("amount", None, "is missing: send what the goods cost in fen, or the lines")
    if not amount + body.freight_fen:
        raise invalid("lines", amount, "cost nothing, so there is nothing to pay: book them as a purchase")
    if amount + body.freight_fen > POINTS_MAX:
        said = f"is more than can be kept exact: send a bill of {POINTS_MAX} fen at most"
        raise invalid("amount", amount, said)
    return Basket(store.code, amount, body.lines, body.freight_fen, body.channel, body.payment)


async def vouchers_named(
    call: Call, wallet: WalletId, named: tuple[str, ...], field: str = "vouchers"
) -> list[VoucherRow]:
    """The vouchers that codes or ids name, in their order, each once.

    Raises:
        Problem: voucher_unknown, or voucher_refused where it is another member's.
    """
    found: dict[UUID, VoucherRow] = {}
    for text in named:
        row = await _one(call, wallet, text)
        if row.wallet != wallet:
            said = "the voucher is another member's: take one of the member who pays"
            facts: dict[str, int | str] = {"voucher": str(row.id), "why": "member"}
            raise refused(Refusal(Code.VOUCHER_REFUSED, said, facts))
        if row.id in found:
            raise invalid(field, text, "is named twice: name each voucher once")
        found[row.id] = row
    return list(found.values())


async def _one(call: Call, wallet: WalletId, text: str) -> VoucherRow:
    try:
        of = parse_id(text)
    except ValueError:
        return (await by_code(call, text))[0]
    row = await call.house.pool.fetchrow(q("needs_voucher"), [cell_of(wallet)], [wallet], [of])
    if row is None:
        said = f"there is no voucher {of} of this member: check its id or its code"
        raise refused(Refusal(Code.VOUCHER_UNKNOWN, said, {"voucher": str(of)}))
    return read_voucher(row)

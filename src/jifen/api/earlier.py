"""Earlier facts that a body names: found by the id of their claim, and whose they are."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol
from uuid import UUID

import msgspec

from jifen.api import bodies
from jifen.api.asking import Asking
from jifen.api.problems import invalid, refused
from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, entry_id
from jifen.events.earning import Earning
from jifen.mall.holding import Capture, OfHold, Release, Reserve
from jifen.mall.restoring import RESTORABLE, Restore
from jifen.mall.rewarding import RedeemReward
from jifen.mall.spending import Donate, Redeem, Transfer
from jifen.programs.operating import Adjust, Compensate
from jifen.store.queries import q
from jifen.till.returning import ReturnGoods
from jifen.values.ids import EntryId, MerchantId, ProgramId, WalletId, cell_of, parse_id

INSTEAD = {
    Kind.ACT: "adjust the points with a reason instead",
    Kind.RETURN: "report the purchase anew instead",
    Kind.REVERSE: "make the redemption anew instead",
    Kind.HOLD: "release the hold instead",
    Kind.TRANSFER: "transfer the points back instead",
    Kind.DONATE: "a donation is for good",
    Kind.ADJUST: "make the opposite adjustment instead",
    Kind.COMPENSATE: "adjust the points with a reason instead",
    Kind.EXPIRE: "compensate the member with a reason instead",
    Kind.FREEZE: "unfreeze the member instead",
}
"""What to do where an entry cannot be reversed."""

KIND_OF: dict[type, Kind] = {
    Earning: Kind.PURCHASE,
    ReturnGoods: Kind.RETURN,
    Redeem: Kind.REDEEM,
    RedeemReward: Kind.REDEEM,
    Restore: Kind.REVERSE,
    Reserve: Kind.HOLD,
    Capture: Kind.CAPTURE,
    Release: Kind.RELEASE,
    Transfer: Kind.TRANSFER,
    Donate: Kind.DONATE,
    Adjust: Kind.ADJUST,
    Compensate: Kind.COMPENSATE,
}
"""What a command books, of those that may come in bulk."""


class Earlier(msgspec.Struct, frozen=True):
    """An earlier fact, as far as a later one must know it. captured_by: of a bill, its purchase's key."""

    id: EntryId
    wallet: WalletId
    kind: str
    merchant: MerchantId | None
    source: str
    key: str
    captured_from: str | None = None
    captured_by: str | None = None

    @property
    def of_purchase(self) -> tuple[str, str]:
        """The source and key of the purchase that it is, or that its bill became."""
        if self.captured_from is None or self.captured_by is None:
            return self.source, self.key
        return self.captured_from, self.captured_by

    def must_be_spent(self) -> None:
        """Raises the problem of what cannot be taken back by a reversal."""
        if self.kind in RESTORABLE:
            return
        instead = INSTEAD.get(Kind(self.kind), "adjust the points with a reason instead")
        said = f"entry {self.id} is of the kind {self.kind}, which a reversal does not take back: {instead}"
        raise refused(Refusal(Code.NOT_REVERSIBLE, said, {"kind": self.kind}))


async def load_earlier(pool: Any, program: ProgramId, ids: Iterable[UUID]) -> dict[UUID, Earlier]:
    """Earlier facts of a programme by the ids of their claims; those that are not booked are left out."""
    asked = list(ids)
    if not asked:
        return {}
    rows = await pool.fetch(q("api_earlier"), [cell_of(one) for one in asked], asked, program)
    return {row["id"]: Earlier(*row) for row in rows}


def for_return(asking: Asking, source: str, body: bodies.Return) -> EntryId:
    """The id of the purchase that goods are returned of."""
    return _one(asking, source, "entry", body.entry, "purchase", body.purchase)


def for_hold(asking: Asking, source: str, body: bodies.Capture | bodies.Release) -> EntryId:
    """The id of the hold that is to end."""
    return _one(asking, source, "hold", body.hold, "hold_key", body.hold_key)


def for_reversal(asking: Asking, source: str, body: bodies.Reversal) -> EntryId:
    """The id of the entry that is to be taken back."""
    return _one(asking, source, "entry", body.entry, "entry_key", body.entry_key)


def _one(asking: Asking, source: str, by_id: str, text: str | None, by_key: str, key: str | None) -> EntryId:
    if text is not None and key is not None:
        raise invalid(by_key, key, f"is given beside `{by_id}`: send one of the two")
    if text is not None:
        return id_in(by_id, text)
    if key is not None:
        return entry_id(asking.program.id, source, key)
    raise invalid(by_key, None, f"is missing: name the earlier fact by `{by_key}` or by `{by_id}`")


def id_in(field: str, text: str) -> EntryId:
    """The id that a text is."""
    try:
        return EntryId(parse_id(text))
    except ValueError:
        raise invalid(
            field, text, "is no id: send one as it was answered, such as 0193a1b2-0000-7000-8000-000000000000"
        ) from None


def _named_by_return(asking: Asking, body: bodies.Return) -> EntryId:
    return for_return(asking, asking.source(body.source), body)


def _named_by_hold(asking: Asking, body: bodies.Capture | bodies.Release) -> EntryId:
    return for_hold(asking, asking.source(body.source), body)


def _named_by_reversal(asking: Asking, body: bodies.Reversal) -> EntryId:
    return for_reversal(asking, asking.source(body.source), body)


NAMED: dict[type, Callable[[Asking, Any], EntryId]] = {
    bodies.Return: _named_by_return,
    bodies.Capture: _named_by_hold,
    bodies.Release: _named_by_hold,
    bodies.Reversal: _named_by_reversal,
}
"""The earlier fact that a body names, for each kind of body that names one."""


class Finds(Protocol):
    """Where earlier facts are looked for."""

    def get(self, of: UUID, /) -> Earlier | None: ...


def fact_of(command: Command, others: Finds) -> Earlier:
    """What a command will have booked, as far as a later one must know it."""
    kind, merchant = KIND_OF[type(command)], None
    match command:
        case Earning():
            merchant = command.store.merchant.id if command.store else None
            kind = Kind.PURCHASE if command.act is None else Kind.ACT
        case Redeem() | Reserve():
            merchant = command.merchant.id
        case OfHold():
            hold = others.get(command.hold)
            merchant = hold.merchant if hold else None
    this = entry_id(command.program, command.source, command.key)
    return Earlier(this, command.wallet, kind, merchant, command.source, command.key)

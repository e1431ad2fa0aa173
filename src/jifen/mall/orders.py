"""Orders: what was redeemed of whom, how far it has come, and which steps are open to whom."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from jifen.values.ids import EntryId, Id, MerchantId, ProgramId, WalletId, parse_id

State = Literal["placed", "confirmed", "fulfilled", "cancelled", "returned", "disputed", "failed"]

Step = Literal["confirm", "fulfil", "cancel", "return", "dispute", "fail", "no_show"]

By = Literal["member", "merchant", "operator"]
"""At whose word a step is taken."""

OPEN: frozenset[State] = frozenset(("placed", "confirmed", "disputed"))
"""States from which something is still to come."""


class Paid(msgspec.Struct, frozen=True, array_like=True):
    """What one wallet paid for an order: the number of its entry there, and how many points."""

    wallet: str
    no: int
    points: int

    @property
    def id(self) -> WalletId:
        """The wallet's id."""
        return WalletId(parse_id(self.wallet))


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is stored; money is in fen, for all pieces. Its id is that of the entry that placed it.

    placed_no: that entry's number. rules: the version whose reward it is, whatever holds since (R06).
    paid_fen: what the merchant says it received of cash_fen, back_fen: what of
    that goes back. payers: everybody who paid points.
    by: at whose word it came where it is.
    """

    id: EntryId
    wallet: WalletId
    program: ProgramId
    placed_no: int | None
    merchant: MerchantId
    store: str | None
    reward: str
    rules: int
    count: int
    unit: str
    points: int
    cash_fen: int
    paid_fen: int
    back_fen: int = 0
    state: State
    placed_at: datetime
    changed_at: datetime
    fulfilled_at: datetime | None = None
    slot_since: datetime | None = None
    slot_until: datetime | None = None
    beneficiary: str | None = None
    payers: tuple[Paid, ...] = ()
    vouchers: tuple[Id, ...] = ()
    stocks: tuple[str, ...] = ()
    quote: Id | None = None
    reason: str = ""
    by: By = "member"


_payers = msgspec.json.Decoder(tuple[Paid, ...]).decode


def order_from(row: Mapping[str, Any], program: ProgramId) -> Order:
    """An order from a row of needs_redemption or its kin."""
    return Order(
        id=row["id"],
        wallet=row["wallet"],
        program=program,
        placed_no=row["no"],
        merchant=row["merchant"],
        store=row["store"],
        reward=row["reward"],
        rules=row["rules"],
        count=row["count"],
        unit=row["unit"],
        points=row["points"],
        cash_fen=row["cash_fen"],
        paid_fen=row["paid_fen"],
        back_fen=row["back_fen"],
        state=row["state"],
        placed_at=row["placed_at"],
        changed_at=row["changed_at"],
        fulfilled_at=row["fulfilled_at"],
        slot_since=row["slot_since"],
        slot_until=row["slot_until"],
        beneficiary=row["beneficiary"],
        payers=_payers(row["payers"]),
        vouchers=tuple(row["vouchers"]),
        stocks=tuple(row["stocks"]),
        quote=row["quote"],
        reason=row["reason"],
        by=row["by"],
    )


def effect(order: Order) -> tuple[str, dict[str, Any]]:
    """The order as it is from now on, for the plan that places or changes it."""
    return "redemption", msgspec.structs.asdict(order)


class Move(msgspec.Struct, frozen=True):
    """Where a step leads, and who may take it: a merchant its own orders, the operator any."""

    to: State
    who: frozenset[By]


_EITHER: frozenset[By] = frozenset(("merchant", "operator"))
_OPERATOR: frozenset[By] = frozenset(("operator",))

MOVES: Mapping[tuple[Step, State], Move] = {
    ("confirm", "placed"): Move("confirmed", _EITHER),
    ("fulfil", "placed"): Move("fulfilled", _EITHER),
    ("fulfil", "confirmed"): Move("fulfilled", _EITHER),
    ("fulfil", "disputed"): Move("fulfilled", _OPERATOR),
    ("cancel", "placed"): Move("cancelled", _EITHER),
    ("cancel", "confirmed"): Move("cancelled", _EITHER),
    ("no_show", "placed"): Move("cancelled", _EITHER),
    ("no_show", "confirmed"): Move("cancelled", _EITHER),
    ("return", "fulfilled"): Move("returned", _EITHER),
    ("return", "disputed"): Move("returned", _EITHER),
    ("dispute", "placed"): Move("disputed", _OPERATOR),
    ("dispute", "confirmed"): Move("disputed", _OPERATOR),
    ("dispute", "fulfilled"): Move("disputed", _OPERATOR),
    ("fail", "placed"): Move("failed", _EITHER),
    ("fail", "confirmed"): Move("failed", _EITHER),
    ("fail", "disputed"): Move("failed", _EITHER),
}
"""Every step from each state in which it can be taken. A member cancels through the operator's key."""


def steps_from(state: State, who: By) -> list[Step]:
    """The steps that are open from a state to a merchant or the operator."""
    return [step for (step, start), move in MOVES.items() if start == state and who in move.who]

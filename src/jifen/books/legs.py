"""Legs, kinds and accounts: the closed vocabulary of every entry."""

from enum import StrEnum

import msgspec

from jifen.values.ids import Id, SeriesId


class Kind(StrEnum):
    """What happened: one business fact in one wallet."""

    PURCHASE = "purchase"
    ACT = "act"
    RETURN = "return"
    REDEEM = "redeem"
    REVERSE = "reverse"
    HOLD = "hold"
    CAPTURE = "capture"
    RELEASE = "release"
    LAPSE = "lapse"
    TRANSFER = "transfer"
    EXPIRE = "expire"
    DONATE = "donate"
    ADJUST = "adjust"
    COMPENSATE = "compensate"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    PROFILE = "profile"
    EXTEND = "extend"
    BILL = "bill"
    ORDER = "order"
    HOUSEHOLD = "household"


class Account(StrEnum):
    """The other end of a leg. Each account's total is minus what it gave to lots: books balance."""

    ISSUED = "issued"
    REDEEMED = "redeemed"
    HELD = "held"
    EXPIRED = "expired"
    DONATED = "donated"
    TRANSFERRED = "transferred"
    CLAWED_BACK = "clawed_back"
    ADJUSTED = "adjusted"
    OWED = "owed"


class Leg(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """`points` move from `account` into the wallet's lot of `series`; negative: out of it.

    counterparty: the merchant, wallet, charity or operator at the other end; NOBODY for a hold.
    An `owed` leg of +20 lends the lot 20 points that the wallet owes to the counterparty from then on;
    one of -20 repays them.
    """

    series: SeriesId
    account: Account
    points: int
    counterparty: Id


GRANTING = frozenset((Account.ISSUED, Account.TRANSFERRED, Account.ADJUSTED))
"""Accounts whose positive legs count into a lot's `granted`."""

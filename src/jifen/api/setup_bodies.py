"""What the operator sends to set a programme up, and what it is answered."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.bodies import Instant, Number
from jifen.rules.definition import RuleSet

Title = Annotated[str, Meta(min_length=1, max_length=200)]
CodeName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        # In Python `$` also stands before a last line feed, hence what follows it.
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$(?!\n)",
        description="Letters, digits, and . _ -",
    ),
]
UnitName = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9][a-z0-9_.-]*$(?!\n)")]
Price = Annotated[int, Meta(ge=0, le=1_000_000_000, description="Fen for 100 points.")]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body here shares: unknown fields are refused, not ignored."""


class NewMember(Body, frozen=True, kw_only=True):
    """A member to enrol. The phone, a mainland mobile number, is kept sealed.

    invited_by: the number of the member who invited; it is said now or never. device, payer: what the app and
    the cashier know the member by; kept as keyed hashes, by which linked accounts are found.
    """

    number: Number
    name: Annotated[str, Meta(max_length=100)] = ""
    phone: Annotated[str, Meta(max_length=32)] | None = None
    invited_by: Number | None = None
    device: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    payer: Annotated[str, Meta(min_length=1, max_length=200)] | None = None


class NumberLine(Body, frozen=True, kw_only=True):
    """A line of /v1/members/bulk: a number, alone or as an object."""

    number: Number


class NewHousehold(Body, frozen=True, kw_only=True):
    """A household to open: its pool gets a number like a member's."""

    number: Number
    members: Annotated[tuple[Number, ...], Meta(min_length=1, max_length=50)]


class NewContract(Body, frozen=True, kw_only=True):
    """What a merchant agrees to from an instant on. fee_permille: of what is reimbursed."""

    valid_from: Instant
    issue_fen_per_100: Price
    reimburse_fen_per_100: Price
    fee_permille: Annotated[int, Meta(ge=0, le=1000)] = 0
    payment_days: Annotated[int, Meta(ge=0, le=365)] = 30


class NewMerchant(Body, frozen=True, kw_only=True):
    """A merchant to add, with its first contract if there is one. A charity may be given points."""

    code: CodeName
    name: Title
    charity: bool = False
    contract: NewContract | None = None


class NewStore(Body, frozen=True, kw_only=True):
    """A store of a merchant."""

    code: CodeName
    name: Title
    merchant: CodeName


class NewUnit(Body, frozen=True, kw_only=True):
    """A kind of points: offset_points of it pay offset_fen."""

    code: UnitName
    name: Title
    offset_points: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    offset_fen: Annotated[int, Meta(ge=0, le=1_000_000_000)]


class NewRules(Body, frozen=True, kw_only=True):
    """All earning rules of the programme from an instant on."""

    valid_from: Instant
    rules: RuleSet


class MoreStock(Body, frozen=True, kw_only=True):
    """So many more of a scarce thing."""

    code: CodeName
    count: Annotated[int, Meta(ge=1, le=1_000_000_000)]


class NewKey(Body, frozen=True, kw_only=True):
    """An API key to make: for a merchant, or (without one) for the operator. The label is its source.

    role: what it is restricted to: an auditor's only reads, a clerk's decides nothing that another prepared,
    an approver's may; without one it may do all that is the merchant's or the operator's.
    """

    label: CodeName
    merchant: CodeName | None = None
    role: Literal["", "clerk", "approver", "auditor"] = ""


class Clock(Body, frozen=True, kw_only=True):
    """The test clock: it stands at that instant until it is set again; null: the system's time."""

    at: Instant | None


class Enrolled(msgspec.Struct, frozen=True):
    """A member, or a household's pool, with the wallet that was opened."""

    number: str
    wallet: UUID


class MadeKey(msgspec.Struct, frozen=True):
    """The new key. The secret is shown this once."""

    label: str
    merchant: str | None
    secret: str
    role: str = ""


class RevokedKey(msgspec.Struct, frozen=True):
    """From then on here, and within five seconds on other processes, the key opens nothing."""

    label: str
    revoked_at: datetime


class StockView(msgspec.Struct, frozen=True):
    """What is left of a scarce thing."""

    code: str
    remaining: int


class UnitView(msgspec.Struct, frozen=True):
    """A kind of points."""

    code: str
    name: str
    offset_points: int
    offset_fen: int


class ContractView(msgspec.Struct, frozen=True):
    """A contract in force from an instant on."""

    version: int
    valid_from: datetime
    issue_fen_per_100: int
    reimburse_fen_per_100: int
    fee_permille: int
    payment_days: int


class MerchantView(msgspec.Struct, frozen=True):
    """A merchant; its contracts are shown to itself and to the operator."""

    code: str
    name: str
    charity: bool
    contracts: tuple[ContractView, ...]


class StoreView(msgspec.Struct, frozen=True):
    """A store."""

    code: str
    name: str
    merchant: str


class RulesView(msgspec.Struct, frozen=True):
    """A published version of the rules."""

    version: int
    valid_from: datetime
    rules: RuleSet


class RulesList(msgspec.Struct, frozen=True):
    """All published versions, oldest first."""

    versions: tuple[RulesView, ...]


class Published(msgspec.Struct, frozen=True):
    """The version that the rules got."""

    version: int
    valid_from: datetime


class ProgramView(msgspec.Struct, frozen=True):
    """A programme; a merchant sees itself and its own stores in it."""

    code: str
    name: str
    zone: str
    now: datetime
    test_clock: datetime | None
    revision: int
    rules_version: int | None
    units: tuple[UnitView, ...]
    merchants: tuple[MerchantView, ...]
    stores: tuple[StoreView, ...]


class LineAnswer(msgspec.Struct, frozen=True):
    """One line of an answer in bulk: the line's number and status, then the receipt or the problem."""

    line: int
    status: int


class EnrolledLine(msgspec.Struct, frozen=True):
    """One line of the answer to /v1/members/bulk: 201 enrolled, 200 known before; or a problem."""

    line: int
    status: int
    number: str
    wallet: UUID

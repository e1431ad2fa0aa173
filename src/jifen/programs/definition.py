"""A whole programme as an operator writes it: a folder of YAML, whose top-level keys are these fields."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Count, Definition, Name, Title
from jifen.rules.definition import RuleSet

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000_000)]


class UnitPlan(Definition, frozen=True, kw_only=True):
    """A kind of points: offset_points of it pay offset_fen at the till."""

    code: Name
    name: Title
    name_en: Title = ""
    offset_points: Count
    offset_fen: Fen


class ContractPlan(Definition, frozen=True, kw_only=True):
    """What a merchant agreed, in fen per 100 points; the newest of several is in force from its time on."""

    valid_from: datetime
    issue_fen_per_100: Fen
    reimburse_fen_per_100: Fen
    fee_permille: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0
    payment_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 30


class StorePlan(Definition, frozen=True, kw_only=True):
    """A place of a merchant."""

    code: Name
    name: Title


class MerchantPlan(Definition, frozen=True, kw_only=True):
    """A merchant with its stores and contracts. leaves_on: the last day of its contract, once it is ended."""

    code: Name
    name: Title
    name_en: Title = ""
    charity: bool = False
    charity_number: Title = ""
    stores: tuple[StorePlan, ...] = ()
    contracts: tuple[ContractPlan, ...] = ()
    leaves_on: date | None = None


class TermsPlan(Definition, frozen=True, kw_only=True):
    """What the terms say beside what is derived: who offers them, and further clauses, one a paragraph.

    shortfall: what happens when points come back that were spent already (COMPLIANCE §2).
    """

    operator: Title
    operator_en: Title = ""
    contact: Title
    shortfall: Literal["owe"] = "owe"
    clauses: tuple[Said, ...] = ()
    clauses_en: tuple[Said, ...] = ()
    many_members: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    two_eyes: bool = False
    closes_on: date | None = None


class TemplatePlan(Definition, frozen=True, kw_only=True):
    """One text of a message. event: what it tells of (docs/messages.md lists them with their fields, which
    stand in braces). approved: the id under which the carrier approved it; short messages need one.
    """

    event: Name
    channel: Literal["in_app", "sms", "push", "wechat", "email", "robot"]
    language: Literal["zh", "en"] = "zh"
    subject: Title = ""
    text: Said
    approved: Title = ""


class MessagesPlan(Definition, frozen=True, kw_only=True):
    """How members are told: channels by preference, quiet hours (local, from and to), at most so many."""

    fallback: tuple[Literal["in_app", "sms", "push", "wechat", "email"], ...] = (
        "sms",
        "push",
        "wechat",
        "in_app",
    )
    quiet: tuple[Annotated[int, msgspec.Meta(ge=0, le=23)], Annotated[int, msgspec.Meta(ge=0, le=23)]] = (
        21,
        8,
    )
    marketing_per_day: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1
    marketing_per_month: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 8
    templates: tuple[TemplatePlan, ...] = ()


class AuthorityPlan(Definition, frozen=True, kw_only=True):
    """Who signs credit tokens (S21). key: the public key as a JWK (Ed25519). grants: what may be granted."""

    code: Name
    name: Title
    key: dict[str, str]
    grants: tuple[Name, ...]


class ExportPlan(Definition, frozen=True, kw_only=True):
    """The list of who meets a condition outside the ledger (S20): off unless a legal opinion is named."""

    legal_opinion: Said
    purpose: Said
    minimum_points: Annotated[int, msgspec.Meta(ge=0)] = 0


class Programme(Definition, frozen=True, kw_only=True):
    """A programme in whole. later: what the scenario asks beyond what is built so far, in words."""

    code: Name
    name: Title
    name_en: Title = ""
    zone: str = "Asia/Shanghai"
    units: Annotated[tuple[UnitPlan, ...], msgspec.Meta(min_length=1)]
    merchants: tuple[MerchantPlan, ...] = ()
    terms: TermsPlan
    rules: RuleSet
    messages: MessagesPlan = MessagesPlan()
    authorities: tuple[AuthorityPlan, ...] = ()
    eligibility_export: ExportPlan | None = None
    later: tuple[Said, ...] = ()

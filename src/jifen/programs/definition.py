"""A whole programme as an operator writes it: a folder of YAML, whose top-level keys are these fields."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from jifen.messages.definition import MessagesPlan, Said
from jifen.messages.definition import TemplatePlan as TemplatePlan
from jifen.rules.defining import Count, Definition, Name, StoreCode, Title
from jifen.rules.definition import RuleSet

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

    code: StoreCode
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

    shortfall: what happens when points come back that were spent already (COMPLIANCE §2). notice_days: so
    many days ahead members are told of what is worse for them; where the law asks for more, that many (S01).
    """

    operator: Title
    operator_en: Title = ""
    contact: Title
    shortfall: Literal["owe"] = "owe"
    clauses: tuple[Said, ...] = ()
    clauses_en: tuple[Said, ...] = ()
    many_members: Annotated[int, msgspec.Meta(ge=1)] = 10_000
    two_eyes: bool = False
    notice_days: Annotated[int, msgspec.Meta(ge=7, le=366)] = 30
    closes_on: date | None = None


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

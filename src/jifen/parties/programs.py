"""A programme as the decisions see it: units, merchants, stores, contracts and rules, at one revision."""

from datetime import datetime, timedelta

import msgspec

from jifen.books.series import Series
from jifen.rules.compiled import CompiledRules
from jifen.values.ids import Id, MerchantId, ProgramId
from jifen.values.periods import end_of_day, local_day


class Unit(msgspec.Struct, frozen=True):
    """A kind of points; offset_points of it pay offset_fen."""

    code: str
    name: str
    offset_points: int
    offset_fen: int


class Contract(msgspec.Struct, frozen=True):
    """What a merchant agreed, from an instant on. Prices are fen per 100 points."""

    version: int
    valid_from: datetime
    issue_fen_per_100: int
    reimburse_fen_per_100: int
    fee_permille: int
    payment_days: int


class Merchant(msgspec.Struct, frozen=True):
    """A merchant of the programme; a charity may be named in donations."""

    id: MerchantId
    code: str
    name: str
    charity: bool
    contracts: tuple[Contract, ...]

    def contract(self, at: datetime) -> int:
        """The version of the contract in force at an instant; 0: none yet."""
        for contract in reversed(self.contracts):
            if contract.valid_from <= at:
                return contract.version
        return 0


class Store(msgspec.Struct, frozen=True):
    """A place of a merchant where people spend."""

    code: str
    name: str
    merchant: Merchant


class Evidence(msgspec.Struct, frozen=True):
    """Proof that goods are green, for a time; body: who issued it, where the code does not say."""

    code: str
    kind: str
    body: str
    valid_from: datetime
    valid_until: datetime
    withdrawn_at: datetime | None = None

    def valid(self, at: datetime) -> bool:
        """Whether it proves anything at an instant."""
        if self.withdrawn_at is not None and self.withdrawn_at <= at:
            return False
        return self.valid_from <= at < self.valid_until


class Authority(msgspec.Struct, frozen=True):
    """Who signs credit tokens. key: the public key, as the JSON of a JWK; grants: what may be granted."""

    code: str
    name: str
    key: str
    grants: tuple[str, ...]


class Outage(msgspec.Struct, frozen=True):
    """A fault of the operator's side, or of one merchant, and what it gives (SCENARIOS S27).

    until: None while it lasts. points, extend_days: of the remedy as it was published when it was declared.
    text: what members read of it.
    """

    id: Id
    merchant: MerchantId | None
    since: datetime
    until: datetime | None
    remedy: str
    unit: str
    points: int
    extend_days: int
    text: str
    text_en: str
    declared_by: str
    declared_at: datetime
    closed_at: datetime | None = None

    def spares(self, issuer: MerchantId, expires: datetime | None) -> bool:
        """Whether points of an issuer that expire at an instant would have lapsed in it.

        An outage of one merchant spares what that merchant issued: all else could be used elsewhere.
        """
        if expires is None or self.merchant not in (None, issuer) or expires < self.since:
            return False
        return self.until is None or expires <= self.until


class Program(msgspec.Struct, frozen=True):
    """Everything about a programme that decisions read; `revision` grows with every change.

    series: kept by what was promised, the merchant and its contract, since most events ask for the same.
    """

    id: ProgramId
    code: str
    name: str
    zone: str
    test_clock: datetime | None
    revision: int
    units: dict[str, Unit]
    merchants: dict[str, Merchant]
    merchants_by_id: dict[MerchantId, Merchant]
    stores: dict[str, Store]
    rules: tuple[CompiledRules, ...]
    evidence: dict[str, Evidence] = {}
    authorities: dict[str, Authority] = {}
    outages: tuple[Outage, ...] = ()
    series: dict[tuple[object, str, int], Series] = {}

    def spared(self, issuer: MerchantId, expires: datetime | None) -> bool:
        """Whether points may not lapse at an instant, since an outage was declared for then."""
        return any(outage.spares(issuer, expires) for outage in self.outages)

    def green(self, code: str, at: datetime) -> str:
        """The kind of the evidence of that code where it is valid at an instant, else the empty text."""
        found = self.evidence.get(code)
        return found.kind if found is not None and found.valid(at) else ""

    @property
    def operator(self) -> MerchantId:
        """The programme's own side: who issues compensations and funds what no merchant funds."""
        return MerchantId(self.id)

    def rules_at(self, at: datetime) -> CompiledRules | None:
        """The rules in force at an instant; None before the first were published."""
        for compiled in reversed(self.rules):
            if compiled.since <= at:
                return compiled
        return None

    def worth(self, unit: str, rules: CompiledRules | None) -> tuple[int, int]:
        """So many points of a unit pay so many fen, as the rules promise under which they are earned."""
        said = rules.definition.worths.get(unit) if rules is not None else None
        if said is not None:
            return said.points, said.fen
        known = self.units[unit]
        return known.offset_points, known.offset_fen

    def grace_end(self, at: datetime) -> datetime | None:
        """Until when points that come back after their date can be used; None: there is no grace."""
        rules = self.rules_at(at)
        days = rules.definition.grace_days if rules else 0
        return end_of_day(local_day(at, self.zone) + timedelta(days=days), self.zone) if days else None

    def rules_version(self, version: int) -> CompiledRules:
        """The rules of that version; versions are immutable and kept for ever."""
        return next(compiled for compiled in self.rules if compiled.version == version)

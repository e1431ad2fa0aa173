"""A plan: what publishing a programme would change, what speaks against it, and from when it may hold."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from jifen.parties.programs import Program
from jifen.programs.changes import Change, Weighed, too_early, weigh
from jifen.programs.definition import MerchantPlan, Programme, StorePlan, UnitPlan
from jifen.programs.difference import Difference, differences
from jifen.programs.findings import Finding, refuses
from jifen.programs.lasting import conflicts, contracts_of
from jifen.programs.publications import Publication
from jifen.programs.regulation import Class, regulation
from jifen.rules.definition import RuleSet

TURNS = 4
"""How often the instant is looked for again, since what is in force just before it depends on it."""


class Rebate(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule gives back of what is spent; rule "": all of them together on an ordinary day.

    permille: thousandths as a fraction, such as 100 or 500/3; None: nothing is spent. percent: for a person.
    """

    rule: str
    path: str
    permille: str | None
    percent: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What `jifen plan` tells. base: the version in force just before, 0: none. version: the next number.

    zone: in which its days are told. compared: with what: the published version, what was set up without one,
    or nothing. days, article: the notice that it needs; earliest: from when it may hold; valid_from: when
    it is to.
    """

    code: str
    zone: str
    compared: str
    base: int
    version: int
    at: datetime
    valid_from: datetime
    earliest: datetime
    weight: Class
    days: int
    article: str
    two_eyes: bool
    members: int
    unchanged: bool
    refused: bool
    regulation: str
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    rebates: tuple[Rebate, ...]


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What there is already. program None: no such programme; publications: oldest first."""

    program: Program | None = None
    publications: tuple[Publication, ...] = ()
    members: int = 0
    offline: bool = False

    @property
    def newest(self) -> Publication | None:
        """The last published version, in force or scheduled."""
        return self.publications[-1] if self.publications else None

    @property
    def next_version(self) -> int:
        """The number of the next version: that of its rules."""
        rules = self.program.rules if self.program else ()
        return rules[-1].version + 1 if rules else 1

    def latest_start(self) -> datetime | None:
        """From when the newest rules hold; nothing may be published to begin before."""
        rules = self.program.rules if self.program else ()
        return rules[-1].since if rules else None


def planned(
    programme: Programme,
    before: Before,
    at: datetime,
    valid_from: datetime | None,
    checks: tuple[Finding, ...] = (),
    rebates: tuple[Rebate, ...] = (),
) -> Plan:
    """Plan a programme's publication at an instant. valid_from None: as early as the law allows.

    checks: what was found in the programme by itself.
    """
    newest = before.newest
    scope = differences(newest.definition if newest else None, programme)
    unchanged = newest is not None and not scope
    findings = list(checks)
    if refuses(checks):
        # What does not fit together cannot be weighed.
        base, begins, weighed = (
            None,
            valid_from or at,
            Weighed(changes=(), weight="neutral", days=0, article="", earliest=at),
        )
    else:
        begins, weighed = _begins(programme, before, at, valid_from)
        base, _ = standing(before, begins, at, programme)
        findings += conflicts(programme, before.program, base[1] if base else None, at)
        if not unchanged:
            findings += _not_retroactive(before, begins, at)
            findings += too_early(weighed, at, begins, programme.zone)
    return Plan(
        code=programme.code,
        zone="UTC" if refuses(checks) else programme.zone,
        compared=_compared(before, base),
        base=base[0] if base else 0,
        version=newest.version if unchanged and newest else before.next_version,
        at=at,
        valid_from=begins,
        earliest=weighed.earliest,
        weight=weighed.weight,
        days=weighed.days,
        article=weighed.article,
        two_eyes=programme.terms.two_eyes or bool(newest and newest.definition.terms.two_eyes),
        members=before.members,
        unchanged=unchanged,
        refused=refuses(findings),
        regulation=regulation().version,
        findings=tuple(findings),
        changes=weighed.changes,
        differences=scope,
        rebates=rebates,
    )


def _begins(
    programme: Programme, before: Before, at: datetime, valid_from: datetime | None
) -> tuple[datetime, Weighed]:
    latest = before.latest_start()
    begins = valid_from or (at if latest is None else max(at, latest))
    weighed = _weighed(programme, before, at, begins)
    for _ in range(TURNS):
        if valid_from is not None or weighed.earliest <= begins:
            break
        begins = weighed.earliest
        weighed = _weighed(programme, before, at, begins)
    return begins, weighed


def _weighed(programme: Programme, before: Before, at: datetime, begins: datetime) -> Weighed:
    base, announced = standing(before, begins, at, programme)
    return weigh(
        base[1] if base else None,
        programme,
        published_at=at,
        valid_from=max(begins, at),
        members=before.members,
        law=regulation(),
        announced=announced,
    )


def standing(
    before: Before, begins: datetime, at: datetime, like: Programme
) -> tuple[tuple[int, Programme] | None, Programme | None]:
    """The version in force just before an instant, and the one that was to hold from that very instant.

    at: now; what holds already by then is in force, also where it began at that very instant.

    Rules that were published without a programme promise as much: they are taken for one, with the terms of
    the new one, since nothing is known of theirs.
    """
    earlier = [one for one in before.publications if one.valid_from < begins or one.valid_from <= at]
    same = [one for one in before.publications if one.valid_from == begins and one.valid_from > at]
    announced = same[-1].definition if same else None
    if earlier:
        return (earlier[-1].version, earlier[-1].definition), announced
    program = before.program
    rules = [one for one in program.rules if one.since < begins or one.since <= at] if program else []
    if program is None or not rules or any(one.version == rules[-1].version for one in before.publications):
        return None, announced
    return (rules[-1].version, _unwritten(program, rules[-1].definition, like)), announced


def _unwritten(program: Program, rules: RuleSet, like: Programme) -> Programme:
    """What was set up piece by piece, as a programme."""
    stores: dict[str, list[StorePlan]] = {}
    for store in program.stores.values():
        stores.setdefault(store.merchant.code, []).append(StorePlan(code=store.code, name=store.name))
    return Programme(
        code=program.code,
        name=program.name,
        zone=program.zone,
        units=tuple(
            UnitPlan(code=one.code, name=one.name, offset_points=one.offset_points, offset_fen=one.offset_fen)
            for one in program.units.values()
        ),
        merchants=tuple(
            MerchantPlan(
                code=one.code,
                name=one.name,
                charity=one.charity,
                stores=tuple(stores.get(one.code, ())),
                contracts=contracts_of(one),
            )
            for one in program.merchants.values()
        ),
        terms=msgspec.structs.replace(like.terms, closes_on=None),
        rules=rules,
        authorities=like.authorities,
        eligibility_export=like.eligibility_export,
    )


def _not_retroactive(before: Before, begins: datetime, at: datetime) -> Iterator[Finding]:
    """The very first may begin in the past, since nothing was promised then."""
    latest = before.latest_start()
    if latest is not None and begins < max(at, latest):
        earliest = max(at, latest)
        yield Finding(
            code="retroactive",
            path="valid_from",
            what=f"it would hold from {begins.isoformat()}, which is before {earliest.isoformat()}",
            remedy="what was promised for then stays: choose that instant or a later one",
            source=regulation().principle("stamped").article,
        )


def _compared(before: Before, base: tuple[int, Programme] | None) -> str:
    if before.offline:
        return "nothing: there is no installation here to compare with"
    if before.program is None:
        return "nothing: there is no such programme yet"
    if base is None:
        return "nothing: nothing was published before that instant"
    return f"version {base[0]}"

"""Publishing: a programme's new version with all that it sets up, in one transaction."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.messages.events import MessageRefused
from jifen.messages.outbox import put_to_all
from jifen.messages.templates import publish as publish_messages
from jifen.parties.catalog import Catalog, Conflict, stock_id
from jifen.parties.programs import Merchant, Program
from jifen.programs.changes import ends_at
from jifen.programs.checking import checked, rebates
from jifen.programs.definition import ContractPlan, MerchantPlan, Programme
from jifen.programs.findings import refuses
from jifen.programs.planning import Before, Plan, planned
from jifen.programs.publications import Publication, canonical, hashed, publications
from jifen.programs.regulation import regulation
from jifen.programs.terms.summary import summary
from jifen.programs.terms.writing import written
from jifen.rules.definition import RuleSet, Worth
from jifen.store.queries import q
from jifen.values.ids import MerchantId, ProgramId, cell_of, hashed_id, new_id
from jifen.values.periods import local_day

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

TOLD: dict[str, bool] = {"neutral": False, "offer": False}
"""Classes of which members are not told one by one."""

_encode = msgspec.json.Encoder().encode


class Refused(Exception):
    """A programme that may not be published, with the plan that says why."""

    def __init__(self, plan: Plan) -> None:
        errors = [finding for finding in plan.findings if finding.severity == "error"]
        super().__init__(f"the programme {plan.code!r} is refused: {errors[0]}")
        self.plan = plan


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What applying did. publication: the version; changed: False, everything was so already.

    proposal: somebody else has to approve it first, and nothing was published. told: members with a notice.
    """

    plan: Plan
    changed: bool
    version: int = 0
    proposal: str = ""
    told: int = 0


def rules_of(programme: Programme) -> RuleSet:
    """The rules as they are stored and run: with the ends and the worths that follow from the programme."""
    leavings = {
        merchant.code: at
        for merchant in programme.merchants
        if (at := ends_at(merchant.leaves_on, programme.zone)) is not None
    }
    return msgspec.structs.replace(
        programme.rules,
        closes_at=ends_at(programme.terms.closes_on, programme.zone),
        leavings=leavings,
        worths={unit.code: Worth(unit.offset_points, unit.offset_fen) for unit in programme.units},
    )


async def what_stands(pool: asyncpg.Pool, catalog: Catalog, code: str) -> Before:
    """What there is of a programme."""
    program = await catalog.by_code(code)
    if program is None:
        return Before()
    return Before(
        program=program,
        publications=await publications(pool, program.id),
        members=await pool.fetchval(q("programme_members"), program.id),
    )


def plan_of(programme: Programme, before: Before, at: datetime, valid_from: datetime | None) -> Plan:
    """The plan with all that is checked."""
    at = at.astimezone(UTC)
    # The zone may be none, which is among the findings; which day the guard looks from matters little then.
    found = checked(programme, at.date() if before.program is None else local_day(at, before.program.zone))
    gives = () if refuses(found) else rebates(programme)
    return planned(programme, before, at, _utc(valid_from), found, gives)


class Publisher:
    """Publishes programmes. `at` is the programme's own time, `author` who does it."""

    def __init__(self, pool: asyncpg.Pool, catalog: Catalog) -> None:
        self.pool = pool
        self.catalog = catalog

    async def plan(self, programme: Programme, at: datetime, valid_from: datetime | None = None) -> Plan:
        """What publishing would do; nothing is changed."""
        before = await what_stands(self.pool, self.catalog, programme.code)
        # The guard searches for up to seconds, and others want answers meanwhile.
        return await asyncio.to_thread(plan_of, programme, before, at, valid_from)

    async def publish(
        self,
        programme: Programme,
        author: str,
        at: datetime,
        valid_from: datetime | None = None,
        *,
        approver: str | None = None,
        withdraws: int | None = None,
    ) -> Applied:
        """Publish a programme, all of it or nothing. A programme as it is published already changes nothing.

        Raises:
            Refused: an error was found.
            Conflict: somebody else published meanwhile.
        """
        at = at.astimezone(UTC)
        before = await what_stands(self.pool, self.catalog, programme.code)
        plan = await asyncio.to_thread(plan_of, programme, before, at, valid_from)
        if plan.refused:
            raise Refused(plan)
        if plan.unchanged:
            return Applied(plan=plan, changed=False, version=plan.version)
        try:
            async with self.pool.acquire() as conn, conn.transaction():
                program = await _program(conn, programme, before.program, at)
                await _parties(conn, programme, before.program, program)
                await _budgets(conn, programme, before.publications, program)
                made = _publication(programme, plan, before, author, approver, withdraws)
                rules = _encode(rules_of(programme)).decode()
                await conn.execute(
                    q("rule_set_add"), program, made.version, made.valid_from, made.published_at, rules
                )
                await _store(conn, program, made)
                await publish_messages(conn, program, programme.messages, made.valid_from)
                told = await _notices(conn, program, _base(before, plan), made)
                await conn.execute(q("program_revise"), program)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict(
                "version",
                f"version {plan.version} was published by someone else meanwhile: plan and apply again",
            ) from taken
        except MessageRefused as refused:
            raise Conflict(f"messages.{refused.field}", str(refused)) from refused
        await self.catalog.refresh(program)
        return Applied(plan=plan, changed=True, version=made.version, told=told)


def _utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


async def _program(conn: Connection, programme: Programme, known: Program | None, at: datetime) -> ProgramId:
    if known is not None:
        if known.name != programme.name:
            await conn.execute(q("programme_name"), known.id, programme.name)
        return known.id
    made = ProgramId(new_id(int(at.timestamp() * 1000)))
    await conn.execute(q("program_add"), made, programme.code, programme.name, programme.zone, at)
    return made


async def _parties(conn: Connection, programme: Programme, known: Program | None, program: ProgramId) -> None:
    """Units, merchants, contracts, stores and authorities: what is new, and names that changed."""
    units = known.units if known else {}
    for unit in programme.units:
        if unit.code not in units:
            await conn.execute(
                q("unit_add"), program, unit.code, unit.name, unit.offset_points, unit.offset_fen
            )
        elif units[unit.code].name != unit.name:
            await conn.execute(q("programme_unit_name"), program, unit.code, unit.name)
    merchants = known.merchants if known else {}
    stores = known.stores if known else {}
    for merchant in programme.merchants:
        whose = await _merchant(conn, program, merchant, merchants.get(merchant.code))
        for store in merchant.stores:
            if store.code not in stores:
                made = hashed_id("store", str(program), store.code)
                await conn.execute(q("store_add"), program, made, whose, store.code, store.name)
            elif stores[store.code].name != store.name:
                await conn.execute(q("programme_store_name"), program, store.code, store.name)
    named = {authority.code for authority in programme.authorities}
    for authority in programme.authorities:
        key = _encode(authority.key).decode()
        await conn.execute(
            q("authority_set"), program, authority.code, authority.name, key, list(authority.grants)
        )
    for gone in (known.authorities if known else {}).values():
        if gone.code not in named:
            await conn.execute(q("authority_set"), program, gone.code, gone.name, gone.key, [])


async def _merchant(
    conn: Connection, program: ProgramId, plan: MerchantPlan, known: Merchant | None
) -> MerchantId:
    if known is None:
        made = MerchantId(hashed_id("merchant", str(program), plan.code))
        since = plan.contracts[0].valid_from if plan.contracts else datetime.fromtimestamp(0, UTC)
        await conn.execute(q("merchant_add"), program, made, plan.code, plan.name, plan.charity, since)
    else:
        made = known.id
        if known.name != plan.name:
            await conn.execute(q("programme_merchant_name"), program, plan.code, plan.name)
    agreed = len(known.contracts) if known else 0
    for version, contract in enumerate(plan.contracts[agreed:], agreed + 1):
        await conn.execute(q("contract_add"), program, made, version, *_terms_of(contract))
    return made


def _terms_of(contract: ContractPlan) -> tuple[datetime, int, int, int, int]:
    return (
        contract.valid_from.astimezone(UTC),
        contract.issue_fen_per_100,
        contract.reimburse_fen_per_100,
        contract.fee_permille,
        contract.payment_days,
    )


async def _budgets(
    conn: Connection, programme: Programme, before: tuple[Publication, ...], program: ProgramId
) -> None:
    """What a budget has more than any version gave it before is added to what is left of it."""
    for budget in programme.rules.budgets:
        given = [
            other.points
            for one in before
            for other in one.definition.rules.budgets
            if other.code == budget.code
        ]
        more = budget.points - max(given, default=0)
        if more > 0:
            code = f"budget:{budget.code}"
            stock = stock_id(program, code)
            await conn.execute(q("stock_add"), cell_of(stock), stock, program, code, more)


def _publication(
    programme: Programme, plan: Plan, before: Before, author: str, approver: str | None, withdraws: int | None
) -> Publication:
    terms = written(programme, regulation(), local_day(plan.at, programme.zone))
    told = TOLD.get(plan.weight, True) or withdraws is not None
    return Publication(
        version=plan.version,
        valid_from=plan.valid_from,
        published_at=plan.at,
        author=author,
        approver=approver,
        weight=plan.weight,
        notice_days=plan.days,
        regulation=plan.regulation,
        definition=programme,
        definition_hash=hashed(programme),
        changes=plan.changes,
        terms_zh=terms.zh,
        terms_en=terms.en,
        terms_hash=terms.hash,
        notice_key=f"terms:{plan.version}" if told and before.members else "",
        withdraws=withdraws,
    )


async def _store(conn: Connection, program: ProgramId, made: Publication) -> None:
    await conn.execute(
        q("publication_add"),
        program,
        made.version,
        made.valid_from,
        made.published_at,
        made.author,
        made.approver,
        made.weight,
        made.notice_days,
        made.regulation,
        canonical(made.definition).decode(),
        made.definition_hash,
        _encode(made.changes).decode(),
        made.terms_zh,
        made.terms_en,
        made.terms_hash,
        made.notice_key,
        made.withdraws,
    )


def _base(before: Before, plan: Plan) -> Programme | None:
    return next((one.definition for one in before.publications if one.version == plan.base), None)


async def _notices(conn: Connection, program: ProgramId, old: Programme | None, made: Publication) -> int:
    """Tell every member of what changes, with the hash of the text, in the commit that changes it."""
    if not made.notice_key:
        return 0
    fields = {
        "version": str(made.version),
        "date": str(local_day(made.valid_from, made.definition.zone)),
        "summary": summary(old, made.definition, made.changes, made.withdraws),
        "text_hash": made.terms_hash.hex(),
    }
    return await put_to_all(
        conn, program, "terms_changed", "service", made.notice_key, fields, made.published_at
    )

"""The catalog: programmes read once and kept until their revision grows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import asyncpg
import msgspec

from jifen.parties.programs import Authority, Contract, Evidence, Merchant, Outage, Program, Store, Unit
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import RuleSet
from jifen.store.queries import q
from jifen.values.ids import Id, MerchantId, ProgramId, cell_of, hashed_id, new_id
from jifen.values.periods import zone

RuleRow = tuple[int, datetime, str, str]
"""A rule set as it was read: its version, since when, the definition's text, and the programme's zone."""


class Conflict(Exception):
    """Something of that name exists already, or may not be changed; says the field and the remedy."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class Catalog:
    """Programmes as they are in the database. Every change goes through here and lifts the revision."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._programs: dict[ProgramId, Program] = {}
        self._rules: dict[ProgramId, dict[RuleRow, CompiledRules]] = {}

    async def program(self, program: ProgramId) -> Program:
        """The programme as last read. The engine refreshes it when a batch finds a later revision."""
        found = self._programs.get(program)
        return found if found is not None else await self.refresh(program)

    async def refresh(self, program: ProgramId) -> Program:
        """Read a programme again.

        Raises:
            LookupError: there is no such programme.
        """
        async with self._pool.acquire() as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            row = await conn.fetchrow(q("program_load"), program)
            if row is None:
                raise LookupError(f"there is no programme {program}: create it with `jifen program add`")
            units = [Unit(*unit) for unit in await conn.fetch(q("units_load"), program)]
            contracts: dict[MerchantId, list[Contract]] = {}
            for merchant, *terms in await conn.fetch(q("contracts_load"), program):
                contracts.setdefault(merchant, []).append(Contract(*terms))
            merchants = [
                Merchant(found, code, name, charity, tuple(contracts.get(found, ())))
                for found, code, name, charity in await conn.fetch(q("merchants_load"), program)
            ]
            by_id = {merchant.id: merchant for merchant in merchants}
            stores = [
                Store(code, name, by_id[merchant])
                for code, name, merchant in await conn.fetch(q("stores_load"), program)
            ]
            rules = self._compiled(program, row["zone"], await conn.fetch(q("rule_sets_load"), program))
            evidence = [Evidence(*row) for row in await conn.fetch(q("evidence_load"), program)]
            authorities = [
                Authority(code, name, key, tuple(grants))
                for code, name, key, grants in await conn.fetch(q("authorities_load"), program)
            ]
            outages = tuple([Outage(*row) for row in await conn.fetch(q("outages_load"), program)])
        made = Program(
            program,
            row["code"],
            row["name"],
            row["zone"],
            row["test_clock"],
            row["revision"],
            {unit.code: unit for unit in units},
            {merchant.code: merchant for merchant in merchants},
            by_id,
            {store.code: store for store in stores},
            rules,
            {one.code: one for one in evidence},
            {one.code: one for one in authorities},
            outages,
        )
        # A reading that took longer than a later one must not undo it.
        known = self._programs.get(program)
        if known is not None and known.revision > made.revision:
            return known
        self._programs[program] = made
        return made

    def _compiled(
        self, program: ProgramId, zone_name: str, rows: Sequence[asyncpg.Record]
    ) -> tuple[CompiledRules, ...]:
        """The rule sets ready to run: those that read as before are kept with what they know."""
        before = self._rules.get(program, {})
        now: dict[RuleRow, CompiledRules] = {}
        for version, since, definition in rows:
            read: RuleRow = (version, since, definition, zone_name)
            now[read] = before.get(read) or CompiledRules(
                msgspec.json.decode(definition, type=RuleSet), version, since, zone_name
            )
        self._rules[program] = now
        return tuple(now.values())

    async def by_code(self, code: str) -> Program | None:
        """The programme of that code, freshly read; None: there is none."""
        async with self._pool.acquire() as conn:
            found = await conn.fetchval(q("program_by_code"), code)
        return None if found is None else await self.refresh(found)

    async def add_program(self, code: str, name: str, zone_name: str, at: datetime) -> Program:
        """Create a programme.

        Raises:
            Conflict: the code is taken, or there is no such zone.
        """
        try:
            zone(zone_name)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise Conflict(
                "zone", f"there is no time zone {zone_name!r}: use an IANA name such as Asia/Shanghai"
            ) from unknown
        program = ProgramId(new_id(int(at.timestamp() * 1000)))
        try:
            await self._pool.execute(q("program_add"), program, code, name, zone_name, at)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("code", f"the programme {code!r} exists already: choose another code") from taken
        return await self.refresh(program)

    async def _change(
        self, program: ProgramId, query: str, field: str, sentence: str, *values: Any
    ) -> Program:
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(q("program_revise"), program)
                await conn.execute(q(query), program, *values)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict(field, sentence) from taken
        return await self.refresh(program)

    async def add_unit(self, program: ProgramId, unit: Unit) -> Program:
        """Add a kind of points, with what it is worth at the till."""
        said = f"the unit {unit.code!r} exists already: its worth is stamped on lots, so add another unit"
        return await self._change(
            program, "unit_add", "code", said, unit.code, unit.name, unit.offset_points, unit.offset_fen
        )

    async def add_merchant(
        self, program: ProgramId, code: str, name: str, at: datetime, *, charity: bool = False
    ) -> Program:
        """Add a merchant."""
        merchant = MerchantId(hashed_id("merchant", str(program), code))
        said = f"the merchant {code!r} exists already: choose another code"
        return await self._change(program, "merchant_add", "code", said, merchant, code, name, charity, at)

    async def add_contract(self, program: ProgramId, merchant: MerchantId, contract: Contract) -> Program:
        """Put a contract with a merchant in force from an instant on."""
        said = (
            f"the contract version {contract.version} exists already: contracts are not changed, add the next"
        )
        return await self._change(
            program, "contract_add", "version", said, merchant, *msgspec.structs.astuple(contract)
        )

    async def add_store(self, program: ProgramId, merchant: MerchantId, code: str, name: str) -> Program:
        """Add a store of a merchant."""
        store = hashed_id("store", str(program), code)
        said = f"the store {code!r} exists already: choose another code"
        return await self._change(program, "store_add", "code", said, store, merchant, code, name)

    async def add_stores(self, program: ProgramId, stores: Sequence[tuple[MerchantId, str, str]]) -> Program:
        """Add many stores, each (merchant, code, name), at one revision.

        Raises:
            Conflict: a code is taken; then none was added.
        """
        rows = [
            (program, hashed_id("store", str(program), code), merchant, code, name)
            for merchant, code, name in stores
        ]
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(q("program_revise"), program)
                await conn.executemany(q("store_add"), rows)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("code", "a store of these codes exists already: leave it out") from taken
        return await self.refresh(program)

    async def add_evidence(self, program: ProgramId, evidence: Evidence) -> Program:
        """Make a proof of green goods known.

        Raises:
            Conflict: the code is known already; evidence is not changed, only withdrawn.
        """
        said = f"the evidence {evidence.code!r} is known already: withdraw it, or name another"
        values = msgspec.structs.astuple(evidence)[:5]
        return await self._change(program, "evidence_add", "code", said, *values)

    async def add_all_evidence(self, program: ProgramId, evidence: Sequence[Evidence]) -> Program:
        """Make many proofs known at one revision.

        Raises:
            Conflict: a code is known already; then none was added.
        """
        rows = [(program, *msgspec.structs.astuple(one)[:5]) for one in evidence]
        try:
            async with self._pool.acquire() as conn, conn.transaction():
                await conn.execute(q("program_revise"), program)
                await conn.executemany(q("evidence_add"), rows)
        except asyncpg.UniqueViolationError as taken:
            raise Conflict("code", "evidence of these codes is known already: leave it out") from taken
        return await self.refresh(program)

    async def withdraw_evidence(self, program: ProgramId, code: str, at: datetime) -> Program:
        """From an instant on, evidence proves nothing any more; an earlier withdrawal stands."""
        return await self._change(program, "evidence_withdraw", "code", "", code, at)

    async def set_authority(self, program: ProgramId, authority: Authority) -> Program:
        """Make an authority known that signs credit tokens, or change its key."""
        values = msgspec.structs.astuple(authority)
        return await self._change(program, "authority_set", "code", "", *values[:3], list(authority.grants))

    async def declare_outage(self, program: ProgramId, outage: Outage) -> Program:
        """Make an outage known; from then on nothing lapses in it. One that is known stays as it was.

        Raises:
            Conflict: another one of the same merchant, or of the whole programme, was at the same time.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(q("program_revise"), program)
            rows = await conn.fetch(q("outages_load"), program)
            for known in [Outage(*row) for row in rows]:
                if known.id == outage.id:
                    break
                if known.merchant == outage.merchant and _overlap(known, outage):
                    raise Conflict(
                        "since",
                        f"an outage from {known.since.isoformat()} is declared already: close that one, or "
                        "name a time that is outside of it",
                    )
            else:
                values = msgspec.structs.astuple(outage)
                await conn.execute(q("outage_add"), program, *values)
        return await self.refresh(program)

    async def close_outage(
        self, program: ProgramId, outage: Id, until: datetime, at: datetime
    ) -> tuple[Program, bool]:
        """Say when an outage ended; whether it was open until now. An earlier end stands."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(q("program_revise"), program)
            closed = await conn.fetchval(q("outage_close"), program, outage, until, at)
        return await self.refresh(program), closed is not None

    async def publish(self, program: ProgramId, rules: RuleSet, valid_from: datetime, at: datetime) -> int:
        """Publish rules from an instant on; returns their version. Published versions are never changed.

        Raises:
            Conflict: they would begin before the newest published rules do.
        """
        current = await self.refresh(program)
        if current.rules and valid_from < current.rules[-1].since:
            raise Conflict(
                "valid_from",
                f"rules from {valid_from.isoformat()} would begin before version "
                f"{current.rules[-1].version} of "
                f"{current.rules[-1].since.isoformat()}: choose a later instant",
            )
        version = current.rules[-1].version + 1 if current.rules else 1
        text = msgspec.json.encode(rules).decode()
        said = f"version {version} was published by someone else meanwhile: look at it and publish again"
        await self._change(program, "rule_set_add", "version", said, version, valid_from, at, text)
        return version

    async def set_clock(self, program: ProgramId, test_clock: datetime | None) -> Program:
        """Set or remove the test clock of a programme."""
        return await self._change(program, "program_clock", "clock", "", test_clock)

    async def add_stock(
        self, program: ProgramId, code: str, count: int, once: tuple[str, str, datetime] | None = None
    ) -> None:
        """Add to what is there of a scarce thing, making it known where it is new.

        once: the source and the key under which it is added, and when; the same again adds nothing.

        Raises:
            Conflict: the key added something else.
        """
        stock = stock_id(program, code)
        async with self._pool.acquire() as conn, conn.transaction():
            if once is not None:
                source, key, at = once
                made = await conn.fetchval(
                    q("stock_addition_add"), program, source, key, code, count, at.astimezone(UTC)
                )
                if made is None:
                    known = await conn.fetchrow(q("stock_addition_get"), program, source, key)
                    assert known is not None
                    if (known["code"], known["count"]) != (code, count):
                        said = f"the key {key!r} added {known['count']} to {known['code']!r}: send another"
                        raise Conflict("key", said)
                    return
            await conn.execute(q("stock_add"), cell_of(stock), stock, program, code, count)


@lru_cache(maxsize=4096)
def stock_id(program: ProgramId, code: str) -> Id:
    """The id of a scarce thing of a programme."""
    return hashed_id("stock", str(program), code)


def _overlap(one: Outage, other: Outage) -> bool:
    """Whether two outages have an instant in common."""
    return (other.until is None or one.since <= other.until) and (
        one.until is None or other.since <= one.until
    )

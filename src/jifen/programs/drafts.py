"""Drafts: the next version while it is being written, as the texts of its files, whoever writes it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.definition import MerchantPlan, Programme, StorePlan
from jifen.programs.lasting import contracts_of
from jifen.programs.publications import publications
from jifen.programs.writing import files_of
from jifen.store.queries import q

_files = msgspec.json.Decoder(dict[str, str]).decode
_encode = msgspec.json.Encoder().encode


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A draft. base: the newest version when it was begun. files: texts by name, right or wrong.

    revision: grows with each saving. writers: everybody who saved it, who began it first.
    """

    base: int
    revision: int
    files: dict[str, str]
    writers: tuple[str, ...]
    begun_at: datetime
    saved_by: str
    saved_at: datetime


class Drafts:
    """Keeps one draft for each programme. Published versions are not touched by it."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    async def get(self, program: Program) -> Draft | None:
        """The draft of a programme; None: there is none."""
        row = await self.pool.fetchrow(q("draft_get"), program.id)
        return None if row is None else _read(row)

    async def the(self, program: Program) -> Draft:
        """The draft of a programme.

        Raises:
            Conflict: there is none.
        """
        found = await self.get(program)
        if found is None:
            raise Conflict("draft", "there is no draft: begin one from the published version")
        return found

    async def begin(
        self, program: Program, by: str, at: datetime, files: Mapping[str, str] | None = None
    ) -> Draft:
        """Begin a draft. files: its texts; None: those of the newest published version.

        Raises:
            Conflict: there is a draft already, or nothing was published to begin from.
        """
        versions = await publications(self.pool, program.id)
        if files is None:
            if not versions:
                raise Conflict("base", "nothing was published yet: send the files of the first version")
            files = files_of(completed(versions[-1].definition, program))
        at = at.astimezone(UTC)
        base = program.rules[-1].version if program.rules else 0
        text = _encode(dict(files)).decode()
        if await self.pool.fetchval(q("draft_begin"), program.id, base, text, by, at) is None:
            there = await self.the(program)
            raise Conflict(
                "begun",
                f"there is a draft already, last saved by {there.saved_by}: go on with it, or discard it",
            )
        return await self.the(program)

    async def save(
        self, program: Program, revision: int, files: Mapping[str, str], by: str, at: datetime
    ) -> Draft:
        """Save the texts of a draft, whether or not they can be read.

        Raises:
            Conflict: there is no draft, or it was saved by somebody meanwhile.
        """
        text = _encode(dict(files)).decode()
        at = at.astimezone(UTC)
        if await self.pool.fetchval(q("draft_save"), program.id, revision, text, by, at) is None:
            raise await self._moved(program, revision)
        return await self.the(program)

    async def discard(self, program: Program, revision: int) -> None:
        """Forget a draft.

        Raises:
            Conflict: there is no draft, or it was saved by somebody meanwhile.
        """
        if await self.pool.fetchval(q("draft_discard"), program.id, revision) is None:
            raise await self._moved(program, revision)

    async def _moved(self, program: Program, revision: int) -> Conflict:
        there = await self.the(program)
        return Conflict(
            "revision",
            f"the draft was saved by {there.saved_by} meanwhile, it is at revision {there.revision} and not "
            f"{revision}: look at what it is now, and change that",
        )


def completed(programme: Programme, program: Program, published: Programme | None = None) -> Programme:
    """A definition with the merchants, stores and contracts that were set up beside it since.

    published: what it is to follow; what was there is not put back where it was taken away.
    """
    written = {merchant.code: merchant for merchant in programme.merchants}
    before = {one.code: one for one in published.merchants} if published else {}
    kept = {store.code for one in before.values() for store in one.stores}
    for known in program.merchants.values():
        plan = written.get(known.code)
        if plan is None and known.code in before:
            continue
        if plan is None:
            plan = MerchantPlan(code=known.code, name=known.name, charity=known.charity)
        stores = {store.code for store in plan.stores}
        more = tuple(
            StorePlan(code=store.code, name=store.name)
            for store in program.stores.values()
            if store.merchant.code == known.code and store.code not in stores | kept
        )
        was = len(before[known.code].contracts) if known.code in before else 0
        since = contracts_of(known)[len(plan.contracts) :] if len(plan.contracts) >= was else ()
        written[known.code] = msgspec.structs.replace(
            plan, stores=(*plan.stores, *more), contracts=(*plan.contracts, *since)
        )
    return msgspec.structs.replace(programme, merchants=tuple(written.values()))


def _read(row: Any) -> Draft:
    return Draft(**{**row, "files": _files(row["files"]), "writers": tuple(row["writers"])})

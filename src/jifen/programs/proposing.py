"""Two eyes: who wrote a version proposes it, and somebody else approves it before it is published."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from jifen.parties.catalog import Conflict
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.planning import Plan
from jifen.programs.publishing import Applied, Publisher, Refused
from jifen.store.queries import q
from jifen.values.ids import ProgramId, new_id

_programme = msgspec.json.Decoder(Programme).decode
_canonical = msgspec.json.Encoder(order="deterministic").encode


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A version that somebody wants published. base: the newest version when it was written.

    writers: who wrote it beside its author; none of them may approve it.
    valid_from None: as early as the law allows from its approval on, since notice counts from then.
    """

    id: UUID
    base: int
    author: str
    proposed_at: datetime
    valid_from: datetime | None
    definition: Programme
    state: Literal["waiting", "approved", "declined"]
    decided_by: str | None
    decided_at: datetime | None
    reason: str
    version: int | None
    writers: tuple[str, ...] = ()


class Proposals:
    """Applies programmes: at once, or by way of a proposal where two eyes are asked for."""

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self.pool = publisher.pool

    async def apply(
        self,
        programme: Programme,
        author: str,
        at: datetime,
        valid_from: datetime | None = None,
        writers: tuple[str, ...] = (),
    ) -> Applied:
        """Publish a programme, or propose it where the newest version or the new one asks for two eyes.

        writers: who wrote it beside the author.

        Raises:
            Refused: an error was found.
            Conflict: somebody else published meanwhile.
        """
        plan = await self.publisher.plan(programme, at, valid_from)
        if plan.refused:
            raise Refused(plan)
        if not plan.two_eyes or plan.unchanged:
            return await self.publisher.publish(programme, author, at, valid_from)
        return await self._propose(programme, plan, author, at, valid_from, writers)

    async def _propose(
        self,
        programme: Programme,
        plan: Plan,
        author: str,
        at: datetime,
        valid_from: datetime | None,
        writers: tuple[str, ...],
    ) -> Applied:
        at = at.astimezone(UTC)
        catalog = self.publisher.catalog
        program = await catalog.by_code(programme.code)
        if program is None:
            program = await catalog.add_program(programme.code, programme.name, programme.zone, at)
        made = new_id(int(at.timestamp() * 1000))
        text = _canonical(programme).decode()
        begins = None if valid_from is None else valid_from.astimezone(UTC)
        await self.pool.execute(
            q("publication_proposal_add"),
            program.id,
            made,
            newest_of(program),
            author,
            at,
            begins,
            text,
            [one for one in writers if one != author],
        )
        return Applied(plan=plan, changed=False, proposal=str(made))

    async def listed(self, program: ProgramId, *, decided: bool = False) -> tuple[Proposal, ...]:
        """The proposals that wait, newest first; with `decided` all."""
        rows = await self.pool.fetch(q("publication_proposals"), program, decided)
        return tuple(_read(row) for row in rows)

    async def approve(self, program: Program, proposal: UUID, approver: str, at: datetime) -> Applied:
        """Publish what somebody else proposed; notice counts from now on.

        Raises:
            Conflict: there is no such proposal, it is one's own or decided already, or another version came.
            Refused: by now an error is found.
        """
        found = await self._waiting(program, proposal)
        if approver in (found.author, *found.writers):
            raise Conflict("approver", f"{approver!r} wrote this version: somebody else has to approve it")
        if found.base != newest_of(program):
            raise Conflict(
                "base",
                f"it was proposed against version {found.base}, and version {newest_of(program)} was "
                "published since: propose it again",
            )
        at = at.astimezone(UTC)
        done = await self.publisher.publish(
            found.definition, found.author, at, found.valid_from, approver=approver
        )
        if done.changed:
            await self._decide(program.id, proposal, "approved", approver, at, "", done.version)
        return done

    async def decline(self, program: Program, proposal: UUID, by: str, at: datetime, reason: str) -> Proposal:
        """Say no to a proposal, with a reason; its author may take it back the same way.

        Raises:
            Conflict: there is no such proposal, it was decided already, or there is no reason.
        """
        if not reason.strip():
            raise Conflict("reason", "there is no reason: say why, so that the author can mend it")
        await self._waiting(program, proposal)
        await self._decide(program.id, proposal, "declined", by, at.astimezone(UTC), reason, None)
        return _read(await self.pool.fetchrow(q("publication_proposal_by_id"), program.id, proposal))

    async def _waiting(self, program: Program, proposal: UUID) -> Proposal:
        row = await self.pool.fetchrow(q("publication_proposal_by_id"), program.id, proposal)
        if row is None:
            raise Conflict("proposal", f"there is no proposal {proposal}: list them to find its id")
        found = _read(row)
        if found.state != "waiting":
            raise Conflict(
                "decided", f"the proposal was {found.state} by {found.decided_by} already: propose anew"
            )
        return found

    async def _decide(
        self,
        program: ProgramId,
        proposal: UUID,
        state: str,
        by: str,
        at: datetime,
        reason: str,
        version: int | None,
    ) -> None:
        await self.pool.execute(
            q("publication_proposal_decide"), program, proposal, state, by, at, reason, version
        )


def newest_of(program: Program) -> int:
    """The newest version of a programme's rules; 0: there is none."""
    return program.rules[-1].version if program.rules else 0


def _read(row: Any) -> Proposal:
    return Proposal(**{**row, "definition": _programme(row["definition"]), "writers": tuple(row["writers"])})

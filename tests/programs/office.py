"""Who publishes in a story: what is there, and short words for what is done and read."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.engine.command import Receipt
from jifen.engine.engine import Engine
from jifen.events.earning import Earning
from jifen.parties.catalog import Catalog
from jifen.parties.members import Members
from jifen.parties.programs import Program
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.proposing import Proposals
from jifen.programs.publications import Publication, publications
from jifen.programs.publishing import Applied, Publisher, Refused

from .villages import NOW


class Office(msgspec.Struct):
    """An installation."""

    pool: asyncpg.Pool
    catalog: Catalog
    members: Members
    publisher: Publisher
    proposals: Proposals

    async def publish(
        self, programme: Programme, at: datetime = NOW, valid_from: datetime | None = None
    ) -> Applied:
        """Publish as ann."""
        return await self.publisher.publish(programme, "ann", at, valid_from)

    async def refused(
        self, programme: Programme, at: datetime = NOW, valid_from: datetime | None = None
    ) -> list[Finding]:
        """The errors for which it is refused; nothing may have changed by asking."""
        before = await self.rows()
        try:
            await self.publish(programme, at, valid_from)
        except Refused as refused:
            assert await self.rows() == before
            return [one for one in refused.plan.findings if one.severity == "error"]
        raise AssertionError("it was published")

    async def rows(self) -> tuple[Any, ...]:
        """Counts and sums over all that publishing may write."""
        row = await self.pool.fetchrow(
            "SELECT (SELECT count(*) FROM program), (SELECT coalesce(sum(revision), 0) FROM program), "
            "(SELECT count(*) FROM unit), (SELECT count(*) FROM merchant), (SELECT count(*) FROM contract), "
            "(SELECT count(*) FROM store), (SELECT count(*) FROM rule_set), "
            "(SELECT count(*) FROM publication), (SELECT count(*) FROM message_plan), "
            "(SELECT count(*) FROM message), "
            "(SELECT coalesce(sum(remaining), 0) FROM stock), (SELECT count(*) FROM authority)"
        )
        assert row is not None
        return tuple(row)

    async def program(self, code: str = "village") -> Program:
        """The programme, freshly read."""
        found = await self.catalog.by_code(code)
        assert found is not None
        return found

    async def versions(self, code: str = "village") -> tuple[Publication, ...]:
        """All that was published."""
        return await publications(self.pool, (await self.program(code)).id)

    async def enrol(self, *numbers: str) -> None:
        """Members of the village."""
        program = await self.program()
        await self.members.enrol_all(program.id, numbers, datetime(2026, 2, 1, tzinfo=UTC))

    async def buy(
        self, engine: Engine, number: str, fen: int, at: datetime, store: str = "shop-1"
    ) -> Receipt:
        """A purchase of a member."""
        program = await self.program()
        wallet = (await self.members.wallets(program.id, [number]))[number]
        answer = await engine.submit(
            Earning(
                program=program.id,
                source="till",
                key=f"{number}:{at.isoformat()}:{store}",
                wallet=wallet,
                occurred_at=at,
                recorded_at=at,
                content=b'{"amount":%d}' % fen,
                store=program.stores[store],
                amount=fen,
            )
        )
        assert isinstance(answer, Receipt), answer
        return answer

    async def lots(self, number: str) -> list[tuple[int, str, str]]:
        """A member's lots: points, what a hundred are worth, and the instant of expiry."""
        program = await self.program()
        wallet = (await self.members.wallets(program.id, [number]))[number]
        rows = await self.pool.fetch(
            "SELECT l.remaining, s.offset_points, s.offset_fen, s.expires_at FROM lot l "
            "JOIN series s ON s.id = l.series WHERE l.wallet = $1 ORDER BY s.expires_at, s.terms",
            wallet,
        )
        return [
            (row["remaining"], f"{row['offset_points']}:{row['offset_fen']}", f"{row['expires_at']:%Y-%m-%d}")
            for row in rows
        ]

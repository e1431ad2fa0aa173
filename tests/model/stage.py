"""Where the machine plays: a loop of its own, two processes on one database, a programme for each run."""

import asyncio
import itertools
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar
from uuid import UUID

from jifen.books.series import series_of
from jifen.engine.command import Answer, Command
from jifen.parties.members import Members
from jifen.parties.programs import Program
from jifen.parties.secrets import Vault
from jifen.rules.definition import RuleSet
from jifen.values.ids import NOBODY, MerchantId
from tests.engine.orders import Orders
from tests.engine.town import BEFORE, Process, found, process
from tests.model.model import OPERATOR, Traits

T = TypeVar("T")


class Stage:
    """Two processes on one database, driven from code that knows no await."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._stack = AsyncExitStack()
        self._numbers = itertools.count(1)
        self.processes = self.run(self._open(dsn))

    async def _open(self, dsn: str) -> list[Process]:
        return [await self._stack.enter_async_context(process(dsn, connections=3)) for _ in range(2)]

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for what can only be awaited; the engines run meanwhile."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Close the engines and the pools."""
        self.run(self._stack.aclose())
        self._runner.close()

    def found(self, rules: RuleSet) -> Orders:
        """A programme with three members and a pool, of whom ann and bob are a family."""
        return self.run(self._found(f"play-{next(self._numbers)}", rules))

    async def _found(self, code: str, rules: RuleSet) -> Orders:
        here = self.processes[0]
        program = await found(here.catalog, code, rules)
        members = Members(here.pool, Vault(b"0" * 32))
        await members.enrol_all(program.id, ("ann", "bob", "cid"), BEFORE)
        wallets = await members.wallets(program.id, ("ann", "bob", "cid"))
        wallets["home"] = await members.open_household(
            program.id, "home", [wallets["ann"], wallets["bob"]], BEFORE
        )
        return Orders(program, wallets)

    def submit(self, commands: list[Command], through: int) -> list[Answer | BaseException]:
        """Hand commands to one of the processes."""
        return self.run(self.processes[through].engine.submit_all(commands))

    def fetch(self, query: str, *arguments: Any) -> list[Any]:
        """Rows, as stored."""
        rows: list[Any] = self.run(self.processes[0].pool.fetch(query, *arguments))
        return rows


class Names:
    """The ids behind the names that the model uses."""

    def __init__(self, orders: Orders) -> None:
        self.program: Program = orders.program
        self.wallets = orders.wallets

    def party(self, name: str) -> UUID:
        """A merchant, the operator, a wallet, or nobody."""
        if not name:
            return NOBODY
        if name == OPERATOR:
            return self.program.operator
        merchant = self.program.merchants.get(name)
        return merchant.id if merchant else self.wallets[name]

    def series(self, traits: Traits) -> UUID:
        """The id of a series, which is the hash of its traits."""
        unit = self.program.units[traits.unit]
        return series_of(
            self.program.id,
            traits.unit,
            MerchantId(self.party(traits.issuer)),
            self.party(traits.funder),
            traits.contract,
            traits.terms,
            (unit.offset_points, unit.offset_fen),
            traits.matures,
            traits.expires,
            traits.idle,
            None if traits.origin is None else self.series(traits.origin),
        ).id

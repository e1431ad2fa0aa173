"""Where the machine plays: an application on a database, a programme for each game, asked as tills ask."""

import asyncio
import itertools
import secrets
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any, TypeVar

from litestar import Litestar

from jifen.api.app import create_app
from jifen.api.house import House
from jifen.api.settings import Settings
from jifen.jobs.holds import lapse_due
from jifen.jobs.verify import verify
from jifen.parties.programs import Contract, Program, Unit
from tests.api.alliance import Caller, client_of, running
from tests.spending.lots import BEIJING
from tests.spending.sheets import Sheet, published
from tests.spending.world import HOMES, MEMBERS, MERCHANTS, STOCKS

T = TypeVar("T")

START = datetime(2026, 11, 2, 9, 0, tzinfo=BEIJING)
BEFORE = START - timedelta(days=1000)


class Market:
    """One application, driven from code that knows no await."""

    def __init__(self, dsn: str) -> None:
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._stack = AsyncExitStack()
        self._numbers = itertools.count(1)
        self.dsn = dsn
        self._app: Litestar = self.run(self._open(dsn))

    async def _open(self, dsn: str) -> Litestar:
        settings = Settings(database_url=dsn, secret="11" * 32, pool_size=4, lookout_s=3600)
        app = await self._stack.enter_async_context(running(create_app(settings)))
        self.client = await self._stack.enter_async_context(client_of(app))
        return app

    @property
    def house(self) -> House:
        """What the application's requests share."""
        house: House = self._app.state.house
        return house

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for what can only be awaited; the application runs meanwhile."""
        return self._runner.run(coroutine)

    def close(self) -> None:
        """Shut the application down."""
        self.run(self._stack.aclose())
        self._runner.close()

    def found(self, sheet: Sheet) -> "Stalls":
        """A programme of its own: merchants, stores, stocks, members and their households."""
        return self.run(self._found(sheet))

    async def _found(self, sheet: Sheet) -> "Stalls":
        house = self.house
        catalog = house.catalog
        code = f"market-{next(self._numbers)}-{secrets.token_hex(3)}"
        made = await catalog.add_program(code, code, "Asia/Shanghai", BEFORE)
        await catalog.add_unit(made.id, Unit("point", "积分", 100, 100))
        for name in MERCHANTS:
            merchant = (await catalog.add_merchant(made.id, name, name, BEFORE)).merchants[name]
            await catalog.add_contract(made.id, merchant.id, Contract(1, BEFORE, 100, 90, 10, 30))
            await catalog.add_store(made.id, merchant.id, name, name)
        for stock, count in STOCKS.items():
            await catalog.add_stock(made.id, stock, count)
        await catalog.publish(made.id, published(sheet), BEFORE, BEFORE)
        made = await catalog.set_clock(made.id, START)
        await house.members.enrol_all(made.id, list(MEMBERS), BEFORE)
        caller = Caller(self.client, await house.keys.make(made.id, None, "operator", START))
        for home, members in HOMES.items():
            await caller.done("/v1/households", number=home, members=list(members))
        wallets = await house.members.wallets(made.id, [*MEMBERS, *HOMES])
        return Stalls(self, made, caller, dict(wallets))

    def fetch(self, query: str, *arguments: Any) -> list[Any]:
        """Rows, as stored."""
        rows: list[Any] = self.run(self.house.pool.fetch(query, *arguments))
        return rows


class Stalls:
    """A programme in the market, and its operator."""

    def __init__(self, market: Market, program: Program, caller: Caller, wallets: dict[str, Any]) -> None:
        self.market = market
        self.program = program
        self.caller = caller
        self.wallets = wallets

    def ask(self, method: str, path: str, body: dict[str, Any] | None, key: str) -> tuple[int, Any]:
        """A request; its status and what is answered."""
        more = {} if body is None else {"json": body}
        headers = {"idempotency-key": key} if key else {}
        answer = self.market.run(self.caller.ask(method, path, headers=headers, **more))
        return answer.status_code, answer.json()

    def clock(self, at: datetime) -> None:
        """The programme's clock stands there from now on."""
        self.market.run(self.market.house.catalog.set_clock(self.program.id, at))

    def publish(self, sheet: Sheet, since: datetime, now: datetime) -> None:
        """Another sheet holds from an instant on."""
        self.market.run(self.market.house.catalog.publish(self.program.id, published(sheet), since, now))

    def lapse(self, now: datetime) -> None:
        """The run that lets holds lapse."""
        house = self.market.house

        async def run() -> None:
            program = await house.catalog.program(self.program.id)
            await lapse_due(house.pool, house.engine, program, now)

        self.market.run(run())

    def faults(self) -> list[str]:
        """What the proof of the programme's books finds."""
        report = self.market.run(verify(self.market.dsn, self.program.id))
        return [str(finding) for finding in report.findings]

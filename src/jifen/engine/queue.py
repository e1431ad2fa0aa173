"""The queue before the lanes: bounded, fair per wallet, and the place where batches form."""

import asyncio
from collections import deque
from collections.abc import Sequence

from jifen.engine.command import Answer, Busy, Closed, Command, entry_id
from jifen.values.ids import EntryId, WalletId

SCAN = 2048
"""How many waiting commands one collection looks at, so that one hot wallet cannot make it slow."""


class Call:
    """Several commands handed in together; done when each has its answer."""

    __slots__ = ("answers", "future", "left")

    def __init__(self, count: int, future: "asyncio.Future[None]") -> None:
        self.answers: list[Answer | BaseException | None] = [None] * count
        self.left = count
        self.future = future


class Ticket:
    """One command on its way, and where its answer goes."""

    __slots__ = ("call", "claim", "command", "index", "wallets")

    def __init__(self, command: Command, call: Call, index: int) -> None:
        self.command = command
        self.call = call
        self.index = index
        self.claim: EntryId = entry_id(command.program, command.source, command.key)
        self.wallets: tuple[WalletId, ...] = command.wallets

    @property
    def answered(self) -> bool:
        """Whether its caller has the answer."""
        return self.call.answers[self.index] is not None

    def answer(self, answer: Answer | BaseException) -> None:
        """Give the answer, once; later ones are ignored."""
        call = self.call
        if call.answers[self.index] is None:
            call.answers[self.index] = answer
            call.left -= 1
            if call.left == 0 and not call.future.done():
                call.future.set_result(None)


class Queue:
    """Commands that wait. A wallet in flight is left alone; order within a wallet is kept."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.closed = False
        self._waiting: deque[Ticket] = deque()
        self._busy: set[WalletId] = set()
        self._claims: set[EntryId] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._flying = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, commands: Sequence[Command]) -> Call:
        """Take commands in, all or none.

        Raises:
            Busy: the queue has no room for all of them.
            Closed: the engine is shutting down.
        """
        if self.closed:
            raise Closed("the engine is shutting down: send this again to another server, with the same key")
        if len(self._waiting) + len(commands) > self.most:
            raise Busy(len(self._waiting))
        call = Call(len(commands), asyncio.get_running_loop().create_future())
        if not commands:
            call.future.set_result(None)
            return call
        # A list first: a command that cannot be named raises before any of them is taken in.
        self._waiting.extend([Ticket(command, call, index) for index, command in enumerate(commands)])
        self._idle.clear()
        self._wake.set()
        return call

    async def collect(self, most: int) -> list[Ticket]:
        """Wait for commands that can fly, and take up to `most` of them; empty when closed and drained."""
        while True:
            if batch := self._take(most):
                self._flying += 1
                return batch
            if self.closed and not self._waiting:
                return []
            self._wake.clear()
            await self._wake.wait()

    def _take(self, most: int) -> list[Ticket]:
        batch: list[Ticket] = []
        passed: list[Ticket] = []
        here: set[WalletId] = set()
        blocked: set[WalletId] = set()
        claims: set[EntryId] = set()
        waiting, busy, flying = self._waiting, self._busy, self._claims
        for _ in range(min(SCAN, len(waiting))):
            ticket = waiting.popleft()
            fits = True
            for wallet in ticket.wallets:
                if wallet in busy or wallet in blocked or (wallet in here and ticket.command.looks_back):
                    fits = False
            if not fits or ticket.claim in claims or ticket.claim in flying:
                blocked.update(ticket.wallets)
                passed.append(ticket)
                continue
            here.update(ticket.wallets)
            claims.add(ticket.claim)
            batch.append(ticket)
            if len(batch) == most:
                break
        waiting.extendleft(reversed(passed))
        busy |= here
        flying |= claims
        return batch

    def landed(self, batch: Sequence[Ticket]) -> None:
        """The batch is answered: its wallets may fly again."""
        for ticket in batch:
            self._busy.difference_update(ticket.wallets)
            self._claims.discard(ticket.claim)
        self._flying -= 1
        if not self._flying and not self._waiting:
            self._idle.set()
        self._wake.set()

    async def drained(self) -> None:
        """Wait until nothing waits and nothing flies."""
        await self._idle.wait()

    def close(self) -> None:
        """Take nothing in from now on."""
        self.closed = True
        self._wake.set()

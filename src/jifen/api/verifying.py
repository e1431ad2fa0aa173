"""Proofs of the books: asked for here, made by the jobs beside the server, and read here."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.programme_bodies import Nothing
from jifen.api.reads import shown
from jifen.api.routing import Reply, Route
from jifen.store.queries import q
from jifen.values.ids import new_id

PAGE = 30


class CheckView(msgspec.Struct, frozen=True):
    """One check: what it proves, how much it looked at, how much of that was wrong."""

    name: str
    proves: str
    looked: int
    found: int
    seconds: float | None = None


class FindingView(msgspec.Struct, frozen=True):
    """One thing that is wrong: where, what is so, and what should be."""

    check: str
    wallet: str | None
    place: str
    so: str
    expected: str


class ProofView(msgspec.Struct, frozen=True, kw_only=True):
    """A proof; finished_at: null while it waits or runs."""

    id: UUID
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None = None
    clean: bool | None = None
    found: int | None = None
    seconds: float | None = None
    checks: tuple[CheckView, ...] = ()
    findings: tuple[FindingView, ...] = ()


class RootView(msgspec.Struct, frozen=True, kw_only=True):
    """The root over all heads of a day, in hex; entries: how many the day before had, where it is counted."""

    day: date
    root: str
    wallets: int
    taken_at: datetime
    entries: int | None


class ProofsView(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that waits or runs, the newest that are done, and the newest daily roots."""

    waiting: ProofView | None
    proofs: tuple[ProofView, ...]
    roots: tuple[RootView, ...]


class _Report(msgspec.Struct):
    seconds: float
    checks: tuple[CheckView, ...]
    findings: tuple[FindingView, ...]


_report = msgspec.json.Decoder(_Report).decode
_nothing = msgspec.json.Decoder(Nothing)
_encode = msgspec.json.Encoder().encode


async def ask(call: Call) -> Reply:
    """Ask for a proof; one that waits or runs already is answered as it is."""
    call.query()
    read(_nothing, await call.json())
    asking, pool = call.asking, call.house.pool
    made = new_id(int(datetime.now(UTC).timestamp() * 1000))
    await pool.execute(q("verification_ask"), asking.program.id, made, asking.owner.label, asking.now)
    row = await pool.fetchrow(q("verification_waiting"), asking.program.id)
    if row is None:
        return Reply(201, _encode(ProofView(id=made, asked_by=asking.owner.label, asked_at=asking.now)))
    return Reply(201, _encode(_view(row)))


async def proofs(call: Call) -> Reply:
    """The newest proofs and roots."""
    call.query()
    program, pool = call.asking.program.id, call.house.pool
    waiting = await pool.fetchrow(q("verification_waiting"), program)
    done = await pool.fetch(q("verification_newest"), program, 10)
    roots = await pool.fetch(q("verification_roots"), program, PAGE)
    return shown(
        ProofsView(
            waiting=None if waiting is None else _view(waiting),
            proofs=tuple(map(_view, done)),
            roots=tuple(
                RootView(
                    day=row["day"], root=row["root"].hex(), wallets=row["wallets"], taken_at=row["taken_at"],
                    entries=row["entries"],
                )
                for row in roots
            ),
        )
    )  # fmt: skip


def _view(row: Any) -> ProofView:
    asked = {field: row[field] for field in ("id", "asked_by", "asked_at")}
    if row["finished_at"] is None:
        return ProofView(**asked)
    report = _report(row["report"])
    return ProofView(
        **asked,
        finished_at=row["finished_at"],
        clean=row["findings"] == 0,
        found=row["findings"],
        seconds=report.seconds,
        checks=report.checks,
        findings=report.findings,
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/verifications",
        name="ask_verification",
        summary="Ask for a proof of the books, made beside the server",
        handle=ask,
        who="operator",
        body=Nothing,
        answer=ProofView,
        statuses=(201,),
    ),
    Route(
        method="GET",
        path="/v1/verifications",
        name="list_verifications",
        summary="The newest proofs of the books, and the daily roots",
        handle=proofs,
        who="operator",
        answer=ProofsView,
    ),
)

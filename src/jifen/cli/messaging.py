"""jifen outbox: what waits to be told, which letters are dead, and sending them again."""

import argparse
import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from jifen.cli.opening import folder_of, opened
from jifen.parties.catalog import Catalog
from jifen.parties.programs import Program
from jifen.store.queries import q
from jifen.values.ids import Id, parse_id

SHOWN = 50
"""Dead letters that are listed; the interface pages through all."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser(
        "outbox", help="what waits to be told, dead letters, and sending them again"
    )
    command.add_argument("--program", help="only the programme of this code")
    command.add_argument(
        "--retry", metavar="ID", help="send a dead letter again; all: every one that is listed"
    )
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_outbox)


def _outbox(asked: argparse.Namespace) -> int:
    if asked.retry and not asked.program:
        print("jifen: --retry needs --program, since it sends")
        return 2
    try:
        one = None if asked.retry in (None, "all") else parse_id(asked.retry)
    except ValueError:
        print(f"jifen: {asked.retry!r} is no id of a message: copy it from the list, or say all")
        return 2
    return asyncio.run(_run(asked, one))


async def _run(asked: argparse.Namespace, one: Id | None) -> int:
    async with opened(folder_of(asked.folder)) as at_hand:
        programs = await _programs(at_hand.pool, at_hand.catalog, asked.program)
        if not programs:
            print(f"jifen: there is no programme {asked.program!r}" if asked.program else "no programmes yet")
            return 2 if asked.program else 0
        if asked.retry:
            (program,) = programs
            now = program.test_clock or datetime.now(UTC)
            again = await at_hand.pool.fetch(q("message_retry"), program.id, one, now)
            print(f"{len(again)} sent again")
            return 0 if again else 1
        found = [await _state(at_hand.pool, program) for program in programs]
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, default=str))
    else:
        _show(found)
    return 0


async def _programs(pool: asyncpg.Pool, catalog: Catalog, code: str | None) -> list[Program]:
    """The programme of a code, or all."""
    if code is not None:
        found = await catalog.by_code(code)
        return [] if found is None else [found]
    return [await catalog.program(row["id"]) for row in await pool.fetch(q("job_programs"))]


async def _state(pool: asyncpg.Pool, program: Program) -> dict[str, Any]:
    now = program.test_clock or datetime.now(UTC)
    counts = await pool.fetchrow(q("message_counts"), program.id, now)
    assert counts is not None
    dead = await pool.fetch(q("message_dead"), program.id, SHOWN)
    return {"program": program.code, **dict(counts.items()), "letters": [dict(row.items()) for row in dead]}


def _show(found: list[dict[str, Any]]) -> None:
    console = Console()
    for one in found:
        console.print(
            f"{one['program']}: {one['due']} due, {one['later']} for later, {one['dead']} dead letters"
        )
        if one["letters"]:
            table = Table("id", "member", "event", "put", "why")
            for row in one["letters"]:
                put_at = row["put_at"].isoformat(timespec="minutes")
                table.add_row(str(row["id"]), row["number"] or "—", row["event"], put_at, row["reason"])
            console.print(table)

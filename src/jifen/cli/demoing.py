"""jifen demo: an alliance, a year of real baskets through the real engine, and a server to look at it."""

import argparse
import asyncio
import json
import threading
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from jifen.cli.demo.dataset import TODAY
from jifen.cli.demo.desk import OPERATOR
from jifen.cli.demo.furnishing import CONNECTIONS, OldDemo, Script, found, furnish, script, settle, stage_of
from jifen.cli.demo.keyring import Keyring
from jifen.cli.demo.log_ins import LogIn, log_ins
from jifen.cli.demo.outcome import figures, say, shown
from jifen.cli.demo.printing import pass_on
from jifen.cli.opening import Opened, folder_of, opened
from jifen.cli.progress import bar
from jifen.cli.serving import Server, running
from jifen.jobs.verify import Report
from jifen.jobs.verifying import BY_ITSELF, ask, prove_asked
from jifen.parties.programs import Program

WIDTH_LEAST = 120
"""Columns that the table needs; a narrower terminal wraps it."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser("demo", help="an alliance with a year of real baskets")
    command.add_argument("--no-serve", action="store_true", help="end after the report")
    command.add_argument("--port", type=int, default=8400)
    command.add_argument("--days", type=int, default=0, help="only the last so many days (0: the year)")
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_demo)


def _demo(asked: argparse.Namespace) -> int:
    folder = folder_of(asked.folder) / "demo" if asked.folder is None else folder_of(asked.folder)
    console = Console(stderr=asked.json)
    console.width = max(console.width, WIDTH_LEAST)
    console.print("Reading the baskets …")
    made = script(asked.days)
    keyring = settle(folder)

    async def prepare() -> Program:
        async with opened(folder) as at_hand:
            return await found(at_hand, made, keyring)

    try:
        program = asyncio.run(prepare())
    except OldDemo as old:
        console.print(f"jifen: {folder}: {old}", style="red")
        return 1
    # The year's clock runs a thousand times too fast for jobs that look every ten seconds: what they did
    # would differ from run to run. So the replay itself expires, and the server for people has jobs again.
    with running(folder, folder / "server.log", jobs=False) as server:
        clean, people = asyncio.run(_replay(asked, folder, console, program, keyring, made, server))
    address = f"http://127.0.0.1:{asked.port}"
    if asked.no_serve:
        console.print(_who(people, address))
        _tell(console, keyring, address)
        return 0 if clean else 1
    with running(folder, folder / "server.log", port=asked.port) as server:
        console.print(_who(people, server.address))
        _tell(console, keyring, server.address)
        console.print("Ctrl-C ends the server; the data stays. What is sent to phones is printed below.")
        ended = threading.Event()
        printing = pass_on(server.log, console, ended)
        try:
            server.process.wait()
        except KeyboardInterrupt:
            console.print("The server ends.")
        finally:
            ended.set()
            printing.join()
    return 0 if clean else 1


async def _replay(
    asked: argparse.Namespace,
    folder: Path,
    console: Console,
    program: Program,
    keyring: Keyring,
    made: Script,
    server: Server,
) -> tuple[bool, list[LogIn]]:
    async with opened(folder, size=CONNECTIONS) as at_hand:
        async with stage_of(at_hand, server, keyring, program, folder) as (stage, diary):
            with bar("replaying", made.baskets, unit="baskets") as progress:
                done = await furnish(stage, diary, server, made, progress.advance)
            people = log_ins(stage)
        rows = await figures(at_hand, await at_hand.catalog.refresh(program.id))
        report = await _proven(at_hand, program)
    console.print(shown(rows))
    facts: dict[str, Any] = {
        "baskets": f"{sum(row.baskets for row in rows):,} booked; {made.baskets:,} of the data, "
        f"{len(made.steps):,} steps of the story",
        "replayed now": f"{done.baskets:,} baskets, {done.facts:,} facts in {done.seconds:.1f} s "
        f"({done.facts / max(done.seconds, 0.001):,.0f} a second)",
        "refused": ", ".join(f"{count:,} {code}" for code, count in done.tally.refused.items()) or "none",
        "verify": "no finding" if report.clean else f"{len(report.findings)} findings",
    }
    repeated = done.repeated
    if repeated is not None:
        known = sum(repeated.known.values())
        facts["booked before"] = (
            f"{done.before:,} baskets; of {known + sum(repeated.booked.values()):,} sent again "
            f"{known:,} were known and {sum(repeated.booked.values())} booked"
        )
    say(console, facts)
    for line in [*done.tally.broken[:5], *(str(finding) for finding in report.findings[:10])]:
        console.print(f"  {line}", style="red")
    clean = report.clean and not done.tally.broken and not (repeated and repeated.booked)
    if asked.json:
        print(
            json.dumps({"facts": facts, "ok": clean, "seconds": round(done.seconds, 1)}, ensure_ascii=False)
        )
    return clean, people


async def _proven(at_hand: Opened, program: Program) -> Report:
    """Prove the books as the daily job does, so that the console has a proof to show."""
    await ask(at_hand.pool, program.id, BY_ITSELF, TODAY)
    report = await prove_asked(at_hand.pool, at_hand.dsn, program, TODAY)
    assert report is not None, "no other process proves while the demo is made"
    return report


def _who(people: list[LogIn], address: str) -> Table:
    """Who can sign in, and where."""
    table = Table(title="Who can sign in")
    for name in ("role", "who", "of", "where", "log-in", "password"):
        table.add_column(name, overflow="fold")
    for one in people:
        table.add_row(one.role, one.name, one.place, f"{address}{one.path}", one.login, one.password)
    return table


def _tell(console: Console, keyring: Keyring, address: str) -> None:
    say(console, {"API": f"{address}/docs", "operator's key": keyring.kept[OPERATOR]})
    at = f"In the demo it is {TODAY:%A %Y-%m-%d %H:%M}, and the clock stands."
    console.print(f"{at} Its staff has no second factor; staff elsewhere has one.", highlight=False)

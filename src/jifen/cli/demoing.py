"""jifen demo: an alliance, a year of real baskets through the real engine, and a server to look at it."""

import argparse
import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from jifen.cli.demo.alliance import build, programme_of
from jifen.cli.demo.dataset import baskets
from jifen.cli.demo.outcome import figures, say, shown
from jifen.cli.demo.replay import Replay
from jifen.cli.demo.story import Day, days
from jifen.cli.opening import Opened, folder_of, opened
from jifen.cli.progress import bar
from jifen.cli.sending import Sender
from jifen.cli.serving import Server, running
from jifen.engine.engine import Engine
from jifen.jobs.verify import verify
from jifen.pages.links import wallet_link
from jifen.parties.programs import Program

WIDTH_LEAST = 120
"""Columns that the table needs; a narrower terminal wraps it."""

OPERATOR = "demo"
"""The label of the demo's key: the source of all that it sends."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser("demo", help="an alliance with a year of real baskets")
    command.add_argument("--no-serve", action="store_true", help="end after the report")
    command.add_argument("--port", type=int, default=8400)
    command.add_argument("--days", type=int, default=0, help="only the first so many days (0: the year)")
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_demo)


def _demo(asked: argparse.Namespace) -> int:
    folder = folder_of(asked.folder) / "demo" if asked.folder is None else folder_of(asked.folder)
    console = Console(stderr=asked.json)
    console.width = max(console.width, WIDTH_LEAST)
    console.print("Reading the baskets …")
    all_baskets = baskets()
    story = list(days(all_baskets))
    if asked.days:
        story = story[: asked.days]

    async def prepare() -> tuple[Program, str]:
        async with opened(folder) as at_hand:
            since = story[0].ends - timedelta(days=2)
            program = await build(at_hand, programme_of(all_baskets), all_baskets, since)
            return program, await _key(at_hand, program, folder)

    program, key = asyncio.run(prepare())
    # The year's clock runs a thousand times too fast for jobs that look every ten seconds: what they did
    # would differ from run to run. So the replay itself expires, and the server for people has jobs again.
    with running(folder, folder / "server.log", jobs=False) as server:
        clean = asyncio.run(_replay(asked, folder, console, program, key, story, server))
    if not asked.no_serve:
        with running(folder, folder / "server.log", port=asked.port) as server:
            asyncio.run(_log_ins(folder, console, program, key, server))
            server.process.wait()
    return 0 if clean else 1


async def _key(at_hand: Opened, program: Program, folder: Path) -> str:
    """The demo's API key, made once and kept beside its data."""
    file = folder / "operator.key"
    if not file.exists():
        made = await at_hand.keys.make(program.id, None, OPERATOR, datetime.now(UTC))
        file.touch(mode=0o600)
        file.write_text(made)
    return file.read_text().strip()


async def _replay(
    asked: argparse.Namespace,
    folder: Path,
    console: Console,
    program: Program,
    key: str,
    story: list[Day],
    server: Server,
) -> bool:
    sender = Sender(server.address, key)
    async with opened(folder) as at_hand:
        engine = Engine(at_hand.pool, at_hand.catalog)
        replay = Replay(at_hand, engine, program, sender, folder)
        before = replay.done.baskets
        total = sum(day.baskets for day in story)
        started = time.monotonic()
        with bar("replaying", total, unit="baskets") as progress:
            await replay.run(story, progress)
        took = time.monotonic() - started
        sent = sum(replay.tally.booked.values()) + sum(replay.tally.known.values())
        repeated = await replay.again(story) if before else None
        await engine.close()
        rows = await figures(at_hand, await at_hand.catalog.refresh(program.id))
        report = await verify(at_hand.pool, program.id)
    sender.close()
    console.print(shown(rows))
    facts: dict[str, Any] = {
        "baskets": f"{sum(row.baskets for row in rows):,} of {total:,}",
        "replayed now": f"{replay.done.baskets - before:,} baskets, {sent:,} facts in {took:.1f} s "
        f"({sent / max(took, 0.001):,.0f} a second)",
        "refused": ", ".join(f"{count:,} {code}" for code, count in replay.tally.refused.items()) or "none",
        "verify": "no finding" if report.clean else f"{len(report.findings)} findings",
    }
    if before:
        assert repeated is not None
        facts["booked before"] = (
            f"{before:,} baskets; of "
            f"{sum(repeated.known.values()) + sum(repeated.booked.values()):,} sent again "
            f"{sum(repeated.known.values()):,} were known and {sum(repeated.booked.values())} booked"
        )
    say(console, facts)
    for line in [*replay.tally.broken[:5], *(str(finding) for finding in report.findings[:10])]:
        console.print(f"  {line}", style="red")
    clean = report.clean and not replay.tally.broken and not (repeated and repeated.booked)
    if asked.json:
        print(json.dumps({"facts": facts, "ok": clean, "seconds": round(took, 1)}, ensure_ascii=False))
    return clean


async def _log_ins(folder: Path, console: Console, program: Program, key: str, server: Server) -> None:
    async with opened(folder) as at_hand:
        numbers = [f"QH{number:06d}" for number in (900, 1228, 2459)]
        wallets = await at_hand.members.wallets(program.id, numbers)
        until = datetime.now(UTC) + timedelta(days=30)
        say(console, {"API": f"{server.address}/docs", "operator's key": key})
        for number, wallet in wallets.items():
            link = wallet_link(at_hand.vault, wallet, until)
            say(console, {f"wallet {number}": f"{server.address}{link}"})
        console.print("Ctrl-C ends the server; the data stays.")

"""jifen bench: each benchmark by its name."""

import argparse
import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from rich.console import Console

from jifen.cli.bench.contend import contend
from jifen.cli.bench.ingest import ingest
from jifen.cli.bench.mall import mall
from jifen.cli.bench.pages import pages
from jifen.cli.bench.race import race
from jifen.cli.bench.redeem import redeem
from jifen.cli.bench.rules import rules
from jifen.cli.bench.till import till
from jifen.cli.opening import folder_of

BENCHES: dict[str, Callable[[Path], Coroutine[Any, Any, dict[str, Any]]]] = {
    "ingest": ingest,
    "till": till,
    "race": race,
    "contend": contend,
    "rules": rules,
    "mall": mall,
    "redeem": redeem,
    "pages": pages,
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser(
        "bench", help="measure: ingest, till, race, contend, rules, mall, redeem, pages"
    )
    command.add_argument("name", choices=sorted(BENCHES))
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_bench)


def _bench(asked: argparse.Namespace) -> int:
    folder = folder_of(asked.folder) / "bench" if asked.folder is None else folder_of(asked.folder)
    result = asyncio.run(BENCHES[asked.name](folder))
    if asked.json:
        print(json.dumps(result))
    else:
        console = Console()
        for name, value in result.items():
            console.print(f"{name:>22}  {value}", highlight=False)
    return 0 if result["ok"] else 1

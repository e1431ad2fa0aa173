"""jifen verify: prove the books, or name what is wrong and where."""

import argparse
import asyncio
import json

from rich.console import Console

from jifen.cli.opening import folder_of, opened
from jifen.jobs.verify import verify


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser(
        "verify", help="prove the books: lots, chains, claims, counters, holds, roots"
    )
    command.add_argument("--program", help="only the programme of this code")
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_verify)


def _verify(asked: argparse.Namespace) -> int:
    async def run() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            program = None
            if asked.program:
                found = await at_hand.catalog.by_code(asked.program)
                if found is None:
                    print(f"jifen: there is no programme {asked.program!r}")
                    return 2
                program = found.id
            report = await verify(at_hand.pool, program)
        if asked.json:
            print(json.dumps(report.as_dict(), ensure_ascii=False, default=str))
        else:
            Console().print(report.table())
        return 0 if report.clean else 1

    return asyncio.run(run())

"""jifen serve, and the keys that speak to it."""

import argparse
import asyncio
import functools
import sys
from datetime import UTC, datetime

import msgspec

from jifen.api.serve import serve
from jifen.api.settings import from_environment
from jifen.cli.application import application
from jifen.cli.opening import folder_of, opened


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of them."""
    serving = commands.add_parser("serve", help="answer the REST API and show the pages")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8400)
    serving.add_argument("--workers", type=int, default=1, help="processes that share the port")
    serving.add_argument(
        "--no-jobs", action="store_true", help="leave expiry, lapses and roots to another server"
    )
    serving.set_defaults(run=_serve)
    programs = commands.add_parser("program", help="create a programme, and an operator's key to it")
    programs.add_argument("code")
    programs.add_argument("name")
    programs.add_argument("--zone", default="Asia/Shanghai")
    programs.set_defaults(run=_program)
    keys = commands.add_parser("key", help="make another API key")
    keys.add_argument("program", help="the programme's code")
    keys.add_argument("label", help="names the source of what is sent with it")
    keys.add_argument("--merchant", help="the code of the merchant that it is for; none: the operator's")
    keys.set_defaults(run=_key)


def _serve(asked: argparse.Namespace) -> int:
    made = functools.partial(application, jobs=not asked.no_jobs)
    settings = msgspec.structs.replace(from_environment(), folder=folder_of(asked.folder))
    return serve(settings, asked.host, asked.port, asked.workers, made)


def _program(asked: argparse.Namespace) -> int:
    async def run() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            now = datetime.now(UTC)
            program = await at_hand.catalog.add_program(asked.code, asked.name, asked.zone, now)
            secret = await at_hand.keys.make(program.id, None, "operator", now)
            print(f"programme {program.code} is {program.id}; the operator's key, shown this once:\n{secret}")
        return 0

    return asyncio.run(run())


def _key(asked: argparse.Namespace) -> int:
    async def run() -> int:
        async with opened(folder_of(asked.folder)) as at_hand:
            program = await at_hand.catalog.by_code(asked.program)
            if program is None:
                print(f"jifen: there is no programme {asked.program!r}: see `jifen program`", file=sys.stderr)
                return 1
            merchant = program.merchants.get(asked.merchant) if asked.merchant else None
            if asked.merchant and merchant is None:
                known = ", ".join(program.merchants)
                print(f"jifen: there is no merchant {asked.merchant!r}: use one of {known}", file=sys.stderr)
                return 1
            made = merchant.id if merchant else None
            print(await at_hand.keys.make(program.id, made, asked.label, datetime.now(UTC)))
        return 0

    return asyncio.run(run())

"""jifen: one command, with a subcommand for each thing that an operator does."""

import argparse
import signal
import sys
from collections.abc import Sequence

from jifen import __version__
from jifen.cli import (
    benching,
    databases,
    demoing,
    explaining,
    importing,
    messaging,
    programming,
    proving,
    serve_command,
    staffing,
)
from jifen.cli.demo.dataset import NoData
from jifen.cli.sending import ServerSaidNo
from jifen.cli.serving import ServerFailed
from jifen.messages.settings import SettingsRefused
from jifen.parties.catalog import Conflict
from jifen.store.errors import StoreError

SAID = (SettingsRefused, StoreError, NoData, ServerFailed, ServerSaidNo, Conflict)
"""Faults that say themselves what is so and what to do: shown without a traceback."""


def parser() -> argparse.ArgumentParser:
    """The command line as a whole."""
    whole = argparse.ArgumentParser("jifen", description="Loyalty points whose ledger can prove every one.")
    whole.add_argument("--version", action="version", version=f"jifen {__version__}")
    commands = whole.add_subparsers(metavar="COMMAND", required=True)
    for module in (
        demoing,
        serve_command,
        programming,
        staffing,
        databases,
        importing,
        messaging,
        proving,
        explaining,
        benching,
    ):
        module.add(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--folder",
            help="where this installation keeps its data (JIFEN_FOLDER, else .jifen)",
            default=None,
        )
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 well, 1 something was found or failed, 2 unusable "
    "arguments.
    """
    asked = parser().parse_args(arguments)
    # So that what a command started (a server of its own) is ended with it, as by Ctrl-C.
    signal.signal(signal.SIGTERM, _ended)
    try:
        code: int = asked.run(asked)
    except SAID as fault:
        print(f"jifen: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code


def _ended(number: int, frame: object) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())

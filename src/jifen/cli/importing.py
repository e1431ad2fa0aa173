"""jifen import: send an NDJSON file of facts through a server's bulk path."""

import argparse
import json
import os
import sys
from pathlib import Path

from jifen.cli.progress import bar
from jifen.cli.sending import Sender, Tally, bodies


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of it."""
    command = commands.add_parser("import", help="send facts (one JSON object a line) to a server")
    command.add_argument("file", type=Path, help="NDJSON, as POST /v1/bulk takes it")
    command.add_argument("--server", default="http://127.0.0.1:8400")
    command.add_argument("--key", default=os.environ.get("JIFEN_KEY"), help="API key (JIFEN_KEY)")
    command.add_argument("--lines", type=int, default=2000, help="lines in one request")
    command.add_argument("--json", action="store_true", help="one object on the last line")
    command.set_defaults(run=_import)


def _import(asked: argparse.Namespace) -> int:
    if not asked.key:
        print("jifen: no API key: give --key or set JIFEN_KEY", file=sys.stderr)
        return 2
    tally = Tally()
    sender = Sender(asked.server, asked.key)
    total = asked.file.stat().st_size
    try:
        with asked.file.open("rb") as file, bar("importing", total, unit="bytes") as progress:
            for body in bodies((line.strip() for line in file if line.strip()), asked.lines):
                tally.add(sender.post(body))
                progress.advance(len(body))
    finally:
        sender.close()
    facts = {
        "booked": sum(tally.booked.values()),
        "known": sum(tally.known.values()),
        "refused": dict(tally.refused),
    }
    if asked.json:
        print(json.dumps(facts))
    else:
        print(
            f"{facts['booked']:,} booked, {facts['known']:,} known before, refused: "
            f"{dict(tally.refused) or 'none'}"
        )
        for line in tally.broken[:10]:
            print(f"  {line}")
    return 1 if tally.broken else 0

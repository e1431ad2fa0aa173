"""jifen migrate, backup and restore."""

import argparse
import asyncio
import json
from pathlib import Path

from jifen.cli.opening import database_of, folder_of
from jifen.store import backup, migrate


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Tell the command line of them."""
    migrating = commands.add_parser("migrate", help="bring the schema up to date")
    migrating.add_argument(
        "--check-drift", action="store_true", help="only compare the schema with the migrations'"
    )
    migrating.add_argument("--json", action="store_true", help="one object on the last line")
    migrating.set_defaults(run=_migrate)
    backing = commands.add_parser("backup", help="write all data into one file")
    backing.add_argument("file", type=Path)
    backing.add_argument("--json", action="store_true", help="one object on the last line")
    backing.set_defaults(run=_backup)
    restoring = commands.add_parser("restore", help="read a backup into an empty database")
    restoring.add_argument("file", type=Path)
    restoring.add_argument("--json", action="store_true", help="one object on the last line")
    restoring.set_defaults(run=_restore)


def _migrate(asked: argparse.Namespace) -> int:
    async def run() -> int:
        dsn = await database_of(folder_of(asked.folder))
        if asked.check_drift:
            await migrate.migrate(dsn)
            found = await migrate.drift(dsn)
            for line in found:
                print(line)
            _say(asked, {"drift": found}, f"{len(found)} differences from the migrations")
            return 1 if found else 0
        report = await migrate.migrate(dsn)
        done = {"applied": report.applied, "routines": report.routines_made, "took_ms": report.took_ms}
        _say(
            asked,
            done,
            f"{len(report.applied)} migrations applied, {len(report.routines_made)} routines made",
        )
        return 0

    return asyncio.run(run())


def _backup(asked: argparse.Namespace) -> int:
    async def run() -> int:
        dsn = await database_of(folder_of(asked.folder))
        await backup.backup(dsn, asked.file)
        size = asked.file.stat().st_size
        _say(asked, {"file": str(asked.file), "bytes": size}, f"{asked.file}: {size:,} bytes")
        return 0

    return asyncio.run(run())


def _restore(asked: argparse.Namespace) -> int:
    async def run() -> int:
        dsn = await database_of(folder_of(asked.folder))
        await backup.restore(dsn, asked.file)
        _say(asked, {"file": str(asked.file)}, f"{asked.file} is restored: prove it with `jifen verify`")
        return 0

    return asyncio.run(run())


def _say(asked: argparse.Namespace, facts: dict[str, object], sentence: str) -> None:
    print(json.dumps(facts) if asked.json else sentence)

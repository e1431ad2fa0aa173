"""What a server is told when it starts: which database, how large, how patient."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from jifen.messages.settings import ChannelSettings

MEGABYTE = 1_048_576


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one process; several processes with the same settings serve the same database.

    database_url: any PostgreSQL; None: the server that comes along, with its data in `folder`.
    secret: 64 hex digits; None: the file `secret` in the folder, made once.
    snapshots_most: how many wallets a process remembers between batches; what another process changed
    meanwhile costs it a second look, so workers that share one port remember none.
    lookout_s: how often other processes' changes to programmes are looked for.
    channels: by what messages go out; None: by the file of channels (docs/messages.md), where there is one.
    wait_s: how long a database that is not there yet is waited for.
    """

    folder: Path = Path(".jifen")
    database_url: str | None = None
    secret: str | None = None
    pool_size: int = 8
    lanes: int = 2
    queue_most: int = 20_000
    snapshots_most: int = 20_000
    body_bytes_most: int = MEGABYTE
    line_bytes_most: int = MEGABYTE
    lookout_s: float = 0.5
    channels: ChannelSettings | None = None
    wait_s: float = 30.0


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from JIFEN_FOLDER, DATABASE_URL and JIFEN_SECRET; what is not there is as by default."""
    return Settings(
        folder=Path(environment.get("JIFEN_FOLDER") or ".jifen"),
        database_url=environment.get("DATABASE_URL") or None,
        secret=environment.get("JIFEN_SECRET") or None,
    )

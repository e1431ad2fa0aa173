"""The PostgreSQL that comes along: `ensure` starts or joins the server of a folder, `stop` ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from jifen.store.embedded import places, processes, server
from jifen.store.embedded.account import account_for
from jifen.store.embedded.cluster import ensure_data
from jifen.store.embedded.lock import held
from jifen.store.embedded.settings import DEFAULTS
from jifen.store.embedded.wheel import binaries, version_of, wheel_for

__all__ = ["DEFAULTS", "ServerStatus", "binaries", "ensure", "remove", "status", "stop", "version_of"]

_LOCK_S = server.START_S + 60
_NO_SETTINGS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """What can be seen of a folder's server without a connection.

    `state` is `absent` (no data), `stopped`, or what the server says of itself: `starting`,
    `ready`, `stopping`.
    """

    state: str
    data: Path
    log: Path
    socket: Path
    pid: int | None
    data_version: str | None
    dsn: str


async def ensure(folder: Path, *, settings: Mapping[str, str] = _NO_SETTINGS) -> str:
    """Starts or joins the server whose data lives in `folder/data`; the DSN of its database `jifen`.

    The server is shared by all processes that ask for the folder, and outlives each of them, even when one is
    killed: only `stop` ends it. It listens on a private socket, not on the network. `settings` (PostgreSQL's
    names, such as shared_buffers) override DEFAULTS when this call starts the server, not when it joins one.

    Run by root, the server becomes an unprivileged user, and if that user cannot reach the folder, its data
    lie below /var/lib, with a pointer in `folder/server.json`. Only folders made here change hands.

    Raises a ServerError: BinariesMissing, NoPlaceForData, DataOfAnotherUser, DataOfAnotherVersion,
    DataUnknown, SettingRefused, FolderBusy, OrphansRemain, ServerSilent, ServerDidNotStart.
    """
    folder = places.prepare(folder)
    async with held(places.lock_of(folder), _LOCK_S):
        place = places.read(folder)
        if not await server.join(place):
            account = account_for(place.data)
            wheel = wheel_for(account)
            place = places.with_home(place, account)
            await ensure_data(place, account, wheel, settings)
            place = places.with_socket(place, account)
            await server.start(place, account, wheel, settings)
        await server.ensure_database(place)
        return server.dsn_of(place)


async def stop(folder: Path, *, mode: str = "fast") -> bool:
    """Stops the folder's server for everybody; False where none ran.

    `fast` ends connections and writes a checkpoint, `smart` waits for clients to leave, `immediate` is a
    crash from which the next start recovers. Raises ServerDidNotStop, FolderBusy, DataOfAnotherUser.
    """
    if not places.exists(folder):
        return False
    async with held(places.lock_of(folder), _LOCK_S):
        return await _stop(folder, mode)


async def remove(folder: Path) -> None:
    """Stops the server at once and deletes its data for good; what else is in the folder stays."""
    if not places.exists(folder):
        return
    async with held(places.lock_of(folder), _LOCK_S):
        await _stop(folder, "immediate")
        places.delete(places.read(folder))


async def _stop(folder: Path, mode: str) -> bool:
    place = places.read(folder)
    # Raises where neither the data nor its processes are ours to touch.
    account_for(place.data)
    stopped = await server.stop(place, mode)
    if not processes.orphans(place):
        places.forget_socket(place)
    return stopped


def status(folder: Path) -> ServerStatus:
    """What can be seen of the folder's server now. Whether it answers, only a connection can tell."""
    place = places.read(folder)
    version = place.data / "PG_VERSION"
    process = processes.postmaster(place) if place.data.exists() else None
    at_rest = "stopped" if place.data.exists() else "absent"
    return ServerStatus(
        state=(processes.recorded_state(place) or "starting") if process else at_rest,
        data=place.data,
        log=place.data / "log",
        socket=place.socket,
        pid=process.pid if process else None,
        data_version=version.read_text().strip() if version.exists() else None,
        dsn=server.dsn_of(place),
    )

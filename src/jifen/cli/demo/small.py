"""A small alliance: the demo with few days, whole in its story, for tests and for trying things out."""

from pathlib import Path

import msgspec

from jifen.cli.demo.desk import OPERATOR
from jifen.cli.demo.furnishing import CONNECTIONS, found, furnish, script, settle, stage_of
from jifen.cli.demo.log_ins import LogIn, log_ins
from jifen.cli.opening import opened
from jifen.cli.serving import running
from jifen.parties.programs import Program


class Small(msgspec.Struct, frozen=True):
    """What was made: the programme, an operator's key to it, and who can sign in."""

    program: Program
    key: str
    log_ins: list[LogIn]

    def of(self, role: str, name: str = "") -> LogIn:
        """The log-in of a role, of the first or of somebody by name.

        Raises:
            LookupError: there is none.
        """
        for one in self.log_ins:
            if one.role == role and name in ("", one.name):
                return one
        raise LookupError(f"nobody signs in as {role} {name}: see jifen.cli.demo.log_ins")


async def small_alliance(folder: Path, days: int = 30, *, dsn: str | None = None) -> Small:
    """Make the demo's alliance with its last so many days and the whole story; a second call adds nothing.

    folder: where its secret, its keys and its diary are kept. dsn: of a database with or without the schema;
    None: that of the folder. The test clock stands at jifen.cli.demo.dataset.TODAY afterwards.

    Raises:
        NoData: the data set, or what reads it, is not installed.
        RuntimeError: a line was broken; says which.
    """
    made, keyring = script(days), settle(folder)
    async with opened(folder, size=CONNECTIONS, dsn=dsn) as at_hand:
        program = await found(at_hand, made, keyring)
        with running(folder, folder / "server.log", url=at_hand.dsn, jobs=False) as server:
            async with stage_of(at_hand, server, keyring, program, folder) as (stage, diary):
                done = await furnish(stage, diary, server, made)
                if done.tally.broken:
                    raise RuntimeError(f"the demo has sent a broken line: {done.tally.broken[0]}")
                return Small(stage.program, keyring.kept[OPERATOR], log_ins(stage))

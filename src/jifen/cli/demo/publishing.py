"""Publishing: the later versions of the demo's programme, each at its time, and one that waits for approval."""

from jifen.cli.demo.chronicle import Stage, Step, moment
from jifen.cli.demo.versions import Version, history, proposed
from jifen.programs.definition import Programme
from jifen.programs.proposing import Proposals
from jifen.programs.publishing import Publisher

PROPOSED_AT = moment(11, 21, 9, 41)
CLERK, APPROVER = "何知远", "沈如意"


def steps(newest: Programme) -> list[Step]:
    """A step for each later version, and one for the proposal."""
    found = [
        Step(version.at, f"version-{place}", _publishes(version))
        for place, version in enumerate(history(newest), 2)
    ]
    return [*found, Step(PROPOSED_AT, "proposal", _Proposes(newest))]


def _publishes(version: Version) -> "Publishes":
    return Publishes(version)


class Publishes:
    """Publishes a version, and makes tills for merchants that came with it."""

    def __init__(self, version: Version) -> None:
        self._version = version

    async def __call__(self, stage: Stage) -> None:
        """Publish; what stands already changes nothing."""
        made, at_hand = self._version, stage.at_hand
        publisher = Publisher(at_hand.pool, at_hand.catalog)
        await publisher.publish(made.programme, CLERK, made.at, made.holds, approver=APPROVER)
        await stage.open_tills(made.at)


class _Proposes:
    def __init__(self, newest: Programme) -> None:
        self._newest = newest

    async def __call__(self, stage: Stage) -> None:
        """Propose what a second person has to approve, once."""
        publisher = Publisher(stage.at_hand.pool, stage.at_hand.catalog)
        proposals = Proposals(publisher)
        if await proposals.listed(stage.program.id, decided=True):
            return
        await proposals.apply(proposed(self._newest), CLERK, PROPOSED_AT)

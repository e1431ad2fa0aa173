"""Every example is published as it stands, and published again it changes nothing."""

from pathlib import Path

import pytest

from jifen.programs.loading import load

from .office import Office
from .villages import NOW

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/"))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
async def test_it_is_published(office: Office, folder: Path) -> None:
    """Rules compile, texts are taken, budgets are there; what it exports is what was read."""
    loaded = load(folder)
    assert loaded.programme is not None, [str(one) for one in loaded.findings]
    done = await office.publish(loaded.programme)
    assert (done.changed, done.version) == (True, 1)
    assert not [one for one in done.plan.findings if one.severity == "error"]
    (version,) = await office.versions(loaded.programme.code)
    assert version.definition == loaded.programme
    before = await office.rows()
    again = await office.publish(load(folder).programme or loaded.programme, NOW)
    assert not again.changed
    assert await office.rows() == before

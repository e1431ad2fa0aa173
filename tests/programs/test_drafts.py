"""Drafts: one a programme, saved only over what was seen, and complete with what was set up meanwhile."""

import pytest

from jifen.parties.catalog import Conflict
from jifen.programs.drafts import Drafts, completed
from jifen.programs.loading import load_texts

from .office import Office
from .villages import NOW, village


async def test_a_draft_begins_with_what_is_published(office: Office) -> None:
    """Its files load to the very programme; there is one draft, and beginning again is refused."""
    await office.publish(village())
    drafts = Drafts(office.pool)
    begun = await drafts.begin(await office.program(), "ann", NOW)
    assert load_texts(begun.files).programme == village()
    assert (begun.base, begun.revision, begun.writers) == (1, 1, ("ann",))
    with pytest.raises(Conflict, match="last saved by ann"):
        await drafts.begin(await office.program(), "bob", NOW)


async def test_nothing_is_overwritten_unseen(office: Office) -> None:
    """Who read an older revision can neither save nor discard; each who saves becomes a writer, once."""
    await office.publish(village())
    drafts, program = Drafts(office.pool), await office.program()
    first = await drafts.begin(program, "ann", NOW)
    second = await drafts.save(program, 1, {"a.yaml": "x"}, "bob", NOW)
    assert (second.revision, second.files, second.writers) == (2, {"a.yaml": "x"}, ("ann", "bob"))
    with pytest.raises(Conflict, match="saved by bob meanwhile"):
        await drafts.save(program, first.revision, {"a.yaml": "y"}, "ann", NOW)
    with pytest.raises(Conflict, match="saved by bob meanwhile"):
        await drafts.discard(program, first.revision)
    third = await drafts.save(program, 2, {"a.yaml": "z"}, "bob", NOW)
    assert (third.files, third.writers) == ({"a.yaml": "z"}, ("ann", "bob"))
    await drafts.discard(program, 3)
    assert await drafts.get(program) is None
    with pytest.raises(Conflict, match="no draft"):
        await drafts.the(program)


async def test_what_was_set_up_meanwhile_goes_along_and_what_was_taken_away_does_not(office: Office) -> None:
    """A store that is added beside the published version is taken along, one that it had is not put back."""
    await office.publish(village())
    program = await office.program()
    shop = program.merchants["shop"]
    program = await office.catalog.add_store(program.id, shop.id, "shop-2", "桥头")
    whole = completed(village(), program, village())
    assert [store.code for store in whole.merchants[0].stores] == ["shop-1", "shop-2"]
    without = village().__class__(
        **{field: getattr(village(), field) for field in village().__struct_fields__ if field != "merchants"},
        merchants=village().merchants[1:],
    )
    assert [one.code for one in completed(without, program, village()).merchants] == ["mill"]

"""Two eyes: nobody publishes alone what asks for a second pair."""

from datetime import timedelta

import pytest

from jifen.parties.catalog import Conflict
from jifen.programs.publishing import Refused
from jifen.rules.definition import Flat

from .office import Office
from .test_publishing import FIRST
from .villages import NOW, at_midnight, shorter, village, with_rules, with_terms

CAREFUL = with_terms(village(), two_eyes=True)


async def test_the_author_proposes_and_somebody_else_approves(office: Office) -> None:
    """Nothing is published by applying; the author's own approval is refused; another's publishes."""
    done = await office.proposals.apply(CAREFUL, "ann", NOW)
    assert (done.changed, bool(done.proposal)) == (False, True)
    assert await office.versions() == ()
    program = await office.program()
    (waiting,) = await office.proposals.listed(program.id)
    assert (str(waiting.id), waiting.author, waiting.definition) == (done.proposal, "ann", CAREFUL)
    with pytest.raises(Conflict, match="somebody else has to approve"):
        await office.proposals.approve(program, waiting.id, "ann", NOW)
    published = await office.proposals.approve(program, waiting.id, "bob", NOW)
    assert published.changed
    (version,) = await office.versions()
    assert (version.author, version.approver) == ("ann", "bob")
    assert await office.proposals.listed(program.id) == ()
    with pytest.raises(Conflict, match="approved by bob already"):
        await office.proposals.approve(program, waiting.id, "cat", NOW)


async def test_two_eyes_cannot_be_switched_off_by_one(office: Office) -> None:
    """The version in force asks for them, whatever the new one says."""
    await office.proposals.publisher.publish(CAREFUL, "ann", NOW)
    done = await office.proposals.apply(village(), "ann", NOW + timedelta(hours=1))
    assert (done.changed, bool(done.proposal)) == (False, True)
    again = await office.proposals.apply(CAREFUL, "ann", NOW + timedelta(hours=1))
    assert (again.changed, again.proposal) == (False, "")


async def test_notice_counts_from_the_approval(office: Office) -> None:
    """What was lawful when it was proposed is refused when too few days are left."""
    await office.proposals.publisher.publish(CAREFUL, "ann", NOW)
    harsh = with_terms(shorter(village()), two_eyes=True)
    dated = await office.proposals.apply(harsh, "ann", NOW, at_midnight(FIRST))
    program = await office.program()
    (waiting,) = await office.proposals.listed(program.id)
    late = NOW + timedelta(days=1)
    with pytest.raises(Refused, match="notice_too_short"):
        await office.proposals.approve(program, waiting.id, "bob", late)
    assert dated.proposal == str(waiting.id)
    done = await office.proposals.approve(program, waiting.id, "bob", NOW + timedelta(hours=2))
    assert done.plan.valid_from == at_midnight(FIRST)


async def test_a_proposal_against_an_older_version_is_not_published(office: Office) -> None:
    """Its author saw another programme than the one that it would replace."""
    await office.proposals.publisher.publish(CAREFUL, "ann", NOW)
    one = with_rules(CAREFUL, rules=(*CAREFUL.rules.rules, Flat(id="one", points=1)))
    await office.proposals.apply(one, "ann", NOW)
    program = await office.program()
    (waiting,) = await office.proposals.listed(program.id)
    other = with_rules(CAREFUL, rules=(*CAREFUL.rules.rules, Flat(id="other", points=1)))
    await office.proposals.publisher.publish(other, "cat", NOW)
    with pytest.raises(Conflict, match="proposed against version 1, and version 2"):
        await office.proposals.approve(await office.program(), waiting.id, "bob", NOW)


async def test_a_proposal_is_declined_with_a_reason(office: Office) -> None:
    """And stays declined; without a reason it waits."""
    await office.proposals.apply(CAREFUL, "ann", NOW)
    program = await office.program()
    (waiting,) = await office.proposals.listed(program.id)
    with pytest.raises(Conflict, match="no reason"):
        await office.proposals.decline(program, waiting.id, "bob", NOW, " ")
    declined = await office.proposals.decline(program, waiting.id, "bob", NOW, "米价未定")
    assert (declined.state, declined.decided_by, declined.reason) == ("declined", "bob", "米价未定")
    assert await office.proposals.listed(program.id) == ()
    assert len(await office.proposals.listed(program.id, decided=True)) == 1
    with pytest.raises(Conflict, match="declined by bob already"):
        await office.proposals.approve(program, waiting.id, "cat", NOW)


async def test_what_is_refused_is_not_even_proposed(office: Office) -> None:
    """An error stands in the way before a second person is asked."""
    await office.proposals.publisher.publish(CAREFUL, "ann", NOW)
    program = await office.program()
    with pytest.raises(Refused):
        await office.proposals.apply(shorter(CAREFUL), "ann", NOW, NOW + timedelta(days=29))
    assert await office.proposals.listed(program.id, decided=True) == ()


async def test_nobody_who_wrote_a_version_approves_it(office: Office) -> None:
    """Whoever wrote beside the author is no second person; somebody else is."""
    await office.proposals.apply(CAREFUL, "ann", NOW, writers=("ann", "bob"))
    program = await office.program()
    (waiting,) = await office.proposals.listed(program.id)
    assert waiting.writers == ("bob",)
    for writer in ("ann", "bob"):
        with pytest.raises(Conflict, match="somebody else has to approve"):
            await office.proposals.approve(program, waiting.id, writer, NOW)
    assert await office.versions() == ()
    assert (await office.proposals.approve(program, waiting.id, "cat", NOW)).changed

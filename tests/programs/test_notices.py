"""Every member is told of what changes, in the commit that changes it; and who was not told is reported."""

from datetime import timedelta

import msgspec
import pytest

from jifen.engine.engine import Engine
from jifen.messages.delivery import Post
from jifen.messages.settings import ChannelSettings
from jifen.parties.catalog import Conflict
from jifen.parties.secrets import Vault
from jifen.programs.definition import ExportPlan
from jifen.programs.eligibility import export, exports
from jifen.programs.receipts import told
from jifen.rules.definition import Flat, PerAmount, Rate

from .office import Office
from .villages import NOW, shorter, village, with_merchant, with_rules, with_terms


async def test_every_member_gets_a_notice_with_the_hash_of_the_text(office: Office) -> None:
    """Under a key that names the version; the summary says what changes, the date from when."""
    await office.publish(village())
    await office.enrol("ann", "bob", "cat")
    done = await office.publish(shorter(village()))
    assert done.told == 3
    version = (await office.versions())[-1]
    rows = await office.pool.fetch("SELECT event, purpose, key, fields, wallet FROM message ORDER BY key")
    assert len(rows) == 3
    for row in rows:
        assert (row["event"], row["purpose"]) == ("terms_changed", "service")
        assert row["key"] == f"terms:2:{row['wallet']}"
        assert msgspec.json.decode(row["fields"]) == {
            "version": "2",
            "date": "2026-12-02",
            "summary": "有效期缩短；“消费得积分”有效期缩短；“丰收节”有效期缩短",
            "text_hash": version.terms_hash.hex(),
        }


async def test_what_needs_no_notice_bothers_nobody(office: Office) -> None:
    """An offer, or other words."""
    await office.publish(village())
    await office.enrol("ann")
    more = with_rules(village(), rules=(*village().rules.rules, Flat(id="spring", points=1)))
    assert (await office.publish(more)).told == 0
    assert (await office.publish(with_terms(more, contact="村委会二楼"))).told == 0
    version = (await office.versions())[-1]
    assert await told(office.pool, (await office.program()).id, version) is None


async def test_who_was_not_told_is_reported(office: Office) -> None:
    """Waiting at first; delivered when it stands in the inbox; who joins later is untold."""
    await office.publish(village())
    await office.enrol("ann", "bob")
    await office.publish(shorter(village()))
    program, version = await office.program(), (await office.versions())[-1]
    first = await told(office.pool, program.id, version)
    assert first is not None
    assert (first.put, first.states, first.untold_members) == (2, {"waiting": 2}, 2)
    assert first.untold == ("ann", "bob")
    post = Post(office.pool, Vault(b"1" * 32), ChannelSettings(), {})
    await post.deliver(program, NOW + timedelta(hours=1))
    await office.enrol("dan")
    after = await told(office.pool, program.id, version)
    assert after is not None
    assert (after.states, after.untold_members, after.untold) == ({"delivered": 2}, 1, ("dan",))


async def test_the_summary_names_what_weighs_most_first(office: Office) -> None:
    """A closing before a rate, and no more than six."""
    await office.publish(village())
    await office.enrol("ann")
    day = (NOW + timedelta(days=90)).date()
    changed = with_terms(with_merchant(village(), 1, leaves_on=day), closes_on=day)
    changed = with_rules(changed, rules=(PerAmount(id="base", title="消费得积分", rate=Rate(1, 200)),))
    await office.publish(changed)
    fields = await office.pool.fetchval("SELECT fields FROM message")
    summary = msgspec.json.decode(fields)["summary"]
    assert summary.split("；") == [
        f"方案于{day}后停止累积积分，已有积分可继续使用",
        f"磨坊于{day}后不再累积积分",
        "“消费得积分”积分比例降低",
        "取消“丰收节”",
        "“消费得积分”上限提高",
    ]


ASKED = ExportPlan(legal_opinion="京法意 2026-117 号", purpose="合作社社员资格核对", minimum_points=100)


async def test_nobody_is_exported_without_a_legal_opinion(office: Office) -> None:
    """S20: off unless the definition in force names one; then numbers only, and who asked is written down."""
    await office.publish(village())
    await office.enrol("ann", "bob")
    with pytest.raises(Conflict, match="names no legal opinion"):
        await export(office.pool, await office.program(), "ann", NOW)
    assert await exports(office.pool, await office.program()) == ()
    named = msgspec.structs.replace(village(), eligibility_export=ASKED)
    await office.publish(named)
    program = await office.program()
    with pytest.raises(Conflict, match="names no legal opinion"):
        await export(office.pool, program, "ann", NOW)
    engine = Engine(office.pool, office.catalog)
    try:
        await office.buy(engine, "ann", 10_000, NOW + timedelta(days=1))
        await office.buy(engine, "bob", 1_000, NOW + timedelta(days=1))
    finally:
        await engine.close()
    later = NOW + timedelta(days=20)
    done, numbers = await export(office.pool, program, "cat", later)
    assert numbers == ("ann",)
    assert await exports(office.pool, program) == (done,)
    assert (done.asked_by, done.asked_at, done.legal_opinion) == ("cat", later, "京法意 2026-117 号")
    assert (done.members, done.minimum_points, done.version) == (1, 100, 2)

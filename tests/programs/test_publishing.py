"""Publishing on PostgreSQL: what is lawful happens in whole, what is not does not happen at all."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import msgspec
import pytest

from jifen.engine.engine import Engine
from jifen.parties.catalog import Conflict, stock_id
from jifen.parties.programs import Contract, Unit
from jifen.programs.definition import ContractPlan, MerchantPlan, StorePlan
from jifen.programs.publications import hashed, in_force
from jifen.programs.restoring import withdraw
from jifen.rules.definition import Budget, Flat, PerAmount, Rate, RuleSet
from jifen.values.ids import cell_of
from jifen.values.periods import Rolling

from .office import Office
from .villages import (
    BEGAN,
    NOW,
    at_midnight,
    shorter,
    village,
    with_merchant,
    with_rule,
    with_rules,
    with_terms,
    with_unit,
)

FIRST = date(2026, 12, 2)
"""The first day for which what is announced on 1 November has thirty whole days."""


async def test_the_first_version_sets_everything_up(office: Office) -> None:
    """Units, merchants, stores, contracts, rules, budgets, texts: all at one revision, from now on."""
    done = await office.publish(village())
    assert (done.changed, done.version, done.told) == (True, 1, 0)
    program = await office.program()
    assert set(program.units) == {"point"}
    assert set(program.merchants) == {"shop", "mill"}
    assert set(program.stores) == {"shop-1", "mill-1"}
    assert program.merchants["mill"].contract(NOW) == 1
    rules = program.rules_at(NOW)
    assert rules is not None
    assert (rules.version, rules.since) == (1, NOW)
    (version,) = await office.versions()
    assert version.definition == village()
    assert version.definition_hash == hashed(village())
    assert (version.author, version.approver, version.weight) == ("ann", None, "neutral")
    assert await left(office, "harvest") == 10_000


async def left(office: Office, budget: str) -> int:
    """What is left of a budget."""
    program = await office.program()
    of = stock_id(program.id, f"budget:{budget}")
    found: int = await office.pool.fetchval(
        "SELECT remaining FROM stock WHERE cell = $1 AND id = $2", cell_of(of), of
    )
    return found


async def test_applying_the_same_again_changes_nothing(office: Office) -> None:
    """Not a row, not a revision; and it says which version it is."""
    await office.publish(village())
    before = await office.rows()
    again = await office.publish(village(), NOW + timedelta(days=1))
    assert (again.changed, again.version, again.plan.unchanged) == (False, 1, True)
    assert await office.rows() == before


async def test_a_shorter_validity_needs_thirty_days(office: Office) -> None:
    """S01: with 29 whole days it is refused and told the earliest lawful date; with 30 it is published."""
    await office.publish(village())
    (refused,) = await office.refused(shorter(village()), NOW, at_midnight(FIRST - timedelta(days=1)))
    assert refused.code == "notice_too_short"
    assert "after 29 whole days" in refused.what
    assert "the earliest lawful date is 2026-12-02" in refused.remedy
    assert refused.source == "消费者权益保护法实施条例 第21条"
    done = await office.publish(shorter(village()), NOW, at_midnight(FIRST))
    assert (done.plan.weight, done.version) == ("adverse", 2)


async def test_without_a_date_it_holds_as_early_as_the_law_allows(office: Office) -> None:
    """Each class by its days; what needs no notice at once."""
    await office.publish(village())
    program = village()
    assert (await office.publisher.plan(shorter(program), NOW)).valid_from == at_midnight(FIRST)
    lower = with_rule(program, 0, rate=Rate(1, 200))
    assert (await office.publisher.plan(lower, NOW)).valid_from == at_midnight(date(2026, 11, 17))
    offer = with_rules(program, rules=(*program.rules.rules, Flat(id="spring", points=1)))
    assert (await office.publisher.plan(offer, NOW)).valid_from == NOW


async def test_points_that_were_earned_keep_their_date_and_their_worth(office: Office) -> None:
    """R04: the new version holds only for lots earned from its instant on; the old ones are as promised."""
    await office.publish(village())
    await office.enrol("ann")
    harsh = with_unit(shorter(village()), offset_fen=50)
    await office.publish(harsh, NOW, at_midnight(FIRST))
    engine = Engine(office.pool, office.catalog)
    try:
        await office.buy(engine, "ann", 10_000, at_midnight(FIRST) - timedelta(seconds=1))
        await office.buy(engine, "ann", 5_000, at_midnight(FIRST))
    finally:
        await engine.close()
    assert sum(points for points, _, _ in await office.lots("ann")) == 190
    assert await office.lots("ann") == [
        (70, "100:50", "2027-09-30"),
        (120, "100:100", "2027-12-31"),
    ]


async def test_a_lower_worth_needs_thirty_days_too(office: Office) -> None:
    """From 100 points a yuan to 200: refused with seven, lawful with thirty."""
    await office.publish(village())
    dearer = with_unit(village(), offset_points=200)
    (refused,) = await office.refused(dearer, NOW, NOW + timedelta(days=8))
    assert (refused.code, refused.path) == ("notice_too_short", "units[0]")
    assert (await office.publish(dearer, NOW, at_midnight(FIRST))).plan.days == 30


async def test_what_is_published_may_not_begin_in_the_past(office: Office) -> None:
    """The very first may, since nothing was promised then; no later one, and none before the newest."""
    await office.publish(village(), NOW, BEGAN)
    offer = with_rules(village(), rules=(*village().rules.rules, Flat(id="spring", points=1)))
    (past,) = await office.refused(offer, NOW, NOW - timedelta(seconds=1))
    assert past.code == "retroactive"
    await office.publish(shorter(village()), NOW, at_midnight(FIRST))
    (before,) = await office.refused(offer, NOW, NOW + timedelta(days=1))
    assert before.code == "retroactive"
    assert at_midnight(FIRST).isoformat() in before.what


async def test_what_happened_cannot_be_taken_out(office: Office) -> None:
    """Merchants, stores, units and contracts stay; the zone is that of all dates."""
    await office.publish(village())
    one = village()
    gone = msgspec.structs.replace(one, merchants=one.merchants[:1])
    assert {found.code for found in await office.refused(gone)} == {"cannot_remove"}
    moved = with_merchant(one, 1, stores=(*one.merchants[1].stores, *one.merchants[0].stores))
    moved = with_merchant(moved, 0, stores=())
    assert [found.code for found in await office.refused(moved)] == ["cannot_change"]
    cheaper = ContractPlan(valid_from=BEGAN, issue_fen_per_100=80, reimburse_fen_per_100=70)
    assert [found.path for found in await office.refused(with_merchant(one, 0, contracts=(cheaper,)))] == [
        "merchants[0].contracts[0]"
    ]
    elsewhere = msgspec.structs.replace(one, zone="Asia/Urumqi")
    assert [found.path for found in await office.refused(elsewhere)] == ["zone"]
    less = with_rules(one, budgets=(Budget(code="harvest", points=9_999),))
    assert [found.path for found in await office.refused(less)] == ["rules.budgets[0].points"]


async def test_the_next_contract_is_added_and_names_may_change(office: Office) -> None:
    """Beside what is refused: a contract after the one before, other names, another store."""
    await office.publish(village())
    one = village()
    following = ContractPlan(
        valid_from=datetime(2027, 1, 1, tzinfo=UTC), issue_fen_per_100=90, reimburse_fen_per_100=80
    )
    shop = one.merchants[0]
    changed = with_merchant(
        one,
        0,
        name="村口商店",
        contracts=(*shop.contracts, following),
        stores=(StorePlan(code="shop-1", name="老店"), StorePlan(code="shop-2", name="新店")),
    )
    done = await office.publish(changed)
    assert (done.plan.weight, done.plan.days) == ("neutral", 0)
    program = await office.program()
    assert program.merchants["shop"].name == "村口商店"
    assert program.stores["shop-1"].name == "老店"
    assert program.stores["shop-2"].merchant.code == "shop"
    assert [one.issue_fen_per_100 for one in program.merchants["shop"].contracts] == [100, 90]
    past = ContractPlan(valid_from=NOW, issue_fen_per_100=90, reimburse_fen_per_100=80)
    later = with_merchant(changed, 0, contracts=(*shop.contracts, past))
    assert {found.code for found in await office.refused(later, NOW + timedelta(days=1))} == {"cannot_change"}


async def test_a_budget_that_is_raised_adds_the_difference_once(office: Office) -> None:
    """However often it is published, withdrawn, and published again."""
    await office.publish(village())
    more = with_rules(village(), budgets=(Budget(code="harvest", points=15_000),))
    await office.publish(more, NOW, NOW + timedelta(days=20))
    assert await left(office, "harvest") == 15_000
    await withdraw(office.publisher, await office.program(), 2, "ann", NOW)
    await office.publish(more, NOW, NOW + timedelta(days=20))
    assert await left(office, "harvest") == 15_000


async def test_a_scheduled_version_is_withdrawn_by_one_that_restores(office: Office) -> None:
    """From its instant on what held before goes on holding; members were told of both."""
    await office.publish(village())
    await office.enrol("ann", "bob")
    scheduled = await office.publish(shorter(village()), NOW, at_midnight(FIRST))
    assert scheduled.told == 2
    later = NOW + timedelta(days=20)
    program = await office.program()
    done = await withdraw(office.publisher, program, 2, "bob", later)
    assert (done.version, done.plan.weight, done.told) == (3, "neutral", 2)
    versions = await office.versions()
    assert versions[2].withdraws == 2
    assert versions[2].definition == village()
    assert in_force(versions, at_midnight(FIRST)) is versions[2]
    rules = (await office.program()).rules_at(at_midnight(FIRST))
    assert rules is not None
    assert rules.definition.validity == Rolling(months=12, to="month_end")
    with pytest.raises(Conflict, match="not the newest"):
        await withdraw(office.publisher, program, 2, "bob", later)
    with pytest.raises(Conflict, match="holds already"):
        await withdraw(office.publisher, program, 3, "bob", at_midnight(FIRST))


async def test_withdrawing_keeps_the_parties_that_were_added(office: Office) -> None:
    """A merchant that came with the withdrawn version stays: it may have been named already."""
    await office.publish(village())
    one = village()
    bank = MerchantPlan(code="bank", name="信用社", stores=(StorePlan(code="bank-1", name="镇上"),))
    more = msgspec.structs.replace(shorter(one), merchants=(*one.merchants, bank))
    await office.publish(more, NOW, at_midnight(FIRST))
    await withdraw(office.publisher, await office.program(), 2, "ann", NOW)
    versions = await office.versions()
    assert [merchant.code for merchant in versions[-1].definition.merchants] == ["shop", "mill", "bank"]
    assert versions[-1].definition.rules == village().rules


async def test_a_version_may_take_the_place_of_a_scheduled_one(office: Office) -> None:
    """What was announced with it needs no second notice; what is new does, from now on."""
    await office.publish(village())
    await office.publish(shorter(village()), NOW, at_midnight(FIRST))
    later = NOW + timedelta(days=20)
    offered = with_rules(shorter(village()), rules=(*village().rules.rules, Flat(id="spring", points=1)))
    done = await office.publish(offered, later, at_midnight(FIRST))
    assert (done.changed, done.plan.weight) == (True, "offer")
    even = with_rules(offered, validity=Rolling(months=6, to="month_end"))
    (refused,) = await office.refused(even, later, at_midnight(FIRST))
    assert refused.code == "notice_too_short"


async def test_the_programme_closes_with_thirty_days_notice(office: Office) -> None:
    """R09: earning stops with the last day; what was earned can still be used."""
    await office.publish(village())
    await office.enrol("ann")
    day = FIRST - timedelta(days=1)
    (refused,) = await office.refused(with_terms(village(), closes_on=day - timedelta(days=1)))
    assert refused.code == "notice_too_short"
    assert f"the earliest lawful last day is {day}" in refused.remedy
    done = await office.publish(with_terms(village(), closes_on=day))
    assert (done.plan.weight, done.plan.valid_from, done.told) == ("adverse", NOW, 1)
    engine = Engine(office.pool, office.catalog)
    try:
        last = await office.buy(engine, "ann", 10_000, at_midnight(FIRST) - timedelta(seconds=1))
        after = await office.buy(engine, "ann", 10_000, at_midnight(FIRST))
    finally:
        await engine.close()
    assert last.balance.available == after.balance.available == 120
    (back, *_) = (await office.versions())[:1]
    reopened = await office.publish(back.definition, NOW + timedelta(days=1))
    assert reopened.plan.weight == "favourable"


async def test_a_merchant_leaves_with_thirty_days_notice(office: Office) -> None:
    """Nothing is earned there from then on, and elsewhere as before."""
    await office.publish(village())
    await office.enrol("ann")
    day = FIRST - timedelta(days=1)
    early = with_merchant(village(), 1, leaves_on=day - timedelta(days=1))
    assert [found.path for found in await office.refused(early)] == ["merchants[1].leaves_on"]
    await office.publish(with_merchant(village(), 1, leaves_on=day))
    engine = Engine(office.pool, office.catalog)
    try:
        mill = await office.buy(engine, "ann", 10_000, at_midnight(FIRST), "mill-1")
        shop = await office.buy(engine, "ann", 10_000, at_midnight(FIRST), "shop-1")
    finally:
        await engine.close()
    assert (mill.balance.available, shop.balance.available) == (0, 120)


async def test_two_who_publish_at_once_do_not_both(office: Office) -> None:
    """One version is published in whole, the other is told to plan again, or finds it done."""
    await office.publish(village())
    one = with_rules(village(), rules=(*village().rules.rules, Flat(id="one", points=1)))
    other = with_rules(village(), rules=(*village().rules.rules, Flat(id="other", points=1)))
    answers = await asyncio.gather(office.publish(one), office.publish(other), return_exceptions=True)
    assert len(await office.versions()) == 1 + sum(not isinstance(one, BaseException) for one in answers)
    for answer in answers:
        assert not isinstance(answer, BaseException) or isinstance(answer, Conflict), answer
    assert [one.version for one in await office.versions()] == [
        rules.version for rules in (await office.program()).rules
    ]


async def test_what_was_set_up_piece_by_piece_is_promised_as_well(office: Office) -> None:
    """A programme that begins as code is compared with the rules that hold already."""
    program = await office.catalog.add_program("village", "青禾村", "Asia/Shanghai", BEGAN)
    await office.catalog.add_unit(program.id, Unit("point", "积分", 100, 100))
    for merchant, store in (("shop", "村口"), ("mill", "河边")):
        program = await office.catalog.add_merchant(program.id, merchant, merchant, BEGAN)
        made = program.merchants[merchant]
        await office.catalog.add_contract(program.id, made.id, Contract(1, BEGAN, 100, 90, 10, 30))
        program = await office.catalog.add_store(program.id, made.id, f"{merchant}-1", store)
    generous = RuleSet(rules=(PerAmount(id="base", rate=Rate(2, 100)),), validity=Rolling(months=24))
    await office.catalog.publish(program.id, generous, BEGAN, BEGAN)
    (refused,) = await office.refused(village(), NOW, NOW + timedelta(days=10))
    assert refused.code == "notice_too_short"
    done = await office.publish(village())
    assert (done.version, done.plan.compared, done.plan.valid_from) == (2, "version 1", at_midnight(FIRST))


async def test_what_was_published_can_be_neither_changed_nor_doubled(office: Office) -> None:
    """The keys hold it, whatever the code does."""
    await office.publish(village())
    program = await office.program()
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await office.pool.execute("DELETE FROM rule_set WHERE program = $1", program.id)
    with pytest.raises(asyncpg.UniqueViolationError):
        await office.pool.execute("INSERT INTO publication SELECT * FROM publication")
    with pytest.raises(asyncpg.CheckViolationError):
        await office.pool.execute("UPDATE publication SET approver = author")


async def test_withdrawing_takes_a_lower_worth_and_a_leaving_back(office: Office) -> None:
    """What was to change of a unit and of a merchant does not change either."""
    await office.publish(village())
    harsh = with_merchant(with_unit(village(), offset_fen=50), 1, leaves_on=FIRST)
    await office.publish(harsh, NOW, at_midnight(FIRST))
    await withdraw(office.publisher, await office.program(), 2, "ann", NOW)
    rules = (await office.program()).rules_at(at_midnight(FIRST))
    assert rules is not None
    assert (rules.version, rules.definition.leavings) == (3, {})
    assert (rules.definition.worths["point"].points, rules.definition.worths["point"].fen) == (100, 100)

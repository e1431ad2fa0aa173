"""Scenarios about terms: validity and its change, reminders, and what may neither be done nor written."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from jifen.programs.definition import Programme
from jifen.programs.publishing import Refused
from jifen.rules.definition import RuleSet
from jifen.values.periods import Rolling
from tests.scenarios.stage import Stage, local

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario


def with_rules(programme: Programme, **changed: object) -> Programme:
    """The programme with other rules."""
    rules: RuleSet = msgspec.structs.replace(programme.rules, **changed)
    return msgspec.structs.replace(programme, rules=rules)


async def lots(stage: Stage, member: str) -> list[tuple[int, str]]:
    """What is left of each lot, and the last day on which it can be used."""
    told = (await stage.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
    return [(lot["remaining"], lot["expires_at"]) for lot in told if lot["remaining"]]


async def kinds(stage: Stage, member: str) -> list[str]:
    """The kinds of a member's entries, oldest first."""
    told = (await stage.operator.get(f"/v1/members/{member}/entries")).json()["entries"]
    return [entry["kind"] for entry in reversed(told)]


async def test_scenario_s01_a_shorter_validity_needs_thirty_days(stage: SetUp) -> None:
    """29 days' notice is refused and says the earliest lawful date; 30 hold, for lots earned after.

    The day of the notice is not counted: 3 March to 1 April are thirty days.
    """
    shop = await stage("S01-terms-validity", "2026-03-01")
    await shop.joins("ann")
    await shop.buys("ann", 100)
    shorter = with_rules(shop.programme, validity=Rolling(days=20))
    with pytest.raises(Refused) as refused:
        await shop.publish(shorter, "2026-03-02 10:00", "2026-04-01")
    plan = refused.value.plan
    assert (plan.days, plan.earliest) == (30, local("2026-04-02"))
    assert "2026-04-02" in str(refused.value)
    done = await shop.publish(shorter, "2026-03-02 10:00", "2026-04-02")
    assert (done.changed, done.version, done.told) == (True, 2, 1)
    await shop.now("2026-04-01 23:59:59")
    await shop.buys("ann", 10)
    await shop.now("2026-04-02")
    await shop.buys("ann", 1)
    # 30 days from 1 March, 30 from 1 April, 20 from 2 April; instants are the ends of days in Shanghai.
    assert sorted(await lots(shop, "ann")) == [
        (1, "2026-04-22T16:00:00Z"),
        (10, "2026-05-01T16:00:00Z"),
        (100, "2026-03-31T16:00:00Z"),
    ]


async def test_scenario_s01_never_below_seven_days_and_thirty_by_default(stage: SetUp) -> None:
    """The source's number of days is illegible: 30 unless it is written, never less than 7."""
    assert RuleSet(rules=()).validity == Rolling(days=30)
    shop = await stage("S01-terms-validity", "2026-03-01")
    with pytest.raises(Refused) as refused:
        await shop.publish(with_rules(shop.programme, validity=Rolling(days=6)), "2026-03-02", "2026-06-01")
    assert "7" in str(refused.value)


async def test_scenario_s01_every_member_is_told_before(stage: SetUp) -> None:
    """The notice is in the inbox of each, with the day from which it holds."""
    shop = await stage("S01-terms-validity", "2026-03-01")
    await shop.joins("ann", "bob")
    await shop.publish(with_rules(shop.programme, validity=Rolling(days=20)), "2026-03-02", "2026-04-05")
    await shop.night("2026-03-03 10:00")
    for member in ("ann", "bob"):
        inbox = (await shop.operator.get(f"/v1/members/{member}/inbox")).json()["messages"]
        assert ["2026-04-05" in one["text"] for one in inbox if one["event"] == "terms_changed"] == [True]


async def test_scenario_s02_unreminded_points_live_on_and_are_reported(stage: SetUp) -> None:
    """No channel reaches ann, so no reminder is delivered: extended by the reminder period, not expired."""
    shop = await stage("S02-expiry-reminders", "2026-03-01")
    carriers = msgspec.structs.replace(shop.programme.messages, fallback=("sms", "push"))
    await shop.publish(msgspec.structs.replace(shop.programme, messages=carriers), "2026-03-01 01:00")
    await shop.joins("ann")
    await shop.buys("ann", 100)
    assert await lots(shop, "ann") == [(100, "2027-03-31T16:00:00Z")]
    for day in ("2027-03-01", "2027-03-24", "2027-03-31"):
        await shop.night(f"{day} 10:00")
    await shop.night("2027-04-01 10:00")
    assert await shop.has("ann") == 100
    assert await lots(shop, "ann") == [(100, "2027-04-30T16:00:00Z")]
    assert await kinds(shop, "ann") == ["purchase", "extend"]
    outcome = await shop.house.pool.fetchval(
        "SELECT outcome FROM job_run WHERE program = $1 AND job = 'expiry' AND day = '2027-04-01'",
        (await shop.program()).id,
    )
    told = msgspec.json.decode(outcome)
    assert (told["extended"], told["points_extended"]) == (1, 100)


async def test_scenario_s02_reminded_points_lapse_at_the_end_of_their_day(stage: SetUp) -> None:
    """With the inbox in the chain the reminders arrive, 30 and 7 days ahead, once each."""
    shop = await stage("S02-expiry-reminders", "2026-03-01")
    await shop.joins("ann")
    await shop.buys("ann", 100)
    for day in ("2027-02-28", "2027-03-01", "2027-03-01", "2027-03-02", "2027-03-24", "2027-03-25"):
        await shop.night(f"{day} 10:00")
    told = (await shop.operator.get("/v1/members/ann/inbox")).json()["messages"]
    assert [one["event"] for one in told] == ["points_lapsing", "points_lapsing"]
    assert all("2027-03-31" in one["text"] for one in told)
    await shop.night("2027-03-31 23:59:59")
    assert await shop.has("ann") == 100
    await shop.night("2027-04-01 00:00")
    assert await shop.has("ann") == 0
    assert await kinds(shop, "ann") == ["purchase", "expire"]


async def test_scenario_s20_no_share_and_no_dividend(stage: SetUp) -> None:
    """No kind, no unit and no word of it is taken; and the export is off until an opinion is named."""
    group = await stage("S20-no-dividend", "2026-03-01")
    await group.joins("ann")
    await group.buys("ann", 1_000)
    raw = msgspec.to_builtins(group.programme)
    for kind in ("equity", "dividend", "cash", "share"):
        reward = {"code": "r", "title": "礼品", "points": 100, "kind": kind}
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({**raw, "rules": {**raw["rules"], "rewards": [reward]}}, Programme)
    for title in (
        "原始股 100 股",
        "年度分红",
        "兑换公司股权",
        "积分增值宝",
        "Company shares",
        "Yearly dividend",
    ):
        reward = {"code": "r", "title": title, "points": 1_000, "value_fen": 1_000}
        tried = msgspec.convert({**raw, "rules": {**raw["rules"], "rewards": [reward]}}, Programme)
        with pytest.raises(Refused):
            await group.publish(tried, "2026-03-02")
    answer = await group.operator.ask("POST", "/v1/eligibility", json={})
    assert answer.status_code in (404, 409, 422), answer.text


async def test_scenario_s28_unfair_sentences_are_refused_with_their_article(stage: SetUp) -> None:
    """Both sentences of the source, and the lawful ones of the example pass."""
    mall = await stage("S28-fair-terms", "2026-03-01")
    for sentence in ("未使用的积分概不退还。", "积分商品一经兑换，概不退换。"):
        terms = msgspec.structs.replace(
            mall.programme.terms, clauses=(sentence,), clauses_en=("Written fairly.",)
        )
        with pytest.raises(Refused) as refused:
            await mall.publish(msgspec.structs.replace(mall.programme, terms=terms), "2026-03-02")
        errors = [one for one in refused.value.plan.findings if one.severity == "error"]
        assert errors and all(one.source and one.remedy for one in errors)
        assert any("实施条例" in one.source or "合同行政监督管理办法" in one.source for one in errors)


def said_by(programme: Programme, text: str) -> Programme:
    """The programme with another text in its first campaign."""
    first, *others = programme.rules.campaigns
    return with_rules(programme, campaigns=(msgspec.structs.replace(first, text=text), *others))


async def test_scenario_s05_a_wrong_figure_is_flagged_with_the_right_one(stage: SetUp) -> None:
    """6 000 to 5 000 is 16.7 % fewer points, but 20 % more value per point."""
    dealer = await stage("S05-car-dealer", "2026-01-05")
    wrong = said_by(dealer.programme, "店庆当月5000分可兑换原本6000分的空调清洗，每分的价值提升16.7%。")
    with pytest.raises(Refused) as refused:
        await dealer.publish(wrong, "2026-02-01", "2026-04-01")
    claim = next(one for one in refused.value.plan.findings if one.code == "claim_wrong")
    assert "16.7" in claim.what
    assert "20" in claim.remedy
    right = said_by(dealer.programme, "店庆当月5000分可兑换原本6000分的空调清洗，每分的价值提升20%。")
    assert not (await dealer.publisher.plan(right, local("2026-02-01"), local("2026-04-01"))).refused


async def test_scenario_s06_a_member_day_is_a_third_more_value(stage: SetUp) -> None:
    """4 000 to 3 000: 25 % fewer points, 33.3 % more value; 25 % more value is refused."""
    brand = await stage("S06-beauty-brand", "2026-01-05")
    for said, refused in (("25%", True), ("33.3%", False)):
        text = f"每月8日，3000分可兑换原本4000分的精华，每分的价值提升{said}。"
        plan = await brand.publisher.plan(
            said_by(brand.programme, text), local("2026-02-01"), local("2026-04-01")
        )
        assert plan.refused is refused, plan.findings


@pytest.mark.parametrize(
    ("example", "percent"), [("S07-telecom", "10 %"), ("S07-telecom-one-percent", "1 %")]
)
async def test_scenario_s07_the_rebate_of_every_rule_is_shown(
    stage: SetUp, example: str, percent: str
) -> None:
    """The source calls it 1 %; it is 10 %. At a true 1 % the bill earns 100 points."""
    operator = await stage(example, "2026-01-01")
    plan = await operator.publisher.plan(operator.programme, local("2026-01-02"))
    assert [one.percent for one in plan.rebates if one.rule == "bill"] == [percent]

"""S17 and S27 through the interface: freezes only on evidence, and what members get for others' faults."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.scenarios.stage import Stage, local

Staged = Callable[..., Awaitable[Stage]]

EVIDENCE = {
    "reason": "疑似盗刷",
    "evidence": "收银记录 2026-03-01 至 03-05,工单 77",
    "notice": "已短信告知本人并说明申诉办法",
}


async def lots(stage: Stage, member: str) -> dict[str, int]:
    """What a member has, by the last day on which it can be used."""
    told = (await stage.operator.get(f"/v1/members/{member}/balance")).json()["balances"]["point"]
    return {one["last_day"]: one["points"] for one in told["lapsing"]}


async def freeze(stage: Stage, until: str, **more: Any) -> Any:
    """The operator stops the spending of a member."""
    body = {"key": stage.key(), "member": "li", "until": local(until).isoformat(), **EVIDENCE, **more}
    return await stage.operator.post("/v1/freezes", **body)


async def frozen_member(stage: Stage) -> None:
    """Li has 3 000 points and is frozen for ten days."""
    await stage.joins("li")
    await stage.buys("li", 3_000)
    answer = await freeze(stage, "2026-03-20")
    assert answer.status_code == 201, answer.text


async def told_of(stage: Stage, event: str) -> list[str]:
    """The fields of the messages of an event."""
    rows = await stage.house.pool.fetch(
        "SELECT fields FROM message WHERE program = $1 AND event = $2 ORDER BY put_at",
        (await stage.program()).id,
        event,
    )
    return [row["fields"] for row in rows]


async def test_scenario_s17_no_freeze_without_evidence_reason_and_notice(stage: Staged) -> None:
    """Each is missing once, or says nothing: refused, the member goes on spending."""
    s17 = await stage("S17-ownership-and-freezing", "2026-03-10")
    await s17.joins("li")
    await s17.buys("li", 3_000)
    for field in EVIDENCE:
        for nothing in (None, "", "   "):
            answer = await freeze(s17, "2026-03-20", **{field: nothing})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == field
    assert await told_of(s17, "frozen") == []
    await s17.redeems("li", "towel")
    assert await s17.has("li") == 1_000


async def test_scenario_s17_a_freeze_lifts_by_itself(stage: Staged) -> None:
    """Told at once; earning goes on; at its deadline, to the second, spending is possible again."""
    s17 = await stage("S17-ownership-and-freezing", "2026-03-10")
    await frozen_member(s17)
    assert len(await told_of(s17, "frozen")) == 1
    assert "疑似盗刷" in (await told_of(s17, "frozen"))[0]
    assert (await s17.refused("wallet_frozen", "li", "towel"))["until"]
    assert (await s17.buys("li", 10))["points"] == 10
    await s17.now("2026-03-19T23:59:59")
    await s17.refused("wallet_frozen", "li", "towel")
    await s17.now("2026-03-20T00:00:00")
    await s17.redeems("li", "towel")
    assert await s17.has("li") == 1_010


async def test_scenario_s17_an_appeal_reaches_a_person(stage: Staged) -> None:
    """Listed with facts and evidence; a person upholds it with a reason, and the freeze is lifted at once."""
    s17 = await stage("S17-ownership-and-freezing", "2026-03-10")
    await frozen_member(s17)
    path, said = "/v1/members/li/appeals", "那几笔是我本人在外地出差消费"
    made = await s17.operator.done(path, key="a1", said=said)
    assert await s17.operator.done(path, key="a1", said=said) == made
    await s17.operator.refused("key_reused", path, key="a1", said="别的话")
    await s17.operator.refused("invalid_request", path, key="a2", said="  ")
    (listed,) = (await s17.operator.get("/v1/appeals")).json()["appeals"]
    assert listed == made
    assert (listed["member"], listed["frozen_for"], listed["evidence"]) == (
        "li",
        EVIDENCE["reason"],
        EVIDENCE["evidence"],
    )
    decision = f"/v1/appeals/{made['id']}/decision"
    for field in ("by", "reason"):
        body = {"uphold": True, "by": "王芳", "reason": "出差证明属实", field: " "}
        await s17.operator.refused("invalid_request", decision, **body)
    decided = await s17.operator.done(decision, uphold=True, by="王芳", reason="出差证明属实")
    assert (decided["state"], decided["decided_by"]) == ("upheld", "王芳")
    again = await s17.operator.done(decision, uphold=True, by="王芳", reason="出差证明属实")
    assert again == decided
    await s17.operator.refused("proposal_decided", decision, uphold=False, by="李明", reason="不同意")
    assert (await s17.operator.get("/v1/appeals")).json()["appeals"] == []
    assert len(await told_of(s17, "appeal_decided")) == len(await told_of(s17, "unfrozen")) == 1
    await s17.redeems("li", "towel")
    await s17.operator.refused("wallet_not_frozen", path, key="a3", said=said)
    await s17.operator.refused("proposal_unknown", "/v1/appeals/x/decision", uphold=True, by="a", reason="b")


async def test_scenario_s17_an_appeal_that_is_declined(stage: Staged) -> None:
    """The freeze stands until its deadline; an appeal against one never lifts the next."""
    s17 = await stage("S17-ownership-and-freezing", "2026-03-10")
    await frozen_member(s17)
    first = await s17.operator.done("/v1/members/li/appeals", key="a1", said="不是我")
    second = await s17.operator.done("/v1/members/li/appeals", key="a2", said="再次申诉")
    body = {"by": "王芳", "reason": "监控显示为本人以外的人"}
    declined = await s17.operator.done(f"/v1/appeals/{first['id']}/decision", uphold=False, **body)
    assert declined["state"] == "declined"
    await s17.refused("wallet_frozen", "li", "towel")
    await s17.now("2026-03-21")
    assert (await freeze(s17, "2026-03-30")).status_code == 201
    upheld = await s17.operator.done(f"/v1/appeals/{second['id']}/decision", uphold=True, **body)
    assert upheld["state"] == "upheld"
    await s17.refused("wallet_frozen", "li", "towel")


async def test_scenario_s27_an_outage_extends_and_compensates_once(stage: Staged) -> None:
    """Three days of outage and seven of the remedy for what would have lapsed; 100 points to each, once."""
    s27 = await stage("S27-merchant-fault", "2026-01-05")
    await s27.joins("ann", "bob")
    await s27.now("2026-01-10")
    await s27.buys("ann", 300)
    await s27.buys("bob", 50)
    await s27.now("2026-02-10")
    await s27.buys("ann", 40)
    assert await lots(s27, "ann") == {"2027-01-31": 300, "2027-02-28": 40}
    outage = {
        "since": local("2027-01-30T09:00").isoformat(),
        "remedy": "outage",
        "text": "1月30日起系统中断,期间不能使用积分。",
    }
    await s27.now("2027-01-30T10:00")
    made = await s27.operator.done("/v1/outages", key="o1", **outage)
    await s27.night("2027-02-01T03:00")
    await s27.night("2027-02-02T03:00")
    await s27.now("2027-02-02T10:00")
    end = {"until": local("2027-02-02T09:00").isoformat()}
    await s27.operator.done(f"/v1/outages/{made['id']}/close", **end)
    for number, night in enumerate(("2027-02-02T11:00", "2027-02-03T03:00", "2027-02-04T03:00")):
        await s27.night(night)
        again = await s27.operator.done("/v1/outages", key=f"again-{number}", **outage, **end)
        assert again["id"] == made["id"]
        assert await lots(s27, "ann") == {"2027-02-10": 300, "2027-02-28": 40, "2028-02-29": 100}
        assert await lots(s27, "bob") == {"2027-02-10": 50, "2028-02-29": 100}
    assert len(await told_of(s27, "compensated")) == 2
    assert len(await told_of(s27, "points_extended")) == 2
    await s27.joins("late")
    await s27.night("2027-02-05T03:00")
    assert await s27.has("late") == 0
    told = (await s27.operator.get("/v1/members/ann/entries")).json()["entries"]
    kinds = sorted(one["kind"] for one in told)
    assert kinds == ["compensate", "extend", "purchase", "purchase"]


async def test_scenario_s27_declared_late(stage: Staged) -> None:
    """What had expired before anybody declared the outage is there again, and lives on as long."""
    s27 = await stage("S27-merchant-fault", "2026-01-05")
    await s27.joins("ann")
    await s27.now("2026-01-10")
    await s27.buys("ann", 300)
    await s27.night("2027-01-02T03:00")
    await s27.night("2027-01-25T03:00")
    await s27.night("2027-02-01T03:00")
    assert await lots(s27, "ann") == {}
    await s27.now("2027-02-03T10:00")
    body = {
        "since": local("2027-01-30T09:00").isoformat(),
        "until": local("2027-02-02T09:00").isoformat(),
        "remedy": "outage",
        "text": "1月30日起系统中断,期间不能使用积分。",
    }
    await s27.operator.done("/v1/outages", key="o1", **body)
    await s27.night("2027-02-03T11:00")
    assert await lots(s27, "ann") == {"2027-02-10": 300, "2028-02-29": 100}
    for field, text in (("text", "过期积分一律不予退还,最终解释权归我方。"), ("remedy", "none")):
        answer = await s27.operator.post("/v1/outages", key="o2", **{**body, field: text})
        assert answer.status_code == 422


async def test_scenario_s27_a_delisted_reward(stage: Staged) -> None:
    """Open orders get their points back and a twentieth more; what was handed over stays."""
    s27 = await stage("S27-merchant-fault", "2026-01-05")
    await s27.joins("ann", "bob")
    for code in ("cable", "earphones"):
        await s27.operator.done("/v1/stocks", code=code, count=5)
    await s27.buys("ann", 6_000)
    await s27.buys("bob", 6_000)
    await s27.redeems("ann", "cable")
    handed = await s27.redeems("bob", "cable")
    await s27.operator.done(f"/v1/orders/{handed['id']}/fulfil", key="f1")
    body = {"reward": "cable", "remedy": "delisting", "text": "充电线停产,", "alternative": "earphones"}
    done = await s27.operator.done("/v1/remedies/delisting", key="d1", **body)
    assert [(one["member"], one["points"], one["given"]) for one in done["orders"]] == [("ann", 2_000, 100)]
    assert await s27.has("ann") == 6_100
    assert await s27.has("bob") == 4_000
    assert (await s27.operator.done("/v1/remedies/delisting", key="d2", **body))["orders"] == []

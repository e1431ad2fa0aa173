"""Setting a programme up: units, merchants, contracts, stores, members, households, rules, keys."""

import asyncio
from typing import Any

import pytest

from jifen.api.house import House
from tests.api.alliance import Alliance, problem

CONTRACT = {
    "valid_from": "2026-12-01T00:00:00+08:00",
    "issue_fen_per_100": 100,
    "reimburse_fen_per_100": 90,
}


async def test_an_alliance_grows(alliance: Alliance) -> None:
    """A merchant with its contract, a store, a till's key: and the till can book at once."""
    operator = alliance.operator
    made = await operator.done("/v1/merchants", code="tea", name="茶", contract=CONTRACT)
    assert made["contracts"][0]["version"] == 1
    await operator.done("/v1/stores", code="tea-1", name="东门", merchant="tea")
    key = await operator.done("/v1/keys", label="tea-till", merchant="tea")
    assert key["secret"].startswith("jf_")
    till = type(operator)(alliance.client, key["secret"])
    booked = await till.done("/v1/purchases", key="p1", member="ann", store="tea-1", amount=1_000)
    assert booked["points"] == 10
    await operator.done("/v1/units", code="star", name="星", offset_points=10, offset_fen=1)
    program = (await operator.get("/v1/program")).json()
    assert "star" in [unit["code"] for unit in program["units"]]
    assert "tea" in [merchant["code"] for merchant in program["merchants"]]


async def test_what_exists_is_not_made_again(alliance: Alliance) -> None:
    """409 with the field; nothing is overwritten."""
    operator = alliance.operator
    for path, body, field in (
        ("/v1/merchants", {"code": "air", "name": "x"}, "code"),
        ("/v1/stores", {"code": "air-1", "name": "x", "merchant": "sea"}, "code"),
        ("/v1/units", {"code": "point", "name": "x", "offset_points": 1, "offset_fen": 1}, "code"),
        ("/v1/members", {"number": "ann"}, "number"),
        ("/v1/households", {"number": "home", "members": ["ann", "bob"]}, "number"),
        ("/v1/households", {"number": "home-2", "members": ["ann", "fay"]}, "members"),
        ("/v1/keys", {"label": "operator"}, "label"),
    ):
        told = await operator.refused("already_exists", path, **body)
        assert told["errors"][0]["field"] == field, path
    assert (await operator.get("/v1/members/home-2")).status_code == 404


async def test_a_contract_is_followed_by_the_next(alliance: Alliance) -> None:
    """It gets the next version, and cannot begin before now nor before the one it follows."""
    operator = alliance.operator
    made = await operator.done("/v1/merchants/air/contracts", **CONTRACT, fee_permille=5, payment_days=15)
    assert [one["version"] for one in made["contracts"]] == [1, 2]
    for early in ("2026-11-20T00:00:00Z", "2026-11-30T00:00:00Z"):
        told = await operator.refused(
            "retroactive", "/v1/merchants/air/contracts", **{**CONTRACT, "valid_from": early}
        )
        assert told["errors"][0]["field"] == "valid_from"
    told = await operator.refused(
        "invalid_request", "/v1/merchants/air/contracts", **{**CONTRACT, "reimburse_fen_per_100": 101}
    )
    assert told["errors"][0]["field"] == "reimburse_fen_per_100"
    await operator.refused("merchant_unknown", "/v1/merchants/none/contracts", **CONTRACT)


async def test_members_are_enrolled_with_a_phone(alliance: Alliance) -> None:
    """One phone is one member's; it is shown masked, and kept sealed."""
    operator = alliance.operator
    phone = "138-0000-" + "0002"
    made = await operator.done("/v1/members", number="eve", name="夏娃", phone=f"+86 {phone}")
    seen = (await operator.get("/v1/members/eve")).json()
    assert (seen["wallet"], seen["name"], seen["phone"]) == (made["wallet"], "夏娃", "138****0002")
    told = await operator.refused("already_exists", "/v1/members", number="eva", phone=phone)
    assert told["errors"][0]["field"] == "phone"
    told = await operator.refused("invalid_request", "/v1/members", number="eva", phone="12345")
    assert told["errors"][0]["field"] == "phone"
    assert (await operator.get("/v1/members/eva")).status_code == 404


async def test_members_are_enrolled_by_the_line(alliance: Alliance) -> None:
    """Plain numbers or objects; those that exist stay; a bad line does not stop the others."""
    lines = ['"m1"', {"number": "m2"}, "ann", b'{"number": 5}', b"nonsense", "m1", {"number": " m3"}]
    answers = await alliance.operator.bulk(
        *(line.encode() if isinstance(line, str) and line[0] == '"' else line for line in lines),
        path="/v1/members/bulk",
    )
    assert [(one["line"], one["status"]) for one in answers] == [
        (1, 201),
        (2, 201),
        (3, 200),
        (4, 422),
        (5, 400),
        (6, 200),
        (7, 422),
    ]
    assert answers[0]["wallet"] == answers[5]["wallet"]
    assert answers[3]["errors"][0]["field"] == "number"
    many = await alliance.operator.bulk(*(f"n{number}" for number in range(2_500)), path="/v1/members/bulk")
    assert {one["status"] for one in many} == {201}
    assert (await alliance.operator.get("/v1/members/n2499")).status_code == 200


async def test_the_same_members_may_be_enrolled_twice_at_once(alliance: Alliance) -> None:
    """Both requests are answered, and each number has one wallet."""
    numbers = [f"n{number}" for number in range(300)]
    both = await asyncio.gather(
        *(alliance.operator.bulk(*numbers, path="/v1/members/bulk") for _ in range(2))
    )
    assert [one["wallet"] for one in both[0]] == [one["wallet"] for one in both[1]]
    assert {one["status"] for answers in both for one in answers} <= {200, 201}


async def test_a_household_is_opened(alliance: Alliance) -> None:
    """Its pool is found under its number; its members may transfer from then on."""
    operator = alliance.operator
    await operator.done("/v1/households", number="nest", members=["ann", "bob"])
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=1_000)
    await operator.done("/v1/transfers", key="t1", member="ann", to="nest", points=4)
    assert await operator.available("nest") == 4
    told = await operator.refused("member_unknown", "/v1/households", number="x", members=["cat", "eve"])
    assert told["errors"][0]["field"] == "members[1]"
    told = await operator.refused("invalid_request", "/v1/households", number="x", members=["cat", "cat"])
    assert told["errors"][0]["field"] == "members"


RULE = {"type": "per_amount", "id": "base", "rate": {"points": 3, "fen": 100}}


async def test_rules_are_published_from_an_instant_on(alliance: Alliance) -> None:
    """The next version holds from then; what happened before is judged by the one before."""
    operator = alliance.operator
    made = await operator.done("/v1/rules", valid_from="2026-11-21T02:00:00Z", rules={"rules": [RULE]})
    assert made == {"version": 2, "valid_from": "2026-11-21T02:00:00Z"}
    listed = (await operator.get("/v1/rules")).json()["versions"]
    assert [one["version"] for one in listed] == [1, 2]
    assert listed[1]["rules"]["rules"][0]["rate"] == {"points": 3, "fen": 100}
    after = await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=1_000)
    before = await operator.done(
        "/v1/purchases", key="p2", member="ann", store="air-1", amount=1_000, at="2026-11-20T00:00:00Z"
    )
    assert (after["points"], before["points"]) == (30, 10)


async def test_what_was_promised_is_not_changed(alliance: Alliance) -> None:
    """Rules cannot begin before now, nor before the newest that are published."""
    operator = alliance.operator
    rules = {"rules": [RULE]}
    told = await operator.refused("retroactive", "/v1/rules", valid_from="2026-11-21T01:59:59Z", rules=rules)
    assert told["errors"][0]["field"] == "valid_from"
    await operator.done("/v1/rules", valid_from="2026-12-01T00:00:00Z", rules=rules)
    await operator.refused("retroactive", "/v1/rules", valid_from="2026-11-30T00:00:00Z", rules=rules)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"rules": [RULE], "unit": "gold"}, "rules.unit"),
        ({"rules": [RULE | {"unit": "gold"}]}, "rules.rules[0].unit"),
        ({"rules": [RULE, RULE]}, "rules.rules[1].id"),
        ({"rules": [RULE | {"when": {"merchants": ["tea"]}}]}, "rules.rules[0].when.merchants"),
        ({"rules": [RULE | {"when": {"stores": ["tea-1"]}}]}, "rules.rules[0].when.stores"),
        ({"rules": [RULE | {"when": {"since": "2026-12-01T00:00:00"}}]}, "rules.rules[0].when.since"),
        (
            {"rules": [RULE | {"when": {"since": "2026-12-02T00:00:00Z", "until": "2026-12-01T00:00:00Z"}}]},
            "rules.rules[0].when.until",
        ),
        ({"rules": [RULE | {"when": {"weekdays": [8]}}]}, "rules.rules[0].when.weekdays[0]"),
        ({"rules": [RULE], "validity": {"type": "rolling", "months": -1}}, "rules.validity.months"),
        ({"rules": [RULE], "validity": {"type": "rolling", "days": 99_999}}, "rules.validity.days"),
        ({"rules": [RULE], "validity": {"type": "sweep", "month": 13, "day": 1}}, "rules.validity.month"),
        ({"rules": [RULE], "validity": {"type": "activity", "months": 0}}, "rules.validity.months"),
        ({"rules": [RULE], "validity": {"type": "calendar_year", "after": 9_999}}, "rules.validity.after"),
        ({"rules": [{"type": "multiplier", "id": "x", "factor": "0.5"}]}, "rules.rules[0].factor"),
        ({"rules": [{"type": "multiplier", "id": "x", "factor": "2", "of": ["y"]}]}, "rules.rules[0].of"),
        ({"rules": [RULE | {"id": "base\n"}]}, "rules.rules[0].id"),
        ({"rules": [RULE | {"rate": {"points": 0.5, "fen": 1}}]}, "rules.rules[0].rate.points"),
        ({"rules": [RULE | {"rate": {"points": 1, "fen": 0}}]}, "rules.rules[0].rate.fen"),
        ({"rules": [RULE | {"colour": "red"}]}, "rules.rules[0].colour"),
    ],
)
async def test_rules_that_would_fail_at_the_till_are_refused(
    alliance: Alliance, rules: Any, field: str
) -> None:
    """Each with its field, before anything is published."""
    told = await alliance.operator.refused(
        "invalid_request", "/v1/rules", valid_from="2026-12-01T00:00:00Z", rules=rules
    )
    assert told["errors"][0]["field"] == field
    assert len((await alliance.operator.get("/v1/rules")).json()["versions"]) == 1


async def test_the_first_rules_may_begin_in_the_past(alliance: Alliance) -> None:
    """Nothing was promised then, so a programme's history can be brought along."""
    house = alliance.house
    made = await house.catalog.add_program(f"{alliance.id}", "x", "Asia/Shanghai", (await _now(alliance)))
    await house.catalog.add_unit(made.id, (await house.program(alliance.id)).units["point"])
    secret = await house.keys.make(made.id, None, "operator", await _now(alliance))
    operator = type(alliance.operator)(alliance.client, secret)
    answer = await operator.done("/v1/rules", valid_from="2020-01-01T00:00:00Z", rules={"rules": [RULE]})
    assert answer["version"] == 1


async def _now(alliance: Alliance) -> Any:
    return (await alliance.house.program(alliance.id)).test_clock


async def test_other_processes_follow(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that another process added is known at once, and its clock within the time of a look-out."""
    house = alliance.house
    elsewhere = House(house.settings, house.dsn, house.pool, house.vault)
    try:
        program = await elsewhere.program(alliance.id)
        await elsewhere.catalog.add_store(program.id, program.merchants["air"].id, "air-2", "Air 2")
        await alliance.operator.done("/v1/purchases", key="p1", member="ann", store="air-2", amount=100)
        await elsewhere.catalog.add_store(program.id, program.merchants["air"].id, "air-3", "Air 3")
        (line,) = await alliance.operator.bulk(
            {"type": "purchase", "key": "p2", "member": "ann", "store": "air-3", "amount": 100}
        )
        assert line["status"] == 201
        await elsewhere.catalog.set_clock(program.id, None)
        for _ in range(100):
            if (await alliance.operator.get("/v1/program")).json()["test_clock"] is None:
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("the clock of another process was never seen")
    finally:
        await elsewhere.engine.close()


async def test_a_key_is_for_one_merchant(alliance: Alliance) -> None:
    """One that is not there gets none."""
    told = await alliance.operator.refused("merchant_unknown", "/v1/keys", label="x", merchant="tea")
    assert told["errors"][0]["field"] == "merchant"
    problem(await alliance.operator.ask("DELETE", "/v1/keys/none"), "api_key_unknown")

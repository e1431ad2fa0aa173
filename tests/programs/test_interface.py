"""Programmes over the wire: the operator plans and publishes, anyone reads the terms, a merchant may not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from jifen.programs.definition import ContractPlan, MerchantPlan, Programme, StorePlan, TermsPlan, UnitPlan
from jifen.programs.regulation import earliest_instant
from jifen.rules.definition import Flat, Reminders
from jifen.values.periods import Rolling
from tests.api.alliance import BEGAN, NOW, RULES, Alliance, Caller
from tests.api.conftest import alliance, app, settings

from .villages import with_rules, with_terms

__all__ = ["alliance", "app", "settings"]


REMINDING = msgspec.structs.replace(RULES, reminders=Reminders())


async def alliance_as_code(alliance: Alliance) -> Programme:
    """The alliance, which was set up piece by piece, as a programme."""
    # Its rules remind nobody, as no programme that is published in whole may: so their second version does.
    await alliance.house.catalog.publish(alliance.id, REMINDING, BEGAN, BEGAN)
    program = await alliance.house.catalog.program(alliance.id)
    contract = ContractPlan(
        valid_from=BEGAN, issue_fen_per_100=100, reimburse_fen_per_100=90, fee_permille=10
    )
    return Programme(
        code=program.code,
        name=program.name,
        units=(
            UnitPlan(code="point", name="积分", offset_points=100, offset_fen=100),
            UnitPlan(code="green", name="绿色积分", offset_points=10, offset_fen=0),
        ),
        merchants=tuple(
            MerchantPlan(
                code=code,
                name=code.title(),
                charity=code == "hope",
                charity_number="53110000MJ0" if code == "hope" else "",
                stores=(StorePlan(code=f"{code}-1", name=code.title()),),
                contracts=(contract,),
            )
            for code in ("air", "sea", "hope")
        ),
        terms=TermsPlan(operator="青禾联盟", contact="服务台"),
        rules=REMINDING,
    )


def body(programme: Programme, valid_from: datetime | None = None) -> dict[str, Any]:
    """What is sent."""
    found: dict[str, Any] = {"programme": msgspec.json.decode(msgspec.json.encode(programme))}
    if valid_from is not None:
        found["valid_from"] = valid_from.isoformat()
    return found


async def test_plan_apply_and_read_back(alliance: Alliance) -> None:
    """
    plan      the alliance as code      -> nothing that matters to members changes
    apply     it                        -> version 3, since rules were published before
    apply     it again                  -> nothing changed
    rules     the low-level way         -> programme_as_code
    """
    programme = await alliance_as_code(alliance)
    plan = await alliance.operator.done("/v1/programmes/plan", **body(programme))
    assert (plan["compared"], plan["refused"], plan["weight"]) == ("version 2", False, "neutral")
    answer = await alliance.operator.post("/v1/programmes/apply", **body(programme))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["version"], answer.json()["changed"]) == (3, True)
    again = await alliance.operator.post("/v1/programmes/apply", **body(programme))
    assert (again.status_code, again.json()["changed"]) == (200, False)
    rules = msgspec.to_builtins(RULES)
    told = await alliance.operator.refused(
        "programme_as_code", "/v1/rules", rules=rules, valid_from=NOW.isoformat()
    )
    assert "jifen apply" in told["detail"]
    listed = (await alliance.operator.get("/v1/programmes/publications")).json()["publications"]
    assert [(one["version"], one["state"], one["author"]) for one in listed] == [(3, "in_force", "operator")]
    full = (await alliance.operator.get("/v1/programmes/publications/3")).json()
    assert msgspec.convert(full["programme"], Programme) == programme
    assert full["notices"] is None
    problem = await alliance.operator.get("/v1/programmes/publications/7")
    assert problem.json()["code"] == "version_unknown"


async def test_too_short_a_notice_is_a_problem_with_the_lawful_date(alliance: Alliance) -> None:
    """The findings stand in it, with the article; nothing is published."""
    programme = await alliance_as_code(alliance)
    shorter = with_rules(programme, validity=Rolling(months=3, to="month_end"))
    lawful = earliest_instant(NOW, 30, "Asia/Shanghai")
    told = await alliance.operator.refused(
        "programme_refused", "/v1/programmes/apply", **body(shorter, lawful - timedelta(seconds=1))
    )
    (finding,) = [one for one in told["findings"] if one.get("severity", "error") == "error"]
    assert finding["code"] == "notice_too_short"
    assert finding["source"] == "消费者权益保护法实施条例 第21条"
    assert told["earliest"] == lawful.isoformat().replace("+00:00", "Z")
    assert (await alliance.operator.get("/v1/programmes/publications")).json()["publications"] == []
    done = await alliance.operator.done("/v1/programmes/apply", **body(shorter, lawful))
    assert done["told"] == 6
    notices = (await alliance.operator.get("/v1/programmes/publications/3")).json()["notices"]
    assert (notices["put"], notices["states"], notices["untold_members"]) == (6, {"waiting": 6}, 6)
    back = await alliance.operator.post("/v1/programmes/publications/3/withdraw")
    assert back.json()["code"] == "superseded"


async def test_a_programme_of_another_code_or_shape_is_refused(alliance: Alliance) -> None:
    """The key opens one programme; unknown fields are named."""
    programme = await alliance_as_code(alliance)
    other = msgspec.structs.replace(programme, code="elsewhere")
    await alliance.operator.refused("invalid_request", "/v1/programmes/apply", **body(other))
    wrong = body(programme)
    wrong["programme"]["rules"]["rules"][0]["ratte"] = 1
    told = await alliance.operator.refused("invalid_request", "/v1/programmes/plan", **wrong)
    assert told["errors"][0]["field"] == "programme.rules.rules[0].ratte"


async def test_merchants_and_strangers_publish_nothing(alliance: Alliance) -> None:
    """And read no versions; the terms anyone may read."""
    programme = await alliance_as_code(alliance)
    await alliance.operator.done("/v1/programmes/apply", **body(programme))
    for path in ("/v1/programmes/plan", "/v1/programmes/apply"):
        await alliance.air.refused("operator_only", path, **body(programme))
        await alliance.stranger.refused("unauthenticated", path, **body(programme))
    assert (await alliance.air.get("/v1/programmes/publications")).status_code == 403
    terms = await alliance.stranger.get(f"/v1/terms?program={programme.code}")
    assert terms.status_code == 200
    assert terms.json()["version"] == 3
    assert terms.json()["zh"].startswith("青禾联盟 会员积分条款")
    assert terms.json()["en"].splitlines()[2].startswith("1. How points are earned")
    for query in ("program=nowhere", f"program={programme.code}&version=9", ""):
        assert (await alliance.stranger.get(f"/v1/terms?{query}")).json()["code"] == "version_unknown"


async def test_terms_are_marked_and_who_was_shown_them_is_kept(alliance: Alliance) -> None:
    """R01: the hash that was read is the one that is sent; another is refused."""
    programme = await alliance_as_code(alliance)
    await alliance.operator.done("/v1/programmes/apply", **body(programme))
    clause = with_terms(programme, clauses=("积分商城周一休息。",))
    await alliance.operator.done("/v1/programmes/apply", **body(clause))
    terms = (await alliance.stranger.get(f"/v1/terms?program={programme.code}&version=4")).json()
    assert terms["before"] == 3
    added = [line["text"] for line in terms["changes_zh"] if line["mark"] == "added"]
    assert "积分商城周一休息。" in added
    seen = {"version": 4, "how": "acknowledged", "channel": "app", "text_hash": terms["text_hash"]}
    await alliance.operator.done("/v1/members/ann/terms", **seen)
    await alliance.operator.refused(
        "invalid_request", "/v1/members/ann/terms", **{**seen, "text_hash": "0" * 64}
    )
    await alliance.operator.refused("member_unknown", "/v1/members/zoe/terms", **seen)
    kept = (await alliance.operator.get("/v1/members/ann/terms")).json()["receipts"]
    assert [(one["version"], one["how"], one["channel"]) for one in kept] == [(4, "acknowledged", "app")]


async def test_two_keys_are_two_eyes(alliance: Alliance) -> None:
    """Who applied may not approve; another key of the operator may, and may decline."""
    secret = await alliance.house.keys.make(alliance.id, None, "second", NOW)
    second = Caller(alliance.client, secret)
    programme = with_terms(await alliance_as_code(alliance), two_eyes=True)
    done = await alliance.operator.done("/v1/programmes/apply", **body(programme))
    assert (done["changed"], done["version"]) == (False, 0)
    path = f"/v1/programmes/proposals/{done['proposal']}"
    (waiting,) = (await second.get("/v1/programmes/proposals")).json()["proposals"]
    assert (waiting["id"], waiting["author"]) == (done["proposal"], "operator")
    await alliance.operator.refused("own_approval", f"{path}/approve")
    assert (await second.done(f"{path}/approve"))["version"] == 3
    await second.refused("proposal_decided", f"{path}/approve")
    await second.refused("proposal_unknown", "/v1/programmes/proposals/0/approve")
    more = with_rules(programme, rules=(*programme.rules.rules, Flat(id="gift", points=1)))
    next_one = await second.done("/v1/programmes/apply", **body(more))
    path = f"/v1/programmes/proposals/{next_one['proposal']}"
    declined = await alliance.operator.done(f"{path}/decline", reason="太少")
    assert (declined["state"], declined["decided_by"]) == ("declined", "operator")
    everything = (await second.get("/v1/programmes/proposals?all=true")).json()["proposals"]
    assert sorted(one["state"] for one in everything) == ["approved", "declined"]


async def test_a_scheduled_version_is_withdrawn_over_the_wire(alliance: Alliance) -> None:
    """Then the one that stands in its place is scheduled instead."""
    programme = await alliance_as_code(alliance)
    await alliance.operator.done("/v1/programmes/apply", **body(programme))
    shorter = with_rules(programme, validity=Rolling(months=3, to="month_end"))
    await alliance.operator.done("/v1/programmes/apply", **body(shorter))
    done = await alliance.operator.done("/v1/programmes/publications/4/withdraw")
    assert done["version"] == 5
    await alliance.operator.refused("superseded", "/v1/programmes/publications/4/withdraw")
    listed = (await alliance.operator.get("/v1/programmes/publications")).json()["publications"]
    assert [(one["version"], one["state"], one["withdraws"]) for one in listed] == [
        (5, "scheduled", 4),
        (4, "scheduled", None),
        (3, "in_force", None),
    ]
    assert datetime.fromisoformat(listed[0]["valid_from"]) > datetime(2026, 12, 1, tzinfo=UTC)

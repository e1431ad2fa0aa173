"""A till without the network: what it may do, what is owed afterwards, and how it is reconciled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from jifen.jobs.expiry import expire_due
from jifen.jobs.verify import verify
from jifen.rules.definition import Offline, Offset, PerAmount, Rate, RuleSet, Till
from jifen.values.periods import Rolling
from tests.api.alliance import BEGAN, NOW, Alliance, problem

PATH = "/v1/offline-bills"
RULES = RuleSet(
    rules=(PerAmount(id="base", rate=Rate(1, 100)),),
    validity=Rolling(days=30),
    till=Till(offset=Offset(step_points=10), offline=Offline(points_most=300, bills_most=2, within_hours=48)),
)
OFF = NOW + timedelta(hours=1)
"""When the network was gone."""


@pytest.fixture
async def town(alliance: Alliance) -> Alliance:
    """A hundred points are a yuan; ann has 200 of them, and the network comes back a day later."""
    await alliance.house.catalog.publish(alliance.id, RULES, BEGAN + timedelta(days=1), BEGAN)
    await alliance.operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=20_000)
    await alliance.set_clock(OFF + timedelta(days=1))
    return alliance


def bill(number: int, points: int = 0, **more: Any) -> dict[str, Any]:
    """A bill of 50 yuan at the till."""
    at = more.pop("at", OFF).isoformat()
    body = {
        "key": f"k{number}",
        "member": "ann",
        "store": "air-1",
        "amount": 5_000,
        "at": at,
        "points": points,
    }
    return {**body, "till": "till-3", "sequence": number, **more}


async def balance(town: Alliance, member: str = "ann") -> tuple[int, int]:
    """Available and owed."""
    told = (await town.operator.get(f"/v1/members/{member}/balance")).json()["balances"]["point"]
    return told["available"], told["owed"]


async def proves_clean(town: Alliance) -> None:
    """The books add up."""
    report = await verify(town.house.pool, town.id)
    assert report.clean, report.findings


async def test_what_is_there_is_drawn_as_of_then(town: Alliance) -> None:
    """150 points pay 1.50 of 50.00; the rest is cash and earns; once for ever, as of when it was."""
    made = await town.air.done(PATH, **bill(1, 150))
    assert (made["drawn"], made["owed"], made["pays_fen"], made["cash_fen"]) == (150, 0, 150, 4_850)
    assert (made["earned"], made["replayed"]) == ({"point": 48}, False)
    again = await town.air.done(PATH, **bill(1, 150))
    assert again == {**made, "replayed": True}
    assert await balance(town) == (200 - 150 + 48, 0)
    entry = (await town.operator.get(f"/v1/entries/{made['id']}")).json()
    assert entry["kind"] == "purchase"
    assert entry["occurred_at"].startswith(OFF.isoformat()[:16])
    await town.air.refused("key_reused", PATH, **bill(1, 160))
    await proves_clean(town)


async def test_what_is_not_there_is_owed_and_earned_back(town: Alliance) -> None:
    """Spent online meanwhile: the merchant is paid, the member owes, and later earnings repay."""
    await town.air.done("/v1/redemptions", key="r1", member="ann", points=120, store="air-1")
    made = await town.air.done(PATH, **bill(1, 200))
    assert (made["drawn"], made["owed"], made["pays_fen"]) == (80, 120, 200)
    explained = await town.operator.get(f"/v1/entries/{made['id']}/explanation")
    assert explained.status_code == 200, explained.text
    assert await balance(town) == (48, 120)
    await proves_clean(town)
    paid = await town.air.done("/v1/purchases", key="p2", member="ann", store="air-1", amount=10_000)
    assert paid["repaid"] == 100
    assert await balance(town) == (48, 20)
    redeemed = await town.house.pool.fetchval(
        "SELECT -sum(m.points) FROM movement m JOIN entry e ON e.cell = m.cell AND e.wallet = m.wallet "
        "AND e.no = m.entry WHERE e.id = $1::uuid AND m.account = 'redeemed'",
        made["id"],
    )
    assert redeemed == 200
    await proves_clean(town)


async def test_goods_come_back_and_so_does_every_tender(town: Alliance) -> None:
    """A half, then the rest: cash to the fen, points to the point, and what was owed is owed no more."""
    await town.air.done("/v1/redemptions", key="r1", member="ann", points=120, store="air-1")
    before = await balance(town)
    made = await town.air.done(PATH, **bill(1, 200))
    for part in (2_500, 2_500):
        await town.air.done(
            "/v1/returns", key=f"back-{part}-{await balance(town)}", entry=made["id"], amount=part
        )
        await proves_clean(town)
    assert await balance(town) == before


async def test_the_limits_of_a_till(town: Alliance) -> None:
    """Too many points, bills or hours, a step not kept, a rule set without: refused with what to do."""
    for number, body, why in (
        (1, {"points": 310}, "too_many_points"),
        (2, {"points": 100, "at": OFF - timedelta(hours=25)}, "too_late"),
        (3, {"points": 15}, "offset"),
        (4, {"points": 100, "at": BEGAN + timedelta(hours=5)}, "not_allowed"),
    ):
        told = await town.air.refused("offline_refused", PATH, **bill(number, **body))
        assert told["why"] == why
        assert "/v1/purchases" in told["detail"]
    await town.air.done(PATH, **bill(5, 20))
    await town.air.done(PATH, **bill(6, 20))
    assert (await town.air.refused("offline_refused", PATH, **bill(7, 20)))["why"] == "too_many_bills"
    await town.air.done(PATH, **bill(8))
    await town.air.done(PATH, **bill(9, 20, at=OFF + timedelta(hours=20)))
    await town.air.refused("event_in_future", PATH, **bill(10, 20, at=OFF + timedelta(days=3)))
    listed = (await town.air.get(f"{PATH}?till=till-3")).json()
    assert [(one["sequence"], one["state"], one["refused"]) for one in listed["bills"]] == [
        (1, "refused", "too_many_points"),
        (2, "refused", "too_late"),
        (3, "refused", "offset"),
        (4, "refused", "not_allowed"),
        (5, "booked", ""),
        (6, "booked", ""),
        (7, "refused", "too_many_bills"),
        (8, "booked", ""),
        (9, "booked", ""),
        (10, "refused", "event_in_future"),
    ]
    await proves_clean(town)


async def test_many_bills_of_one_day_at_once(town: Alliance) -> None:
    """Twelve tills report at once: two take points, ten are refused, nothing is taken twice."""
    answers = await asyncio.gather(
        *(town.air.post(PATH, **bill(1, 60, key=f"k{n}", till=f"till-{n}")) for n in range(12))
    )
    assert sorted(one.status_code for one in answers) == [201] * 2 + [409] * 10
    assert await balance(town) == (200 - 120 + 2 * 49, 0)
    await proves_clean(town)


async def test_a_card_that_was_lost_before_takes_nothing(town: Alliance) -> None:
    """Stopped after the bill it still counts; stopped before, no points leave."""
    card = (await town.operator.done("/v1/members/ann/cards", key="c", reason="first"))["card"]
    by_card = {"member": None, "card": card}
    await town.air.done(PATH, **bill(1, 50, **by_card))
    await town.operator.done("/v1/members/ann/cards/stop", reason="lost")
    await town.air.done(PATH, **bill(2, 50, **by_card))
    await town.set_clock(OFF + timedelta(days=1, hours=2))
    late = OFF + timedelta(days=1, hours=1)
    assert (await town.air.refused("offline_refused", PATH, **bill(3, 50, at=late, **by_card)))[
        "why"
    ] == "card_stopped"
    await town.air.refused("identification_refused", PATH, **bill(4, 50, member=None, card="2200000000002"))
    await proves_clean(town)


async def test_a_till_is_reconciled(town: Alliance) -> None:
    """Its numbers once each, what is missing, what was drawn and owed in all; another's is not seen."""
    for number in (2, 3, 7):
        await town.air.done(PATH, **bill(number, 0 if number == 3 else 100))
    await town.air.refused("already_exists", PATH, **bill(3, key="other"))
    listed = (await town.air.get(f"{PATH}?till=till-3")).json()
    assert listed["gaps"] == [{"first": 1, "last": 1}, {"first": 4, "last": 6}]
    assert (listed["drawn"], listed["owed"]) == (200, 0)
    one = listed["bills"][0]
    assert (one["member"], one["points"], one["drawn"], one["state"]) == ("ann", 100, 100, "booked")
    later = (await town.air.get(f"{PATH}?till=till-3&after=3")).json()
    assert ([bill["sequence"] for bill in later["bills"]], later["gaps"]) == ([7], [{"first": 4, "last": 6}])
    since = (OFF + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert (await town.air.get(f"{PATH}?till=till-3&since={since}")).json()["bills"] == []
    assert (await town.sea.get(f"{PATH}?till=till-3")).json()["bills"] == []
    own = (await town.operator.get(f"{PATH}?till=till-3&merchant=air")).json()
    assert len(own["bills"]) == 3
    for query, code in (
        ("", "invalid_request"),
        ("till=x&since=x", "invalid_request"),
        ("till=x&since=2026-01-01", "invalid_request"),
        ("till=x&after=-1", "invalid_request"),
        ("till=x&merchant=sea", "out_of_scope"),
    ):
        problem(await town.air.get(f"{PATH}?{query}"), code)
    problem(await town.operator.get(f"{PATH}?till=x"), "invalid_request")


async def test_points_that_lapsed_since_still_pay(town: Alliance) -> None:
    """Past their date but there still, they pay as of then; expired meanwhile, their expiry is undone."""
    # 200 points, good to the end of the 30th day; the bill was on that day.
    then = NOW + timedelta(days=30)
    await town.set_clock(then + timedelta(days=1))
    made = await town.air.done(PATH, **bill(1, 100, at=then))
    assert (made["drawn"], made["owed"]) == (100, 0)
    program = await town.house.catalog.refresh(town.id)
    await expire_due(town.house.pool, town.house.engine, program, then + timedelta(days=1))
    made = await town.air.done(PATH, **bill(2, 100, at=then))
    assert (made["drawn"], made["owed"]) == (100, 0)
    await expire_due(town.house.pool, town.house.engine, program, then + timedelta(days=1))
    await proves_clean(town)
    await town.air.done("/v1/returns", key="back", entry=made["id"])
    last = await town.air.done(PATH, **bill(3, 100, at=then - timedelta(minutes=5), member="bob"))
    assert (last["drawn"], last["owed"]) == (0, 100)
    await proves_clean(town)


async def test_what_cannot_be_a_bill(town: Alliance) -> None:
    """Field and remedy; nothing is reserved, so the number is a gap that the till can mend."""
    for body, field, code in (
        ({"member": None}, "member", "invalid_request"),
        ({"card": "2200000000002"}, "member", "invalid_request"),
        ({"member": "nobody"}, "member", "member_unknown"),
        ({"store": "none"}, "store", "store_unknown"),
        ({"store": "sea-1"}, "store", "out_of_scope"),
        ({"amount": None}, "amount", "invalid_request"),
        ({"sequence": 0}, "sequence", "invalid_request"),
        ({"points": 100, "cash_fen": 1}, "cash_fen", "cash_differs"),
    ):
        told = await town.air.refused(code, PATH, **{**bill(1), **body})
        assert told["errors"][0]["field"] == field
    assert (await town.air.get(f"{PATH}?till=till-3")).json()["bills"] == []
    await town.air.done(PATH, **bill(1, 100, cash_fen=4_900))


async def test_a_report_that_was_cut_off_goes_on(town: Alliance) -> None:
    """The number was reserved, the bill not booked: it is listed as open, and the same report books it."""
    refused = await town.air.post(PATH, **bill(1, 310))
    assert refused.status_code == 409
    # As a kill between the reservation and the booking leaves it.
    await town.house.pool.execute("UPDATE offline_report SET refused = '' WHERE program = $1", town.id)
    listed = (await town.air.get(f"{PATH}?till=till-3")).json()
    assert [one["state"] for one in listed["bills"]] == ["open"]
    made = await town.air.done(PATH, **bill(1, 100))
    assert (made["drawn"], made["owed"]) == (100, 0)
    await proves_clean(town)

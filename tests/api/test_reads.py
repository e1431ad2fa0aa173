"""Reads: balances, lots, entries with their reasons and their proof."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from jifen.api.app import create_app
from jifen.api.settings import Settings
from jifen.books.entries import entry_hash, legs_text
from jifen.engine.loading import load_entries
from tests.api.alliance import NOW, Alliance, Caller, client_of, problem, running

BASKET = [
    {"sku": "apple", "category": "PRODUCE", "quantity": 2, "amount": 6_000},
    {"sku": "soap", "quantity": 1, "amount": 5_000},
]


async def test_a_balance_says_what_lapses_when_and_what_it_is_worth(alliance: Alliance) -> None:
    """In order of the last days; other units stand beside it, empty ones too."""
    operator = alliance.operator
    await operator.done(
        "/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000, at="2026-08-01T00:00:00Z"
    )
    await operator.done("/v1/purchases", key="p2", member="ann", store="sea-1", amount=3_000)
    await operator.done(
        "/v1/holds", key="h1", member="ann", store="sea-1", points=10, deadline="2026-12-01T00:00:00Z"
    )
    told = (await operator.get("/v1/members/ann/balance")).json()
    assert (told["member"], told["at"]) == ("ann", "2026-11-21T02:00:00Z")
    assert told["balances"]["point"] == {
        "available": 70,
        "pending": 0,
        "held": 10,
        "owed": 0,
        "worth_fen": 70,
        "lapsing": [{"last_day": "2027-02-28", "points": 40}, {"last_day": "2027-05-31", "points": 30}],
    }
    assert told["balances"]["green"]["available"] == 0
    await alliance.set_clock(datetime(2027, 3, 1, tzinfo=UTC))
    later = (await operator.get("/v1/members/ann/balance")).json()["balances"]["point"]
    assert (later["available"], later["worth_fen"], later["held"]) == (30, 30, 10)


async def test_lots_stand_in_the_order_in_which_they_are_drawn(alliance: Alliance) -> None:
    """With issuer, funder, dates and worth."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=3_000)
    await operator.done(
        "/v1/purchases", key="p2", member="ann", store="sea-1", amount=5_000, at="2026-08-01T00:00:00Z"
    )
    lots = (await operator.get("/v1/members/ann/lots")).json()["lots"]
    assert [(lot["issuer"], lot["remaining"], lot["expires_at"], lot["usable"]) for lot in lots] == [
        ("sea", 50, "2027-02-28T16:00:00Z", True),
        ("air", 30, "2027-05-31T16:00:00Z", True),
    ]
    assert (lots[0]["offset_points"], lots[0]["offset_fen"], lots[0]["contract"], lots[0]["terms"]) == (
        100,
        100,
        1,
        1,
    )


async def test_entries_come_in_pages_newest_first(alliance: Alliance) -> None:
    """Each page says where the next begins; what is booked meanwhile shifts nothing."""
    operator = alliance.operator
    for number in range(5):
        await operator.done("/v1/purchases", key=f"p{number}", member="ann", store="air-1", amount=100)
    first = (await operator.get("/v1/members/ann/entries?limit=2")).json()
    assert [entry["no"] for entry in first["entries"]] == [5, 4]
    await operator.done("/v1/purchases", key="p9", member="ann", store="air-1", amount=100)
    second = (await operator.get(f"/v1/members/ann/entries?limit=2&cursor={first['next']}")).json()
    assert [entry["no"] for entry in second["entries"]] == [3, 2]
    third = (await operator.get(f"/v1/members/ann/entries?limit=2&cursor={second['next']}")).json()
    assert ([entry["no"] for entry in third["entries"]], third["next"]) == ([1], None)
    assert (await operator.get("/v1/members/bob/entries")).json()["entries"] == []


async def test_an_entry_says_why_rule_by_rule(alliance: Alliance) -> None:
    """What each rule gave with its title, and why the others gave nothing."""
    operator = alliance.operator
    booked = await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", lines=BASKET)
    entry = (await operator.get(f"/v1/entries/{booked['id']}")).json()
    why = entry["explanation"]
    assert why["shares"] == [
        {"rule": "base", "title": "One point a yuan", "points": 170},
        {"rule": "big", "title": "Large baskets", "points": 20},
    ]
    assert {(one["rule"], one["reason"], one["why"]) for one in why["missed"]} == {
        ("bag", "act", "it is for other acts, or for purchases"),
        ("double", "weekday", "it is for other days of the week"),
    }
    assert why["read"] == []
    assert (entry["member"], entry["source"], entry["key"], entry["merchant"]) == (
        "ann",
        "operator",
        "p1",
        "air",
    )
    assert [(leg["account"], leg["points"], leg["party"]) for leg in entry["legs"]] == [
        ("issued", 190, "air")
    ]
    assert (entry["basket"]["store"], entry["basket"]["amount"]) == ("air-1", 11_000)
    assert entry["basket"]["lines"][0] == {**BASKET[0], "tags": [], "brand": "", "evidence": ""}
    assert entry["event"]["store"] == "air-1"


async def test_a_cap_and_a_once_say_so_afterwards(alliance: Alliance) -> None:
    """The reasons are those of then, found with the facts that were stored, not those of now."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=50_000)
    capped = await operator.done("/v1/purchases", key="p2", member="ann", store="air-1", amount=5_000)
    await operator.done("/v1/acts", key="a1", member="ann", act="bag")
    twice = await operator.done("/v1/acts", key="a2", member="ann", act="bag")
    sent_back = await operator.done("/v1/returns", key="r1", purchase="p1")
    missed: dict[tuple[str, str], str] = {}
    for receipt in (capped, twice):
        why = (await operator.get(f"/v1/entries/{receipt['id']}")).json()["explanation"]
        missed |= {(receipt["kind"], one["rule"]): one["reason"] for one in why["missed"]}
        assert [one["before"] for one in why["read"] if one["counter"] == "cap:base"] in ([500], [])
    assert missed[("purchase", "base")] == "cap"
    assert missed[("act", "bag")] == "once"
    lost = (await operator.get(f"/v1/entries/{sent_back['id']}")).json()
    assert lost["explanation"]["shares"][0] == {"rule": "base", "title": "One point a yuan", "points": -500}
    assert lost["reverses"] == 1


async def test_an_entry_proves_itself(alliance: Alliance) -> None:
    """Its hash is over the one before and its own facts, and the last one is the wallet's head."""
    operator = alliance.operator
    first = await operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
    second = await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=5)
    told = [(await operator.get(f"/v1/entries/{one['id']}")).json() for one in (first, second)]
    assert (told[0]["previous"], told[1]["previous"]) == ("", told[0]["hash"])
    assert (await operator.get("/v1/members/ann")).json()["head"] == told[1]["hash"]
    async with alliance.house.pool.acquire() as conn:
        ids = [UUID(one["id"]) for one in (first, second)]
        stored = [booked.entry for booked, _ in (await load_entries(conn, ids)).values()]  # type: ignore[arg-type]
    previous = b""
    for entry in sorted(stored, key=lambda one: one.no):
        previous = entry_hash(
            previous,
            entry.wallet,
            entry.no,
            entry.id,
            entry.kind,
            entry.source,
            entry.key,
            entry.occurred_at,
            entry.recorded_at,
            entry.reverses,
            entry.merchant,
            entry.unit,
            entry.balance,
            entry.event.encode(),
            entry.explanation.encode(),
            legs_text(entry.legs, entry.merchant),
        )
    assert previous.hex() == told[1]["hash"]
    assert len(previous) == hashlib.sha256().digest_size


async def test_both_sides_of_a_transfer_can_be_seen(alliance: Alliance) -> None:
    """They share an id, so each is found by its member and number."""
    operator = alliance.operator
    await operator.done("/v1/purchases", key="p1", member="fay", store="air-1", amount=5_000)
    given = await operator.done("/v1/transfers", key="t1", member="fay", to="gus", points=5)
    giver = (await operator.get(f"/v1/entries/{given['id']}")).json()
    taker = (await operator.get("/v1/members/gus/entries/1")).json()
    assert (giver["id"], giver["member"], giver["points"]) == (taker["id"], "fay", -5)
    assert (taker["member"], taker["points"], taker["legs"][0]["party"]) == ("gus", 5, None)
    pool = (await operator.get("/v1/members/home")).json()
    assert pool["pool"] is True
    assert pool["household"] == (await operator.get("/v1/members/fay")).json()["household"]


async def test_what_is_not_there_is_not_found(alliance: Alliance) -> None:
    """Members, entries, numbers of entries."""
    operator = alliance.operator
    for path, code in {
        "/v1/members/eve": "member_unknown",
        "/v1/members/eve/balance": "member_unknown",
        "/v1/members/eve/lots": "member_unknown",
        "/v1/members/eve/entries": "member_unknown",
        "/v1/members/ann/entries/1": "entry_unknown",
        "/v1/entries/00000000-0000-8000-8000-000000000000": "entry_unknown",
        "/v1/holds/00000000-0000-8000-8000-000000000000": "hold_unknown",
        "/v1/stocks/none": "stock_unknown",
        "/v1/nothing": "not_found",
        "/v1": "not_found",
        "/v1x": "not_found",
        "/nothing": "not_found",
        "/v1/members//balance": "not_found",
        "/v1/members/ann/balance/x": "not_found",
    }.items():
        told = problem(await operator.get(path), code)
        assert told["status"] in (404, 422), path


async def test_reads_see_what_another_process_booked(alliance: Alliance, settings: Settings) -> None:
    """They go to the database: after a booking elsewhere the balance is that from there; so is a spending."""
    await alliance.operator.done("/v1/purchases", key="p1", member="ann", store="air-1", amount=5_000)
    async with running(create_app(settings)) as elsewhere, client_of(elsewhere) as client:
        operator = Caller(client, alliance.operator.secret)
        await operator.done("/v1/redemptions", key="d1", member="ann", store="sea-1", points=20)
    assert await alliance.operator.available("ann") == 30
    await alliance.operator.refused(
        "insufficient_points", "/v1/redemptions", key="d2", member="ann", store="sea-1", points=31
    )
    await alliance.operator.done("/v1/redemptions", key="d2", member="ann", store="sea-1", points=30)


async def test_the_clock_is_the_programmes(alliance: Alliance) -> None:
    """A test clock decides what now is; without one it is the system's."""
    told = (await alliance.operator.get("/v1/program")).json()
    assert (told["now"], told["test_clock"]) == ("2026-11-21T02:00:00Z", "2026-11-21T02:00:00Z")
    answer = await alliance.operator.ask("PUT", "/v1/clock", json={"at": None})
    assert answer.json()["test_clock"] is None
    now = datetime.fromisoformat((await alliance.operator.get("/v1/program")).json()["now"])
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
    await alliance.set_clock(NOW)

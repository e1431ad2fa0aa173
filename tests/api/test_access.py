"""Who may do and see what: a stranger, a merchant, another merchant, the operator."""

import pytest

from jifen.parties.keys import FRESH_S, Keys
from tests.api.alliance import Alliance, Caller, problem

PURCHASE = {"member": "ann", "store": "air-1", "amount": 5_000}

READS = (
    "/v1/program",
    "/v1/rules",
    "/v1/stocks/mug",
    "/v1/members/ann",
    "/v1/members/ann/balance",
    "/v1/members/ann/lots",
    "/v1/members/ann/entries",
    "/v1/members/ann/entries/1",
    "/v1/entries/00000000-0000-8000-8000-000000000000",
    "/v1/holds/00000000-0000-8000-8000-000000000000",
    "/v1/identifications/00000000-0000-8000-8000-000000000000",
    "/v1/offline-bills?till=t1",
    "/v1/members/ann/code",
    "/v1/members/ann/cards",
    "/v1/outages",
    "/v1/appeals",
    "/v1/referrals",
)
OPERATORS = (
    "transfers",
    "donations",
    "adjustments",
    "compensations",
    "freezes",
    "unfreezes",
    "expiries",
    "members",
    "members/bulk",
    "households",
    "units",
    "merchants",
    "merchants/air/contracts",
    "stores",
    "rules",
    "stocks",
    "keys",
    "outages",
    "outages/x/close",
    "remedies/delisting",
    "appeals/x/decision",
    "referrals/ann/overrule",
    "members/ann/appeals",
    "members/ann/cards",
    "members/ann/cards/stop",
)
ANYBODYS = (
    "purchases",
    "acts",
    "returns",
    "redemptions",
    "holds",
    "holds/x/capture",
    "holds/x/release",
    "reversals",
    "bulk",
    "identifications",
    "identifications/x/confirm",
    "offline-bills",
)


@pytest.mark.parametrize("path", READS)
async def test_a_stranger_reads_nothing(alliance: Alliance, path: str) -> None:
    """Without a key nobody is told whether the thing is there."""
    answer = await alliance.stranger.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="jifen"'
    problem(answer, "unauthenticated")


@pytest.mark.parametrize("path", (*OPERATORS, *ANYBODYS))
async def test_a_stranger_writes_nothing(alliance: Alliance, path: str) -> None:
    """Not even a body is read."""
    before = await alliance.books()
    await alliance.stranger.refused("unauthenticated", f"/v1/{path}", key="k1", **PURCHASE)
    assert await alliance.books() == before


@pytest.mark.parametrize("path", OPERATORS)
async def test_a_merchant_does_not_do_the_operators_work(alliance: Alliance, path: str) -> None:
    """403 before the body is looked at; the clock, rules and keys neither."""
    before = await alliance.books()
    await alliance.air.refused("operator_only", f"/v1/{path}", nonsense=True)
    for method, other in (("PUT", "/v1/clock"), ("GET", "/v1/rules"), ("DELETE", "/v1/keys/operator")):
        problem(await alliance.air.ask(method, other), "operator_only")
    assert await alliance.books() == before


async def test_wrong_keys_open_nothing(alliance: Alliance) -> None:
    """No key, another scheme, another prefix, a key with a letter changed, letters that no header has."""
    good = alliance.operator.secret
    assert good is not None
    for header in (
        "",
        "Bearer",
        f"Basic {good}",
        good,
        "Bearer jf_",
        f"Bearer x{good[1:]}",
        f"Bearer {good}x",
        "Bearer jf_é",
    ):
        answer = await alliance.stranger.ask("GET", "/v1/program", headers={"authorization": header.encode()})
        problem(answer, "unauthenticated")
    lower = await alliance.stranger.ask("GET", "/v1/program", headers={"authorization": f"bearer {good}"})
    assert lower.status_code == 200


async def test_a_merchant_books_at_its_own_stores(alliance: Alliance) -> None:
    """And not at another's, in none of the facts that name a store or a merchant."""
    await alliance.air.done("/v1/purchases", key="p1", **PURCHASE)
    await alliance.sea.refused("out_of_scope", "/v1/purchases", key="p1", **PURCHASE)
    await alliance.sea.refused("out_of_scope", "/v1/acts", key="a1", member="ann", act="bag", store="air-1")
    told = await alliance.sea.refused("out_of_scope", "/v1/acts", key="a1", member="ann", act="bag")
    assert told["errors"][0]["field"] == "store"
    spend = {"member": "ann", "points": 5}
    for where in ({"store": "air-1"}, {"merchant": "air"}):
        await alliance.sea.refused("out_of_scope", "/v1/redemptions", key="d1", **spend, **where)
        await alliance.sea.refused(
            "out_of_scope", "/v1/holds", key="h1", **spend, **where, deadline="2026-12-01T00:00:00Z"
        )
    paid = await alliance.sea.done("/v1/redemptions", key="d1", **spend)
    assert (await alliance.operator.get(f"/v1/entries/{paid['id']}")).json()["merchant"] == "sea"


async def test_a_merchant_takes_back_only_what_is_its_own(alliance: Alliance) -> None:
    """Another's purchases, holds and redemptions are not there for it, by id or by key."""
    bought = await alliance.air.done("/v1/purchases", key="p1", **PURCHASE)
    spend = {"member": "ann", "points": 5}
    paid = await alliance.air.done("/v1/redemptions", key="d1", **spend)
    held = await alliance.air.done("/v1/holds", key="h1", **spend, deadline="2026-12-01T00:00:00Z")
    before = await alliance.books()
    for member in ({}, {"member": "ann"}):
        await alliance.sea.refused("entry_unknown", "/v1/returns", key="x", entry=bought["id"], **member)
        await alliance.sea.refused("entry_unknown", "/v1/returns", key="x", purchase="p1", **member)
        await alliance.sea.refused("entry_unknown", "/v1/reversals", key="x", entry=paid["id"], **member)
        await alliance.sea.refused("hold_unknown", f"/v1/holds/{held['id']}/capture", key="x", **member)
        await alliance.sea.refused("hold_unknown", f"/v1/holds/{held['id']}/release", key="x", **member)
    assert await alliance.books() == before
    await alliance.air.done(f"/v1/holds/{held['id']}/capture", key="c1", points=2)
    await alliance.air.done("/v1/reversals", key="v1", entry=paid["id"])
    await alliance.air.done("/v1/returns", key="r1", purchase="p1")


async def test_a_merchant_sees_only_its_own(alliance: Alliance) -> None:
    """Its entries, lots and holds; of the member neither name nor phone; the balance, as a till needs it."""
    await alliance.operator.done("/v1/members", number="eve", name="Eve", phone="13800000001")
    bought = await alliance.air.done("/v1/purchases", key="p1", member="eve", store="air-1", amount=5_000)
    await alliance.sea.done("/v1/purchases", key="p1", member="eve", store="sea-1", amount=2_000)
    held = await alliance.air.done(
        "/v1/holds", key="h1", member="eve", points=1, deadline="2026-12-01T00:00:00Z"
    )
    for path in (f"/v1/entries/{bought['id']}", "/v1/members/eve/entries/1"):
        assert (await alliance.air.get(path)).status_code == 200
        problem(await alliance.sea.get(path), "entry_unknown")
    assert (await alliance.air.get(f"/v1/holds/{held['id']}")).status_code == 200
    problem(await alliance.sea.get(f"/v1/holds/{held['id']}"), "hold_unknown")
    page = (await alliance.sea.get("/v1/members/eve/entries")).json()["entries"]
    assert [entry["merchant"] for entry in page] == ["sea"]
    lots = (await alliance.sea.get("/v1/members/eve/lots")).json()["lots"]
    assert [lot["issuer"] for lot in lots] == ["sea"]
    seen = (await alliance.sea.get("/v1/members/eve")).json()
    assert (seen["name"], seen["phone"]) == (None, None)
    assert (await alliance.operator.get("/v1/members/eve")).json()["phone"] == "138****0001"
    assert await alliance.sea.available("eve") == 69
    program = (await alliance.sea.get("/v1/program")).json()
    assert [one["code"] for one in program["merchants"]] == ["sea"]
    assert [one["code"] for one in program["stores"]] == ["sea-1"]


async def test_another_programme_is_another_world(alliance: Alliance, app: object) -> None:
    """Its members, entries and holds are not there, even by their ids."""
    from litestar import Litestar

    from tests.api.alliance import founded

    assert isinstance(app, Litestar)
    bought = await alliance.operator.done("/v1/purchases", key="p1", **PURCHASE)
    held = await alliance.operator.done(
        "/v1/holds", key="h1", member="ann", store="air-1", points=1, deadline="2026-12-01T00:00:00Z"
    )
    await alliance.operator.done("/v1/members", number="only-here")
    async with founded(app) as other:
        operator = other.operator
        problem(await operator.get(f"/v1/entries/{bought['id']}"), "entry_unknown")
        problem(await operator.get(f"/v1/holds/{held['id']}"), "hold_unknown")
        problem(await operator.get("/v1/members/only-here"), "member_unknown")
        await operator.refused("entry_unknown", "/v1/returns", key="r1", entry=bought["id"])
        await operator.refused("entry_unknown", "/v1/returns", key="r1", purchase="p1", source="operator")
        await operator.refused("hold_unknown", f"/v1/holds/{held['id']}/release", key="r1")


async def test_a_revoked_key_opens_nothing(alliance: Alliance) -> None:
    """From then on here, and on other processes when they look it up again; its label stays taken."""
    made = await alliance.operator.done("/v1/keys", label="kiosk", merchant="air")
    kiosk = Caller(alliance.client, made["secret"])
    assert (await kiosk.get("/v1/program")).status_code == 200
    elsewhere = Keys(alliance.house.pool)
    assert await elsewhere.whose(made["secret"], 0.0) is not None
    revoked = await alliance.operator.ask("DELETE", "/v1/keys/kiosk")
    assert (revoked.status_code, revoked.json()["label"]) == (200, "kiosk")
    problem(await kiosk.get("/v1/program"), "unauthenticated")
    assert await elsewhere.whose(made["secret"], FRESH_S + 1) is None
    problem(await alliance.operator.ask("DELETE", "/v1/keys/kiosk"), "api_key_unknown")
    await alliance.operator.refused("already_exists", "/v1/keys", label="kiosk")

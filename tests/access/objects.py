"""Things that belong to somebody, made anew for each question of whose they are."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec

from tests.site.town import PEOPLE, TODAY, Town

LIN = PEOPLE["lin"][0]
SHOP, STORE = "hetian", "S367"
OTHER_SHOP, OTHER_STORE = "anchi", "S700"


class Sample(msgspec.Struct, kw_only=True):
    """A request about something that is somebody's.

    args: of the path. body: what is sent. shop: whose it is, where it is a merchant's. query: of the path.
    marker: where everybody is answered but sees only their own: what only the owner's answer holds.
    judged: the owner's own request is refused too, for what it asks and not for who asks.
    members: whose it is, and another, where these are not lin and gu. said: the code by which a page refuses
    what is another's, where it says so in words of its own.
    """

    args: dict[str, str] = {}
    body: Any = None
    query: str = ""
    shop: str = SHOP
    marker: str = ""
    judged: bool = False
    members: tuple[str, str] | None = None
    said: str = ""


class World:
    """The town, and the keys by which its merchants and its operator ask the interface."""

    def __init__(self, town: Town, client: httpx.AsyncClient, secrets_of: dict[str, str]) -> None:
        self.town = town
        self.client = client
        self.secrets_of = secrets_of
        self.kept: dict[str, Any] = {}

    async def enrolled(self) -> str:
        """The number of a new member."""
        number = f"T{secrets.randbelow(10**8):08}"
        await self.town.api.post("/v1/members", {"number": number, "name": "田一"})
        return number

    async def token_of(self, number: str) -> str:
        """A session of a member."""
        wallets = await self.town.house.members.wallets(self.town.program.id, [number])
        sessions = self.town.reception.sessions
        now = datetime.now(UTC)
        return await sessions.open_for_member(self.town.program.id, wallets[number], number, now)

    async def ask(self, who: str, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """A request to the interface with somebody's key; '': without one."""
        headers = {"authorization": f"Bearer {self.secrets_of[who]}"} if who else {}
        if body is not None and "content" not in more:
            more["content"] = msgspec.json.encode(body)
            headers["content-type"] = "application/json"
        return await self.client.request(method, path, headers=headers | more.pop("headers", {}), **more)

    async def done(self, who: str, path: str, **body: Any) -> Any:
        """What is answered to a body that must be granted."""
        answer = await self.ask(who, "POST", path, {"key": fresh(), **body})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


def fresh() -> str:
    """A key that was never used."""
    return secrets.token_hex(8)


Make = Callable[[World], Awaitable[Sample]]


async def purchase(world: World) -> Any:
    """Something bought at the shop."""
    return await world.done(SHOP, "/v1/purchases", member=LIN, store=STORE, amount=5_000)


async def entry(world: World) -> Sample:
    """An entry of the shop, by its id."""
    return Sample(args={"id": (await purchase(world))["id"]})


async def entry_number(world: World) -> Sample:
    """An entry of the shop, by the member's number of it."""
    return Sample(args={"number": LIN, "no": str((await purchase(world))["no"])})


async def entries(world: World) -> Sample:
    """The member's entries, of which a merchant sees its own."""
    return Sample(args={"number": LIN}, marker=(await purchase(world))["id"])


async def returned(world: World) -> Sample:
    """Goods of the shop that come back."""
    return Sample(body={"key": fresh(), "entry": (await purchase(world))["id"], "amount": 1_000})


async def reversed_(world: World) -> Sample:
    """A purchase of the shop that is taken back."""
    return Sample(body={"key": fresh(), "entry": (await purchase(world))["id"]})


def at_store(**body: Any) -> Make:
    """A fact that names the shop's store."""

    async def make(world: World) -> Sample:
        return Sample(body={"key": fresh(), "member": LIN, "store": STORE, **body})

    return make


async def hold_made(world: World) -> str:
    """Points held for the shop."""
    until = (TODAY + timedelta(hours=1)).isoformat()
    made = await world.done(SHOP, "/v1/holds", member=LIN, store=STORE, points=100, deadline=until)
    found: str = made["id"]
    return found


def of_hold(**body: Any) -> Make:
    """Something done with a hold of the shop."""

    async def make(world: World) -> Sample:
        sent = {"key": fresh(), **body} if body or body == {} else None
        return Sample(args={"id": await hold_made(world)}, body=sent)

    return make


async def hold_seen(world: World) -> Sample:
    """A hold of the shop."""
    return Sample(args={"id": await hold_made(world)})


async def quote_made(world: World) -> str:
    """A quote of the shop."""
    found: str = (await world.done(SHOP, "/v1/quotes", member=LIN, store=STORE, amount=2_000, points=0))["id"]
    return found


async def quote_seen(world: World) -> Sample:
    """A quote of the shop."""
    return Sample(args={"id": await quote_made(world)})


async def bill_opened(world: World) -> Sample:
    """A bill on a quote of the shop."""
    return Sample(body={"key": fresh(), "quote": await quote_made(world)})


async def bill_made(world: World) -> Any:
    """A bill of the shop."""
    return (await world.done(SHOP, "/v1/bills", quote=await quote_made(world)))["bill"]


async def bill_seen(world: World) -> Sample:
    """A bill of the shop."""
    return Sample(args={"id": (await bill_made(world))["id"]})


async def bill_captured(world: World) -> Sample:
    """A bill of the shop that is paid."""
    made = await bill_made(world)
    return Sample(args={"id": made["id"]}, body={"key": fresh(), "cash_fen": made["cash_fen"]})


async def bill_voided(world: World) -> Sample:
    """A bill of the shop that is not paid."""
    return Sample(args={"id": (await bill_made(world))["id"]}, body={"key": fresh()})


async def identified(world: World) -> Sample:
    """A phone that the shop waits for."""
    phone = f"198{secrets.randbelow(10**8):08}"
    made = await world.done(SHOP, "/v1/identifications", phone=phone)
    return Sample(args={"id": made["id"]})


async def confirmed(world: World) -> Sample:
    """A code that was sent to a phone at the shop."""
    made = await identified(world)
    return Sample(args=made.args, body={"code": "000000"}, judged=True)


async def order_made(world: World) -> Any:
    """An order of a reward of the shop."""
    return await world.done("operator", "/v1/reward-redemptions", member=LIN, reward="oil-2l")


async def order_seen(world: World) -> Sample:
    """An order of the shop."""
    return Sample(args={"id": (await order_made(world))["id"]})


async def orders(world: World) -> Sample:
    """Orders, of which a merchant sees its own."""
    return Sample(marker=(await order_made(world))["id"])


async def booking_made(world: World) -> Any:
    """A time at the car wash that is booked, and waits."""
    return await world.done("operator", "/v1/reward-redemptions", member=LIN, reward="car-wash", slot=_slot())


def of_order(*, judged: bool = False, **body: Any) -> Make:
    """A step of an order of the car wash."""

    async def make(world: World) -> Sample:
        args = {"id": (await booking_made(world))["id"]}
        return Sample(args=args, body={"key": fresh(), **body}, shop=OTHER_SHOP, judged=judged)

    return make


async def order_returned(world: World) -> Sample:
    """An order of the shop that is given back."""
    return Sample(args={"id": (await order_made(world))["id"]}, body={"key": fresh()})


async def proposed(world: World) -> Sample:
    """An act at the shop that somebody is to judge; the town has none that are judged."""
    body = {"key": fresh(), "member": LIN, "store": STORE, "act": "suggestion", "said": "一台秤"}
    return Sample(body=body, judged=True)


SLOTS = iter(range(1, 10_000))


def _slot() -> str:
    """A time at the car wash with places left: two are taken of each afternoon's."""
    place, _ = divmod(next(SLOTS), 2)
    day, time = divmod(place, 10)
    hour, half = divmod(26 + time, 2)
    return (TODAY + timedelta(days=1 + day)).replace(hour=hour, minute=30 * half).isoformat()


def _sale() -> dict[str, Any]:
    return {"key": fresh(), "reward": "car-wash", "slot": _slot(), "store": OTHER_STORE}


async def slot_sold(world: World) -> Sample:
    """A place at the car wash that is sold for cash."""
    return Sample(body=_sale(), shop=OTHER_SHOP)


async def slot_sale(world: World) -> Sample:
    """A place at the car wash that was sold."""
    made = await world.done(OTHER_SHOP, "/v1/slot-sales", **_sale())
    return Sample(args={"id": made["id"]}, shop=OTHER_SHOP)


async def slot_unsold(world: World) -> Sample:
    """A place at the car wash that is given back."""
    made = await slot_sale(world)
    made.body = {}
    return made


SEQUENCES = iter(range(1, 10_000))


def _offline() -> dict[str, Any]:
    at = (TODAY - timedelta(minutes=5)).isoformat()
    bill = {"member": LIN, "store": STORE, "amount": 3_000, "points": 0, "at": at}
    return {"key": fresh(), **bill, "till": "t1", "sequence": next(SEQUENCES)}


async def offline(world: World) -> Sample:
    """A bill that a till of the shop took without the network."""
    return Sample(body=_offline())


async def offline_list(world: World) -> Sample:
    """What a till of the shop reported."""
    body = _offline()
    await world.done(SHOP, "/v1/offline-bills", **body)
    return Sample(query="?till=t1", marker=body["key"])


API: dict[str, Make] = {
    "book_purchase": at_store(amount=2_000),
    "book_act": at_store(act="lecture"),
    "return_goods": returned,
    "ask_return": returned,
    "redeem": at_store(points=100),
    "hold": at_store(points=100, deadline=(TODAY + timedelta(hours=1)).isoformat()),
    "capture_hold": of_hold(points=50),
    "release_hold": of_hold(),
    "reverse": reversed_,
    "propose_act": proposed,
    "get_identification": identified,
    "confirm_identification": confirmed,
    "list_entries": entries,
    "get_entry_by_number": entry_number,
    "get_entry": entry,
    "get_hold": hold_seen,
    "explain_entry": entry,
    "sell_slot": slot_sold,
    "get_slot_sale": slot_sale,
    "cancel_slot_sale": slot_unsold,
    "ask_quote": at_store(amount=20_000),
    "get_quote": quote_seen,
    "open_bill": bill_opened,
    "get_bill": bill_seen,
    "capture_bill": bill_captured,
    "void_bill": bill_voided,
    "report_offline_bill": offline,
    "list_offline_bills": offline_list,
    "confirm_order": of_order(),
    "fulfil_order": of_order(),
    "cancel_order": of_order(by="merchant", reason="没有货"),
    "return_order": order_returned,
    "dispute_order": of_order(judged=True, reason="没有收到"),
    "fail_order": of_order(reason="没有货"),
    "no_show_order": of_order(judged=True),
    "list_orders": orders,
    "get_order": order_seen,
    "redeem_reward": at_store(reward="oil-2l"),
}
"""For each route of the interface whose row says `own`: a request about what is the shop's own."""

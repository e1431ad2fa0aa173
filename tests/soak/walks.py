"""A walk through every operation of several steps that points can take part in, one after the other."""

from collections.abc import Generator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

STORE = "hall-east"
LINES = [{"sku": "tea", "quantity": 2, "amount": 1200}, {"sku": "rice", "quantity": 1, "amount": 800}]
GOODS_FEN = 2000
SAVED_FEN = 500
ZONE = ZoneInfo("Asia/Shanghai")
SLOTS_A_DAY = 24


class Op(msgspec.Struct, frozen=True):
    """One operation. keyed: it carries a key; else its content says which it is."""

    name: str
    path: str
    body: dict[str, Any] = {}
    method: str = "POST"
    keyed: bool = True


class Look(msgspec.Struct, frozen=True):
    """Something that is only read."""

    path: str


class Watch(msgspec.Struct, frozen=True):
    """What is read back before and after every operation from now on, beside the members."""

    paths: tuple[str, ...] = ()


Walk = Generator[Op | Look | Watch, Any, None]
"""It is sent the answer to each operation and look."""


class Who(msgspec.Struct, frozen=True):
    """Whose walk it is: a word that no other has, and its place among the walks of all rounds."""

    word: str
    place: int

    @property
    def members(self) -> tuple[str, str, str]:
        """Three members, of one family later."""
        return f"{self.word}-a", f"{self.word}-b", f"{self.word}-c"

    def slot(self, other: int) -> str:
        """A time of its own at which there is one place."""
        number = 2 * self.place + other
        day = datetime.now(ZONE).date() + timedelta(days=2 + number // SLOTS_A_DAY)
        at = datetime.combine(day, time(8), ZONE) + timedelta(minutes=30 * (number % SLOTS_A_DAY))
        return at.isoformat()


def life(who: Who) -> Walk:
    """All of it."""
    for member in who.members:
        yield Op("purchase", "/v1/purchases", {"member": member, "store": STORE, "amount": 1_200_000})
    yield from at_the_till(who)
    yield from with_a_voucher(who)
    yield from in_the_mall(who)
    yield from booked(who)
    yield from in_a_family(who)
    yield from without_network(who)
    yield from identified(who)


def at_the_till(who: Who) -> Walk:
    """A quote, a bill of it that is captured for less than it holds, and its goods that come back."""
    a, _, _ = who.members
    quote = yield Op(
        "basket quoted", "/v1/quotes", {"member": a, "store": STORE, "lines": LINES, "points": 100}
    )
    of_quote = f"/v1/quotes/{quote['id']}"
    yield Watch((of_quote,))
    told = yield Op("bill opened", "/v1/bills", {"quote": quote["id"]})
    bill = f"/v1/bills/{told['bill']['id']}"
    yield Watch((of_quote, bill))
    paid = yield Op("bill captured for less", f"{bill}/capture", {"cash_fen": GOODS_FEN - 40, "points": 40})
    back = {"entry": paid["id"], "lines": [{"sku": "tea", "quantity": 1}]}
    yield Op("part of a bill returned", "/v1/returns", back)
    yield Op("rest of a bill returned", "/v1/returns", {"entry": paid["id"]})
    yield Watch()


def with_a_voucher(who: Who) -> Walk:
    """A voucher that is bought, locked, set free, locked again, spent and restored."""
    a, _, _ = who.members
    yield Op("voucher issued", "/v1/reward-redemptions", {"member": a, "reward": "coupon", "store": STORE})
    vouchers = yield Look(f"/v1/members/{a}/vouchers?state=issued")
    code = vouchers["vouchers"][0]["code"]
    body = {"member": a, "store": STORE, "lines": LINES, "vouchers": [code], "points": 60}
    told = yield Op("bill opened with a voucher", "/v1/bills", body)
    bill = f"/v1/bills/{told['bill']['id']}"
    yield Watch((bill,))
    yield Op("bill voided", f"{bill}/void")
    told = yield Op("bill opened again", "/v1/bills", body)
    bill = f"/v1/bills/{told['bill']['id']}"
    yield Watch((bill,))
    paid = yield Op("bill captured", f"{bill}/capture", {"cash_fen": GOODS_FEN - SAVED_FEN - 60})
    yield Op("all of a bill returned", "/v1/returns", {"entry": paid["id"]})
    yield Watch()


def in_the_mall(who: Who) -> Walk:
    """Orders, and each way in which they end."""
    a, _, _ = who.members
    wish = {"member": a, "reward": "lamp", "store": STORE}
    fault = {"reason": "缺货", "remedy": "sold-out"}
    ends: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
        (("confirm", {}), ("fulfil", {}), ("return", {})),
        (("cancel", {"by": "member"}),),
        (("confirm", {}), ("cancel", {"by": "merchant", **fault})),
        (("fail", fault),),
        (("dispute", {"reason": "来件破损"}), ("return", {"reason": "来件破损"})),
    )
    for steps in ends:
        order = yield Op("order placed", "/v1/reward-redemptions", wish)
        path = f"/v1/orders/{order['id']}"
        yield Watch((path,))
        for step, body in steps:
            yield Op(f"order: {step}", f"{path}/{step}", body)
    yield Watch()


def booked(who: Who) -> Walk:
    """A place that is booked for points and cancelled, and one that is sold for cash and given back."""
    a, _, _ = who.members
    wish = {"member": a, "reward": "massage", "store": STORE, "slot": who.slot(0)}
    order = yield Op("place booked", "/v1/reward-redemptions", wish)
    path = f"/v1/orders/{order['id']}"
    yield Watch((path,))
    yield Op("place cancelled", f"{path}/cancel", {"by": "member"})
    sale = yield Op("place sold for cash", "/v1/slot-sales", {"reward": "massage", "slot": who.slot(1)})
    path = f"/v1/slot-sales/{sale['id']}"
    yield Watch((path,))
    yield Op("sale cancelled", f"{path}/cancellation", keyed=False)
    yield Watch()


def in_a_family(who: Who) -> Walk:
    """A household from its beginning to its end, with what it pays together."""
    a, b, c = who.members
    home = f"{who.word}-home"
    yield Op("household opened", "/v1/households", {"number": home, "members": [a, b]}, keyed=False)
    pool = f"/v1/members/{home}"
    yield Watch((pool, f"{pool}/balance", f"{pool}/lots"))
    asked = yield Op("invited", f"/v1/members/{a}/household/invitations", {"invitee": c})
    yield Op("invitation accepted", f"/v1/members/{c}/household/invitations/{asked['id']}/accept")
    for member in (b, c):
        yield Op("pool let", f"/v1/members/{member}/household/pool", {"points": 1_000_000}, "PUT")
    yield Op("transferred", "/v1/transfers", {"member": c, "to": home, "points": 300})
    yield from _paid_together(who, (pool, f"{pool}/balance", f"{pool}/lots"))
    yield Op("left", f"/v1/members/{c}/household/leave")
    died = {"heir": a, "case": "2026-0042", "evidence": "死亡证明"}
    yield Op("inherited", f"/v1/members/{b}/inheritance", died)
    yield Op("household closed", f"/v1/members/{a}/household/close")
    yield Watch()


def _paid_together(who: Who, pool: tuple[str, ...]) -> Walk:
    a, b, c = who.members
    wish = {"member": a, "reward": "cooker", "count": 2, "store": STORE}
    # Of b and c, whose points lapse on one day, the one whose wallet has the smaller number would pay first.
    payers = [{"member": member} for member in (a, b)]
    order = yield Op("pooled order placed", "/v1/reward-redemptions", {**wish, "payers": payers})
    path = f"/v1/orders/{order['id']}"
    yield Watch((*pool, path))
    yield Op("pooled order failed", f"{path}/fail", {"reason": "缺货", "remedy": "sold-out"})
    parts = [{"member": member, "points": points} for member, points in ((a, 4000), (b, 3000), (c, 3000))]
    body = {"member": a, "reward": "cooker", "expected": 10_000, "payers": parts, "store": STORE}
    offer = yield Op("joint redemption offered", "/v1/joint-redemptions", body)
    path = f"/v1/joint-redemptions/{offer['id']}"
    yield Watch((*pool, path))
    yield Op("joint redemption agreed to", f"{path}/accept", {"member": b})
    order = yield Op("joint redemption paid", f"{path}/accept", {"member": c})
    yield Watch((*pool, path, f"/v1/orders/{order['id']}"))
    yield Op("joint order cancelled", f"/v1/orders/{order['id']}/cancel", {"by": "merchant"})
    yield Watch(pool)


def without_network(who: Who) -> Walk:
    """A bill of a till that had no network, reported later."""
    a, _, _ = who.members
    at = datetime.now(UTC) - timedelta(hours=1)
    body = {"member": a, "store": STORE, "amount": GOODS_FEN, "points": 50, "at": at.isoformat()}
    yield Op("offline bill", "/v1/offline-bills", {**body, "till": who.word, "sequence": 1})


def identified(who: Who) -> Walk:
    """A card, a code of the app, and a bill that asks for it."""
    a, _, _ = who.members
    yield Watch((f"/v1/members/{a}/cards",))
    card = yield Op("card issued", f"/v1/members/{a}/cards", {"reason": "新会员"})
    yield Op("identified by card", "/v1/identifications", {"card": card["card"].replace(" ", "")})
    code = yield Look(f"/v1/members/{a}/code")
    known = yield Op("identified by code", "/v1/identifications", {"code": code["code"]})
    body = {"member": a, "store": STORE, "amount": GOODS_FEN, "points": 700, "identification": known["id"]}
    told = yield Op("bill opened by who is identified", "/v1/bills", body)
    bill = f"/v1/bills/{told['bill']['id']}"
    yield Watch((bill,))
    yield Op("bill of who is identified captured", f"{bill}/capture", {"cash_fen": GOODS_FEN - 700})
    yield Op("card stopped", f"/v1/members/{a}/cards/stop", {"reason": "遗失"}, keyed=False)
    yield Watch()

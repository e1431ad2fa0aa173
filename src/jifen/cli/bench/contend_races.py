"""The races: the last item, the last place, one voucher, one quote, one pool, and a drop of scarce goods."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from jifen.cli.bench.contend_fair import STORES, Fair
from jifen.cli.bench.contend_verdict import Round, State, Try

KETTLE, LANTERN, COUPON, MASSAGE, COOKER = 100, 50, 50, 100, 10_000
"""What each costs, in points."""

SHARE = 4_000
"""What each of a family has: three times 4 000 buy one item of 10 000, and not two (SCENARIOS S16)."""

FAMILY = 3
GOODS_FEN = 2_000
TWINS_EVERY = 2
"""In every so manieth round clients come in pairs with one key, each at another server."""

CASH_EVERY = 8
"""Every so manieth client of a race for a place pays it in cash."""

OPENS = time(8)
SLOTS = 24
"""Times of a day, every half hour."""

Found = Coroutine[Any, Any, list[Round]]


class Crowd(msgspec.Struct, frozen=True):
    """Who takes part, by what they race for; families: three each."""

    guests: tuple[str, ...]
    families: tuple[tuple[str, ...], ...]
    buyers: int
    items: int


def paired(tries: Sequence[Try], clients: int, number: int) -> list[Try]:
    """So many clients: one for each try, or in rounds of twins two for each of the first half."""
    if number % TWINS_EVERY:
        return [tries[place // 2] for place in range(clients)]
    return list(tries[:clients])


def distinct(clients: Sequence[Try]) -> list[Try]:
    """Each try once."""
    return list({one.key: one for one in clients}.values())


def redeeming(key: str, member: str, reward: str, points: int, **more: object) -> Try:
    """A member who wants a piece of a reward."""
    body: dict[str, object] = {"member": member, "reward": reward, "store": STORES[0], **more}
    return Try(key, "/v1/reward-redemptions", body, reward, {member: points})


async def last_item(fair: Fair, crowd: Crowd, number: int) -> list[Round]:
    """One kettle, and everybody wants it."""
    await fair.post(("/v1/stocks", {"code": "kettle", "count": 1}))
    tries = [redeeming(f"item-{number}-{guest}", guest, "kettle", KETTLE) for guest in crowd.guests]
    clients = paired(tries, len(fair.wires), number)
    before = await fair.states(crowd.guests)
    await fair.rush(clients)
    after = await fair.states(crowd.guests)
    left = {"kettle": await fair.stock("kettle")}
    codes = frozenset(("out_of_stock",))
    return [Round("last item", number, {"kettle": 1}, codes, distinct(clients), before, after, left)]


async def last_place(fair: Fair, crowd: Crowd, number: int) -> list[Round]:
    """One place of a time, for points or for cash."""
    zone = ZoneInfo(fair.program.zone)
    day = datetime.now(zone).date() + timedelta(days=2 + number // SLOTS)
    slot = datetime.combine(day, OPENS, zone) + timedelta(minutes=30 * (number % SLOTS))
    tries = []
    for place, guest in enumerate(crowd.guests):
        key = f"place-{number}-{guest}"
        if place % CASH_EVERY == CASH_EVERY - 1:
            sale: dict[str, object] = {"reward": "massage", "slot": slot.isoformat()}
            tries.append(Try(key, "/v1/slot-sales", sale, "massage", {}))
        else:
            tries.append(redeeming(key, guest, "massage", MASSAGE, slot=slot.isoformat()))
    clients = paired(tries, len(fair.wires), number)
    before = await fair.states(crowd.guests)
    await fair.rush(clients)
    after = await fair.states(crowd.guests)
    (told,) = await fair.get(f"/v1/rewards/massage/slots?date={day.isoformat()}")
    left = sum(one["left"] for one in told["slots"] if datetime.fromisoformat(one["since"]) == slot)
    codes = frozenset(("slot_full",))
    return [
        Round(
            "last place", number, {"massage": 1}, codes, distinct(clients), before, after, {"massage": left}
        )
    ]


def holders_of(fair: Fair, crowd: Crowd, number: int) -> tuple[str, ...]:
    """Whose things are contended for: half as many members as clients, or in every other round one alone."""
    return crowd.guests[: len(fair.wires) // 2] if number % 2 == 0 else crowd.guests[:1]


def tills(holders: Sequence[str], clients: int) -> list[tuple[int, str]]:
    """Each client's number with the member whose thing it wants: neighbours want the same at two servers."""
    each = clients // len(holders)
    return [(client, holders[min(client // each, len(holders) - 1)]) for client in range(clients)]


async def one_voucher(fair: Fair, crowd: Crowd, number: int) -> list[Round]:
    """A voucher at two tills, or at all of them; then its bill is paid and voided by all at once."""
    holders = holders_of(fair, crowd, number)
    bought = [redeeming(f"voucher-{number}-{one}", one, "coupon", COUPON) for one in holders]
    await fair.ask([fair.request(one) for one in bought])
    told = await fair.get(*(f"/v1/members/{one}/vouchers?state=issued" for one in holders))
    vouchers = {one: page["vouchers"][0] for one, page in zip(holders, told, strict=True)}
    clients = []
    for client, member in tills(holders, len(fair.wires)):
        body: dict[str, object] = {
            "member": member,
            "store": STORES[client % 2],
            "amount": GOODS_FEN,
            "vouchers": [vouchers[member]["code"]],
        }
        clients.append(Try(f"bill-{number}-{client}", "/v1/bills", body, member, {member: 0}))
    before = await fair.states(holders)
    await fair.rush(clients)
    after = await fair.states(holders)
    also = await _locked(fair, {vouchers[one.prize]["id"]: one for one in clients if one.won})
    there, codes = dict.fromkeys(holders, 1), frozenset(("voucher_refused",))
    race = Round("one voucher", number, there, codes, clients, before, after, {}, also)
    bills = {one.prize: one.won for one in clients if one.won}
    return [race, await _paid(fair, number, bills, {member: after[member] for member in bills})]


async def _locked(fair: Fair, by: Mapping[str, Try]) -> list[str]:
    """What is wrong with vouchers that should be locked by the bills of those who won them."""
    members = {one.prize for one in by.values()}
    told = await fair.get(*(f"/v1/members/{member}/vouchers?state=locked" for member in sorted(members)))
    bills = {one["id"]: one["bill"] for page in told for one in page["vouchers"]}
    return [
        f"voucher {voucher} is of bill {bills.get(voucher)}, {one.won} was told to have it"
        for voucher, one in by.items()
        if bills.get(voucher) != one.won
    ]


async def _paid(fair: Fair, number: int, bills: Mapping[str, str], before: Mapping[str, State]) -> Round:
    """Of every bill: its captures and its void, all at once. One of them ends it."""
    clients = []
    due = GOODS_FEN - 500
    for client, member in tills(sorted(bills), len(fair.wires)):
        bill = bills[member]
        if client % 4 == 3:
            clients.append(Try(f"void-{number}-{client}", f"/v1/bills/{bill}/void", {}, member, {member: 0}))
            continue
        paid: dict[str, object] = {"cash_fen": due}
        earns = -(due // 100)
        clients.append(
            Try(f"paid-{number}-{client}", f"/v1/bills/{bill}/capture", paid, member, {member: earns})
        )
    await fair.rush(clients)
    after = await fair.states(before)
    there, codes = dict.fromkeys(bills, 1), frozenset(("bill_closed",))
    return Round("one bill", number, there, codes, clients, before, after, {})


async def one_quote(fair: Fair, crowd: Crowd, number: int) -> list[Round]:
    """A quote of a basket, and one of a reward, each used by two or by all."""
    holders = holders_of(fair, crowd, number)
    of_reward = number // 2 % 2 == 1
    asked: list[tuple[str, dict[str, object]]] = []
    for member in holders:
        body: dict[str, object] = {"key": f"quote-{number}-{member}", "member": member, "store": STORES[0]}
        body |= {"reward": "cup"} if of_reward else {"amount": GOODS_FEN, "points": 100}
        asked.append(("/v1/quotes", body))
    quotes = {member: told["id"] for member, told in zip(holders, await fair.post(*asked), strict=True)}
    clients = []
    for client, member in tills(holders, len(fair.wires)):
        key, quote = f"used-{number}-{client}", quotes[member]
        if of_reward:
            one = redeeming(key, member, "cup", 20, quote=quote)
            one.prize = member
        else:
            one = Try(key, "/v1/bills", {"quote": quote}, member, {member: 100})
        clients.append(one)
    before = await fair.states(holders)
    await fair.rush(clients)
    after = await fair.states(holders)
    told = await fair.get(*(f"/v1/quotes/{quotes[member]}" for member in holders))
    used = {member: one["used_by"] for member, one in zip(holders, told, strict=True)}
    also = [
        f"quote {quotes[one.prize]} is used by {used[one.prize]}, {one.won} was told to have it"
        for one in clients
        if one.won and one.won != used[one.prize]
    ]
    there, codes = dict.fromkeys(holders, 1), frozenset(("quote_used",))
    return [Round("one quote", number, there, codes, clients, before, after, {}, also)]


async def one_pool(fair: Fair, crowd: Crowd, number: int) -> list[Round]:
    """Three of a family spend the same pooled points at once; afterwards the order is cancelled again."""
    members = [one for family in crowd.families for one in family]
    clients: list[Try] = []
    for place in range(len(fair.wires)):
        if place >= len(members):
            # Clients that are left over are twins of the first, at the other server.
            clients.append(clients[place - len(members)])
            continue
        buyer, family = members[place], crowd.families[place // FAMILY]
        payers = [{"member": buyer}, *({"member": of} for of in family if of != buyer)]
        wish = redeeming(f"pool-{number}-{buyer}", buyer, "cooker", 0, payers=payers)
        wish.prize = family[0]
        clients.append(wish)
    before = await fair.states(members)
    await fair.rush(clients)
    after = await fair.states(members)
    tries = distinct(clients)
    won = [wish for wish in tries if wish.won]
    also = []
    for wish, order in zip(won, await fair.get(*(f"/v1/orders/{wish.won}" for wish in won)), strict=True):
        wish.pays = {payer["member"]: payer["points"] for payer in order["payers"]}
        if sum(wish.pays.values()) != COOKER or not set(wish.pays) <= {*members}:
            also.append(f"order {wish.won} of {COOKER} points was paid by {wish.pays}")
    also += await _back(fair, won, before)
    there = dict.fromkeys((family[0] for family in crowd.families), 1)
    codes = frozenset(("insufficient_points",))
    return [Round("one pool", number, there, codes, tries, before, after, {}, also)]


async def _back(fair: Fair, won: Sequence[Try], before: Mapping[str, State]) -> list[str]:
    """Cancel what was won; tells of members who have not the points that they had."""
    body = {"by": "merchant", "reason": "缺货"}
    asked: list[tuple[str, dict[str, object]]] = [
        (f"/v1/orders/{wish.won}/cancel", {"key": f"back-{wish.key}", **body}) for wish in won
    ]
    await fair.post(*asked)
    now = await fair.states(before)
    return [
        f"{member} had {state.available} points, and {now[member].available} when the order was cancelled"
        for member, state in before.items()
        if state.available != now[member].available
    ]


async def drop(fair: Fair, crowd: Crowd, number: int, seen: Callable[[], None] = lambda: None) -> list[Round]:
    """A drop of some lanterns for a crowd of members, each of whom asks once; then some ask again."""
    there = crowd.items + await fair.stock("lantern") if number else crowd.items
    await fair.post(("/v1/stocks", {"code": "lantern", "count": crowd.items}))
    before = await fair.stored("drop-")
    tries = [redeeming(f"lantern-{number}-{member}", member, "lantern", LANTERN) for member in sorted(before)]
    await fair.crowd(tries)
    won, lost = [one for one in tries if one.won], [one for one in tries if not one.won]
    sample = [*won, *lost[:: max(1, len(lost) // max(1, len(won)))]]
    await fair.crowd(sample, elsewhere=True)
    after = await fair.stored("drop-")
    left = {"lantern": await fair.stock("lantern")}
    codes = frozenset(("out_of_stock",))
    return [Round("drop", number, {"lantern": there}, codes, tries, before, after, left)]


RACES: Mapping[str, Callable[[Fair, Crowd, int], Found]] = {
    "last item": last_item,
    "last place": last_place,
    "one voucher": one_voucher,
    "one quote": one_quote,
    "one pool": one_pool,
    "drop": drop,
}

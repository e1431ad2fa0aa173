"""Times at which a reward can be had, the same for points and for cash, and places sold for cash."""

from datetime import UTC, date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from jifen.api.asking import Asking, utc
from jifen.api.bodies import FactKey, Fen, Instant, Name, Quantity, Source
from jifen.api.calls import Call
from jifen.api.earlier import id_in
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.reads import shown
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.mall.slots import can_book, ensure, find_slot, left_of, slot_full, slot_stock, times
from jifen.pages.vouchers import policy_of
from jifen.pages.words import words
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program, Store
from jifen.rules.compiled import CompiledRules
from jifen.rules.rewards import Reward, Slots
from jifen.store.queries import q
from jifen.values.ids import cell_of, hashed_id
from jifen.values.periods import local_day

Pay = Literal["points", "cash"]


class SlotView(msgspec.Struct, frozen=True):
    """A time. open: it can be booked now; closes_at: until when it can. left: of `capacity` places."""

    since: datetime
    until: datetime
    capacity: int
    left: int
    closes_at: datetime
    open: bool


class SlotsView(msgspec.Struct, frozen=True):
    """The times of a day, with what happens to who cancels or does not come, to be shown before booking.

    points and cash_fen: what one place costs this way, usually; a member's own price is in /v1/rewards.
    cancel_hours: until so long before one may cancel and gets everything back. no_show: whether the points of
    who cancels later or does not come are used (forfeit) or come back (return).
    """

    reward: str
    title: str
    title_en: str
    date: date
    store: str | None
    pay: Pay
    points: int
    cash_fen: int
    cancel_hours: int
    no_show: Literal["forfeit", "return"]
    policy_zh: str
    policy_en: str
    slots: tuple[SlotView, ...]


class SlotSale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places of a time that were sold for cash, at a ticket office say: fewer are left for points."""

    key: FactKey | None = None
    source: Source | None = None
    reward: Name
    slot: Instant
    store: Name | None = None
    count: Quantity = 1


class SlotSaleCancellation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The places of a sale are given back; nothing more is to be said."""


class SlotSaleView(msgspec.Struct, frozen=True):
    """Places sold for cash. left: of that time now. cancelled_at: when they were given back."""

    id: UUID
    reward: str
    store: str | None
    since: datetime
    until: datetime
    count: int
    cash_fen: Fen
    sold_at: datetime
    cancelled_at: datetime | None
    left: int
    replayed: bool


_sale = msgspec.json.Decoder(SlotSale)
_nothing = msgspec.json.Decoder(SlotSaleCancellation)
_encode = msgspec.json.Encoder().encode


async def slots(call: Call) -> Reply:
    """The times of a day. How it is paid chooses the price shown, and nothing else (SCENARIOS S14)."""
    asked = call.query("date", "store", "pay")
    asking = call.asking
    rules, reward, terms = bookable(asking, call.args["code"])
    pay: Pay = "points"
    if (named := asked.get("pay", "points")) != "points":
        if named != "cash":
            raise invalid("pay", named, "is no way to pay: use points or cash")
        pay = "cash"
    if pay == "cash" and not reward.value_fen:
        raise invalid("pay", pay, f"{reward.code!r} has no price in cash: use points")
    store = store_in(asking.program, terms, reward, asked.get("store"))
    day = day_in(asked.get("date"), local_day(asking.now, asking.program.zone))
    found = times(asking.program, rules, reward, day, store)
    left = await left_of(call.house.pool, asking.program, reward, found, store)
    views = tuple(
        SlotView(
            one.since,
            one.until,
            one.capacity,
            rest,
            one.closes_at,
            rest > 0 and can_book(asking.program, terms, one, asking.now),
        )
        for one, rest in zip(found, left, strict=True)
    )
    return shown(
        SlotsView(
            reward.code,
            reward.title,
            reward.title_en,
            day,
            store,
            pay,
            reward.points if pay == "points" else 0,
            reward.cash_fen if pay == "points" else reward.value_fen,
            terms.cancel_hours,
            terms.no_show,
            policy_of(terms, words("zh")).striptags(),
            policy_of(terms, words("en")).striptags(),
            views,
        )
    )


def bookable(asking: Asking, code: str) -> tuple[CompiledRules, Reward, Slots]:
    """A reward that is booked for a time, of the rules in force.

    Raises:
        Problem: reward_unknown, or slot_unknown where it is not booked.
    """
    rules = asking.program.rules_at(asking.now)
    rewards = rules.definition.rewards if rules else ()
    reward = next((one for one in rewards if one.code == code), None)
    if rules is None or reward is None:
        said = f"there is no reward {code!r}: take one of the list at /v1/rewards"
        raise refused(Refusal(Code.REWARD_UNKNOWN, said, {"reward": code}))
    if reward.slots is None:
        said = f"{code!r} is not booked for a time: redeem it without one"
        raise refused(Refusal(Code.SLOT_UNKNOWN, said, {"reward": code, "why": "none"}))
    return rules, reward, reward.slots


def store_in(program: Program, terms: Slots, reward: Reward, code: str | None) -> str | None:
    """The store that is named, one of the reward's merchant; it must be where each has its own times."""
    if code is None:
        if terms.per_store:
            raise invalid("store", None, f"is missing: each store has its own times of {reward.code!r}")
        return None
    store: Store | None = program.stores.get(code)
    if store is None:
        raise invalid(
            "store", code, "is no store of this programme: check the code, or add it", "store_unknown"
        )
    if reward.merchant is not None and store.merchant.code != reward.merchant:
        raise invalid("store", code, f"is no store of {reward.merchant!r}, who gives this: name one of those")
    return code


def day_in(text: str | None, today: date) -> date:
    """The day that a text is; none: today."""
    if text is None:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 2000 <= day.year < 2100 or day.isoformat() != text:
        raise invalid("date", text, "is no day from 2000 to 2100: send one such as 2026-11-21")
    return day


async def sell(call: Call) -> Reply:
    """Places of a time are sold for cash; the same key again answers the same sale."""
    call.query()
    body = read(_sale, await call.json())
    asking, pool = call.asking, call.house.pool
    key, source, slot = call.key(body.key), asking.source(body.source), utc(body.slot, "slot")
    program = asking.program
    sale = hashed_id("slot sale", str(program.id), source, key)
    known = await pool.fetchrow(q("slot_sale"), cell_of(sale), sale, program.id)
    if known is not None:
        if (known["reward"], known["since"], known["store"], known["count"]) != (
            body.reward, slot, body.store, body.count,
        ):  # fmt: skip
            raise _differs(key, sale)
        return Reply(200, _encode(await _view(call, sale, replayed=True)))
    rules, reward, terms = bookable(asking, body.reward)
    merchant = _merchant(asking, reward, body.store)
    store = store_in(program, terms, reward, body.store)
    found = find_slot(program, rules, reward, slot, store, asking.now)
    if isinstance(found, Refusal):
        raise refused(found)
    await ensure(pool, program, rules, reward, slot, store, asking.now)
    stock = stock_id(program.id, slot_stock(reward, slot, store))
    row = await pool.fetchrow(
        q("slot_sell"), sale, program.id, stock, merchant.id, reward.code, store, slot, found.until,
        body.count, reward.value_fen * body.count, source, key, asking.now,
    )  # fmt: skip
    assert row is not None
    if row["verdict"] == "full":
        raise refused(slot_full(reward, slot, row["rest"], body.count))
    if row["verdict"] == "differs":
        raise _differs(key, sale)
    again = row["verdict"] == "repeat"
    return Reply(200 if again else 201, _encode(await _view(call, sale, replayed=again)))


def _differs(key: str, sale: UUID) -> Problem:
    said = f"key {key!r} names another sale: send this one under a new key"
    return refused(Refusal(Code.KEY_REUSED, said, {"sale": str(sale)}))


def _merchant(asking: Asking, reward: Reward, store: str | None) -> Merchant:
    """Whose sale it is: that of the reward's merchant, or of the store's where any may give it."""
    program, own = asking.program, asking.owner.merchant
    if reward.merchant is not None:
        merchant = program.merchants[reward.merchant]
    elif store is not None and store in program.stores:
        merchant = program.stores[store].merchant
    elif own is not None:
        merchant = program.merchants_by_id[own]
    else:
        raise invalid("store", None, "is missing: say by it which merchant sold the places")
    if not asking.sees(merchant.id):
        said = f"is given by {merchant.code!r}, another merchant: sell places of your own rewards"
        raise invalid("reward", reward.code, said, "out_of_scope")
    return merchant


async def cancel(call: Call) -> Reply:
    """The places of a sale are given back, once however often it is asked."""
    call.query()
    read(_nothing, await call.json())
    of = id_in("id", call.args["id"])
    before = await _view(call, of)
    await call.house.pool.execute(q("slot_unsell"), of, call.asking.now)
    return shown(await _view(call, of, replayed=before.cancelled_at is not None))


async def sale(call: Call) -> Reply:
    """A sale by its id."""
    call.query()
    return shown(await _view(call, id_in("id", call.args["id"])))


async def _view(call: Call, of: UUID, *, replayed: bool = False) -> SlotSaleView:
    asking = call.asking
    row = await call.house.pool.fetchrow(q("slot_sale"), cell_of(of), of, asking.program.id)
    if row is None or not asking.sees(row["merchant"]):
        said = f"there is no sale {of} that you may see: its id is that of the answer to the sale"
        raise refused(Refusal(Code.ORDER_UNKNOWN, said, {"sale": str(of)}))
    return SlotSaleView(
        row["id"],
        row["reward"],
        row["store"],
        row["since"].astimezone(UTC),
        row["until"].astimezone(UTC),
        row["count"],
        row["cash_fen"],
        row["sold_at"],
        row["cancelled_at"],
        row["remaining"],
        replayed,
    )


_DAY = {"type": "string", "format": "date"}

ROUTES = (
    Route(
        method="GET",
        path="/v1/rewards/{code}/slots",
        name="list_slots",
        summary="The times of a reward on a day, with what is left and what happens to who does not come",
        handle=slots,
        answer=SlotsView,
        query=(
            Parameter("date", _DAY, "A day in the programme's zone; by default today."),
            Parameter("store", {"type": "string"}, "The store, where each has its own times."),
            Parameter(
                "pay",
                {"type": "string", "enum": ["points", "cash"], "default": "points"},
                "Which price is shown; the times are the same.",
            ),
        ),
        codes=(Code.REWARD_UNKNOWN, Code.SLOT_UNKNOWN, "store_unknown"),
    ),
    Route(
        method="POST",
        path="/v1/slot-sales",
        name="sell_slot",
        summary="Sell places of a time for cash",
        handle=sell,
        body=SlotSale,
        answer=SlotSaleView,
        statuses=(201, 200),
        key=True,
        codes=(
            Code.REWARD_UNKNOWN,
            Code.SLOT_UNKNOWN,
            Code.SLOT_FULL,
            Code.KEY_REUSED,
            "store_unknown",
            "out_of_scope",
        ),
    ),
    Route(
        method="GET",
        path="/v1/slot-sales/{id}",
        name="get_slot_sale",
        summary="Places that were sold for cash",
        handle=sale,
        answer=SlotSaleView,
        codes=(Code.ORDER_UNKNOWN,),
    ),
    Route(
        method="POST",
        path="/v1/slot-sales/{id}/cancellation",
        name="cancel_slot_sale",
        summary="Give the places of a sale back; a repeat gives nothing more",
        handle=cancel,
        body=SlotSaleCancellation,
        answer=SlotSaleView,
        codes=(Code.ORDER_UNKNOWN,),
    ),
)

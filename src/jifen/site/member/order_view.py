"""An order in detail: its steps with their times, which lots paid, and what may still be done with it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.books.legs import Kind
from jifen.engine.loading import entry_from
from jifen.mall.ordering import read_stepped
from jifen.pages import figures
from jifen.pages.entry_view import entry_view
from jifen.pages.reading import read_entry
from jifen.rules.rewards import Reward
from jifen.site.member.mall_cards import ends_at
from jifen.site.member.order_rows import COMING, View
from jifen.site.member.own import wallet_of
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import cell_of
from jifen.values.periods import end_of_day, local_day


class Step(msgspec.Struct, frozen=True):
    """A step that was taken, or (at: None) is to come. no: its entry; lots: what came back."""

    word: Markup
    at: datetime | None
    note: Markup = Markup()
    no: int | None = None
    lots: Sequence["Portion"] = ()


class Portion(msgspec.Struct, frozen=True):
    """Points of one lot. last: the last day on which they can be used (None: for ever); over: it is past."""

    last: date | None
    points: int
    over: bool


class Rules(msgspec.Struct, frozen=True):
    """What the member may do with the order now, and what follows.

    cancel: whether it can be cancelled; keeps: the points then count as used; free_until: until when they
    would all come back. gives_back: whether vouchers can be given back here; return_by: the last day on which
    goods can be taken back. dispute: whether it can be said that something is wrong.
    """

    cancel: bool
    keeps: bool
    free_until: datetime | None
    gives_back: bool
    return_by: date | None
    dispute: bool


def own_entry(visit: Visit, order: View) -> int:
    """The number of the entry by which the member paid."""
    return next(int(payer["no"]) for payer in order["payers"] if payer["member"] == visit.number)


async def portions(visit: Visit, no: int) -> list[Portion]:
    """The lots of an entry, by their last days."""
    seen = await read_entry(visit.house.pool, visit.house.catalog, wallet_of(visit), no)
    if seen is None:
        return []
    sums: dict[str, int] = {}
    for moving in entry_view(seen, visit.words).movings:
        sums[moving.last] = sums.get(moving.last, 0) + abs(moving.points)
    found = []
    for text, points in sums.items():
        last = date.fromisoformat(text) if text else None
        found.append(Portion(last, points, last is not None and last < visit.today))
    return found


async def steps_of(visit: Visit, order: View, reward: Reward) -> list[Step]:
    """What has happened, in order, and the one thing that is to come."""
    t, wallet = visit.words.t, wallet_of(visit)
    no = own_entry(visit, order)
    steps = [Step(_placed(visit, order, reward), datetime.fromisoformat(order["placed_at"]), no=no)]
    wanted = f'"order":"{order["id"]}"'
    for row in await visit.house.pool.fetch(q("member_order_steps"), cell_of(wallet), wallet, no, wanted):
        entry = entry_from(row)
        told = read_stepped(entry.explanation)
        if told is None:
            continue
        if entry.kind is Kind.COMPENSATE:
            given = sum(leg.points for leg in entry.legs)
            steps.append(
                Step(t("orders.step_remedy", points=figures.whole(given)), entry.occurred_at, no=entry.no)
            )
            continue
        word = t(f"orders.cancel_{told.by}") if told.step == "cancel" else t(f"orders.step_{told.step}")
        said = [told.reason]
        if told.kept and order["points"]:
            said.append(t("orders.kept"))
        if told.back_fen:
            said.append(t("orders.cash_back", amount=figures.yuan(told.back_fen)))
        back = await portions(visit, entry.no) if entry.kind is Kind.REVERSE else []
        steps.append(Step(word, entry.occurred_at, visit.words.joined(said), entry.no, back))
    if order["state"] == "fulfilled" and reward.fulfil == "at_once" and not order["slot_since"]:
        return steps
    if order["state"] in ("placed", "confirmed", "disputed"):
        booked = order["slot_since"] and order["state"] in COMING
        steps.append(Step(t(f"orders.ahead_{'booked' if booked else order['state']}"), None))
    return steps


def _placed(visit: Visit, order: View, reward: Reward) -> Markup:
    if reward.kind == "donation":
        return visit.words.t("orders.step_given")
    return visit.words.t("orders.step_booked" if order["slot_since"] else "orders.step_placed")


def rules_of(visit: Visit, order: View, reward: Reward, vouchers: Sequence[Any]) -> Rules:
    """What may be done with it now."""
    state = order["state"]
    gift = reward.kind == "donation"
    cancel = state in COMING and not gift
    free_until = None
    keeps = False
    if cancel and order["slot_since"] and reward.slots is not None:
        since = datetime.fromisoformat(order["slot_since"])
        free_until = since - timedelta(hours=reward.slots.cancel_hours)
        keeps = visit.now > free_until and reward.slots.no_show == "forfeit"
    gives_back = bool(vouchers) and state == "fulfilled" and all(one.state == "issued" for one in vouchers)
    return Rules(
        cancel=cancel,
        keeps=keeps,
        free_until=free_until,
        gives_back=gives_back,
        return_by=_return_by(visit, order, reward),
        dispute=state in (*COMING, "fulfilled") and not gift,
    )


def _return_by(visit: Visit, order: View, reward: Reward) -> date | None:
    """The last day on which what was handed over can be taken back; None: it cannot, or not any more."""
    if order["state"] != "fulfilled" or order["vouchers"] or not order["fulfilled_at"]:
        return None
    if reward.kind in ("donation", "benefit"):
        return None
    day = local_day(datetime.fromisoformat(order["fulfilled_at"]), visit.program.zone)
    last = day + timedelta(days=reward.return_days)
    return last if visit.now < end_of_day(last, visit.program.zone) else None


def grace_said(visit: Visit) -> Markup:
    """Until when points can be used that come back after their date."""
    ends = visit.program.grace_end(visit.now)
    return ends_at(visit, ends) if ends else Markup()

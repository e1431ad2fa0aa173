"""Handing over: orders and bookings as those see them who hand them over, at the till and in the shop."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.naming import said_in
from jifen.pages.remembered import reward_of
from jifen.parties.programs import Store
from jifen.site.visit import Visit


class Handover(msgspec.Struct, frozen=True):
    """An order as it is handed over: points of its unit, cash in fen that is still to be taken.

    who, phone: masked. steps: those that can be taken now. begun: its time has come. forfeits: who does not
    come loses all.
    """

    id: str
    title: Markup
    count: int
    who: str
    phone: str
    store: str
    points: int
    unit: Markup
    cash: int
    state: str
    placed_at: str
    since: str
    until: str
    steps: tuple[str, ...]
    begun: bool
    forfeits: bool

    @property
    def open(self) -> bool:
        """Whether something is still to come."""
        return bool(self.steps)


def by_time(found: Sequence[Handover]) -> list[Handover]:
    """Bookings by their time."""
    return sorted(found, key=lambda one: (one.since, one.placed_at))


def by_age(found: Sequence[Handover]) -> list[Handover]:
    """Orders without a time, the oldest first."""
    return sorted(found, key=lambda one: one.placed_at)


async def handovers(
    visit: Visit, orders: Sequence[dict[str, Any]], steps: Sequence[str]
) -> Sequence[Handover]:
    """Orders, as the interface tells them, with who comes. steps: those that may be offered here."""
    house, program, words = visit.house, visit.program, visit.words
    numbers = sorted({one["member"] for one in orders if one["member"]})
    wallets = await house.members.wallets(program.id, numbers) if numbers else {}
    known = {number: await house.members.member(wallet) for number, wallet in wallets.items()}
    found = []
    for one in orders:
        member = known.get(one["member"] or "")
        reward = reward_of(program, one["rules"], one["reward"])
        slots = reward.slots if reward else None
        store = program.stores.get(one["store"] or "")
        since = one["slot_since"]
        found.append(
            Handover(
                id=one["id"],
                title=said_in(words, one["title"], one["title_en"]),
                count=one["count"],
                who=f"{member.name[:1]}**" if member and member.name else one["member"] or "",
                phone=figures.masked(member.phone) if member and member.phone else "",
                store=short_name(store) if store else "",
                points=one["points"],
                unit=words.unit(program.units[one["unit"]]),
                cash=one["cash_fen"] - one["paid_fen"],
                state=one["state"],
                placed_at=one["placed_at"],
                since=since or "",
                until=one["slot_until"] or "",
                steps=tuple(step for step in steps if step in one["open"]),
                begun=since is None or datetime.fromisoformat(since) <= visit.now,
                forfeits=slots is not None and slots.no_show == "forfeit",
            )
        )
    return found


def short_name(store: Store) -> str:
    """A store's name without its merchant's before it."""
    name = store.name or store.code
    return name.removeprefix(store.merchant.name).strip() or name

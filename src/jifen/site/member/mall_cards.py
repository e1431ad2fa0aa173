"""Cards of the mall: what a reward is called, costs, looks like, and the one thing to know of it now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.pages import figures, naming
from jifen.pages.reading import Seen
from jifen.rules.compiled import CompiledRules
from jifen.rules.pricing import pricing_of
from jifen.rules.rewards import Reward
from jifen.site.member.mall_pictures import picture_of
from jifen.site.member.mall_prices import Lower, lower_of
from jifen.site.member.mall_times import first_time
from jifen.site.visit import Visit
from jifen.values.periods import local_day

View = Mapping[str, Any]
"""A reward as the interface tells it."""


class Card(msgspec.Struct, frozen=True):
    """A reward in the list. note: the one thing to know; stops: it is why the member cannot have it now."""

    code: str
    title: Markup
    place: str
    picture: str
    points: int
    usual: int
    cash_fen: int
    unit: Markup
    note: Markup
    stops: bool
    lower: Lower | None = None
    evidence: Markup = Markup()


def rules_now(visit: Visit) -> CompiledRules | None:
    """The rules in force."""
    return visit.program.rules_at(visit.now)


def reward_called(visit: Visit, code: str) -> Reward | None:
    """A reward of the rules in force."""
    rules = rules_now(visit)
    return None if rules is None else pricing_of(rules).rewards.get(code)


def unit_word(visit: Visit, code: str) -> Markup:
    """What points of a unit are called."""
    unit = visit.program.units.get(code)
    return visit.words.unit(unit) if unit else Markup.escape(code)


def place_of(visit: Visit, merchant: str | None) -> str:
    """The name of the merchant that gives it; of any merchant: that it is of any."""
    found = visit.program.merchants.get(merchant or "")
    return found.name if found else str(visit.words.t("mall.anywhere"))


async def card_of(visit: Visit, seen: Seen, view: View) -> Card:
    """The card of a reward. seen: the member's wallet."""
    words = visit.words
    reward = reward_called(visit, view["code"])
    lower = None if reward is None else lower_of(visit.program, reward, seen.wallet, visit.now, words)
    stops = not view["can_have"]
    note = why_not(visit, view) if stops else await _note(visit, view, reward)
    return Card(
        code=view["code"],
        title=naming.said_in(words, view["title"], view["title_en"]),
        place=place_of(visit, view["merchant"]),
        picture=picture_of(view["kind"], view["category"], view["title"]),
        points=view["points"],
        usual=view["usual_points"],
        cash_fen=view["cash_fen"],
        unit=unit_word(visit, view["unit"]),
        note=note,
        stops=stops,
        lower=lower,
        evidence=evidence_of(visit, view["evidence"]),
    )


def evidence_of(visit: Visit, kind: str) -> Markup:
    """What the evidence that is valid now is called; nothing where none is."""
    return visit.words.named("mall.evidence", kind) if kind else Markup()


def why_not(visit: Visit, view: View) -> Markup:
    """Why the member cannot have it now, in a few words."""
    t = visit.words.t
    why = view["why_not"]
    if why in ("points", "threshold"):
        return t(
            f"mall.why_{why}", missing=figures.whole(view["missing"]), unit=unit_word(visit, view["unit"])
        )
    key = f"mall.why_{why}"
    return t(key) if visit.words.has(key) else t("mall.why_else")


async def _note(visit: Visit, view: View, reward: Reward | None) -> Markup:
    """What matters of what can be had: when, how many are left, or what it asks for."""
    t = visit.words.t
    rules = rules_now(visit)
    if view["booked"] and reward is not None and rules is not None:
        if reward.slots is not None and reward.slots.per_store:
            return t("mall.times_by_store")
        first = await first_time(visit, rules, reward)
        return t("mall.no_times") if first is None else t("mall.first_time", at=soon(visit, first))
    if view["early"]:
        return t("mall.early")
    if view["left"] is not None:
        return t("mall.left", view["left"], left=figures.whole(view["left"]))
    if view["threshold"] is not None and not view["points"]:
        return t(
            "mall.threshold", points=figures.whole(view["threshold"]), unit=unit_word(visit, view["unit"])
        )
    if reward is not None and reward.voucher is not None:
        return t("mall.valid_days", reward.voucher.valid_days, days=reward.voucher.valid_days)
    if view["kind"] == "donation":
        return t("mall.for_good")
    if reward is not None and reward.payers > 1:
        return t("mall.together")
    if view["cash_fen"] and reward is not None and reward.fulfil == "order":
        return t("mall.cash_there")
    return Markup()


def soon(visit: Visit, at: datetime) -> Markup:
    """A time that is near: today, tomorrow, or the day, with the hour."""
    words = visit.words
    day = local_day(at, visit.program.zone)
    said = words.day(day, visit.today)
    if day == visit.today:
        said = words.t("mall.today")
    elif day == visit.today + timedelta(days=1):
        said = words.t("mall.tomorrow")
    return words.t("date.time", day=said, time=figures.clock(at, visit.program.zone))


def ends_at(visit: Visit, until: datetime) -> Markup:
    """When something ends: a day that is over at midnight ends at 24:00 of itself."""
    words, last = visit.words, until - figures.AN_INSTANT
    day = local_day(last, visit.program.zone)
    said = words.t("mall.today") if day == visit.today else words.day(day, visit.today)
    time = figures.clock(until, visit.program.zone)
    return words.t("date.time", day=said, time="24:00" if time == "00:00" else time)

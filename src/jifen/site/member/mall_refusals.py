"""Refusals of the mall in words: what was asked, what there is, what is missing, and the ways out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.reading import Seen
from jifen.rules.rewards import Reward
from jifen.site.member.mall_cards import unit_word
from jifen.site.visit import Visit
from jifen.values.periods import local_day

JOINT = "/m/family/joint"
FAMILY = "/m/family"
APPEALS = "/m/me/appeals"


class Way(msgspec.Struct, frozen=True):
    """A way out: where it leads, and what it says."""

    href: str
    word: Markup


class Refusing(msgspec.Struct, frozen=True):
    """A refusal as the page says it, with its stable code."""

    title: Markup
    said: Markup
    code: str
    ways: Sequence[Way] = ()


def points_short(visit: Visit, seen: Seen, reward: Reward, unit: str, needed: int) -> Refusing:
    """There are too few points: how many are missing, what else there is of them, and who may help."""
    t, balance = visit.words.t, seen.wallet.balance(unit, seen.now)
    said = [t("mall.short_said", needed=figures.whole(needed), available=figures.whole(balance.available))]
    if balance.held:
        said.append(t("mall.short_held", held=figures.whole(balance.held)))
    if balance.pending:
        said.append(_pending(visit, seen, unit, balance.pending))
    missing = t(
        "mall.short",
        missing=figures.whole(needed - balance.available),
        unit=unit_word(visit, unit),
    )
    return Refusing(missing, Markup(" ").join(said), "insufficient_points", ways_to_pay(visit, seen, reward))


def _pending(visit: Visit, seen: Seen, unit: str, pending: int) -> Markup:
    """What matures when, by the first day on which some does."""
    days = [
        local_day(lot.series.matures_at, visit.program.zone)
        for lot in seen.wallet.lots.values()
        if lot.remaining and lot.series.unit == unit and lot.series.matures_at is not None
        if seen.now < lot.series.matures_at
    ]
    t, points = visit.words.t, figures.whole(pending)
    if not days:
        return t("mall.short_pending", pending=points)
    return t("mall.short_matures", pending=points, day=visit.words.day(min(days), visit.today))


def ways_to_pay(visit: Visit, seen: Seen, reward: Reward) -> list[Way]:
    """What a member with too few points can do: pay with the family, or look at what can be had."""
    t, found = visit.words.t, []
    if seen.wallet.household is not None:
        if reward.payers > 1 and JOINT in visit.open_to:
            found.append(Way(f"{JOINT}?reward={reward.code}", t("mall.way_joint")))
        if FAMILY in visit.open_to:
            found.append(Way(FAMILY, t("mall.way_family")))
    elif reward.payers > 1 and FAMILY in visit.open_to:
        found.append(Way(FAMILY, t("mall.way_family_first")))
    return [*found, Way("/m/mall", t("mall.way_affordable"))]


def refused_by(visit: Visit, code: str, facts: Mapping[str, Any], reward: Reward) -> Refusing:
    """Why the interface says no, in words; of a code that has none of ours, that nothing moved."""
    words = visit.words
    key = f"mall.no_{code}"
    why = str(facts.get("why", ""))
    if code == "slot_unknown" and words.has(f"{key}_{why}"):
        key = f"{key}_{why}"
    if not words.has(key):
        return Refusing(words.t("no.title"), words.t("mall.no_next"), code, _on(visit, reward, code))
    told = {name: figures.whole(fact) for name, fact in facts.items() if type(fact) is int}
    if code == "wallet_frozen" and "until" in facts:
        until = datetime.fromisoformat(str(facts["until"]))
        told["until"] = str(words.day(local_day(until, visit.program.zone), visit.today))
    said = f"{key}_facts"
    if code == "reward_not_now" and words.has(f"mall.why_{why}"):
        return Refusing(words.t(key), words.t(f"mall.why_{why}"), code, _on(visit, reward, code))
    try:
        detail = words.t(said, **told) if words.has(said) else words.t("mall.no_next")
    except KeyError:
        detail = words.t("mall.no_next")
    return Refusing(words.t(key), detail, code, _on(visit, reward, code))


def _on(visit: Visit, reward: Reward, code: str) -> list[Way]:
    t = visit.words.t
    if code in ("slot_full", "slot_unknown"):
        return [Way(f"/m/mall/{reward.code}", t("mall.way_other_time"))]
    if code == "wallet_frozen" and APPEALS in visit.open_to:
        return [Way(APPEALS, t("mall.way_appeal"))]
    if code in ("price_changed", "limit_reached"):
        return [Way(f"/m/mall/{reward.code}", t("mall.way_again")), Way("/m/mall", t("mall.way_other"))]
    return [Way("/m/mall", t("mall.way_other"))]

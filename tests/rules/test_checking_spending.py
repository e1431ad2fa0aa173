"""Checking rewards, vouchers, times, the till, families and remedies: each fault with field and remedy."""

from typing import Any

import pytest

from jifen.rules.calendars import AnyCalendar, Weekdays
from jifen.rules.checking import Known, findings
from jifen.rules.definition import Households, Offline, Offset, Remedy, RuleSet, Till
from jifen.rules.rewards import Opening, Price, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions, LineFilter, Nth
from tests.rules.basket import BASE

KNOWN = Known(("point",), ("air", "sea"), ("air-1", "sea-1"))
DAILY = Opening(since="09:00", until="12:00", every_minutes=30, capacity=4)
SAVE = VoucherTerms(minimum_fen=10_000, save_fen=2000)
CALENDARS: dict[str, AnyCalendar] = {"festival": Weekdays(weekdays=(6,)), "market": Weekdays(weekdays=(3,))}


def faults(*rewards: Reward, **parts: Any) -> dict[str, str]:
    """What is wrong, by field, with what to do."""
    whole = RuleSet(rules=(BASE,), rewards=rewards, calendars=CALENDARS, **parts)
    return {field: message for field, _, message in findings(whole, KNOWN)}


def gift(**fields: Any) -> Reward:
    """A reward that is sound but for these fields."""
    return Reward(**{"code": "oil", "title": "油", "points": 1000, "value_fen": 10_000, **fields})


def voucher(**fields: Any) -> Reward:
    """A voucher with these terms."""
    return gift(kind="voucher", tax="discount", voucher=VoucherTerms(**fields))


def booked(*openings: Opening, **fields: Any) -> Reward:
    """A service with these times."""
    return gift(kind="service", fulfil="order", slots=Slots(openings=openings or (DAILY,), **fields))


def opening(**fields: Any) -> Opening:
    """An opening that is DAILY but for these fields."""
    own = {"since": "09:00", "until": "12:00", "every_minutes": 30, "capacity": 4}
    return Opening(**{**own, **fields})


SOUND = [
    gift(cash_fen=4000),
    gift(prices=(Price(points=1000, when=Conditions(month_days=(8,))),), cash_fen=100),
    gift(payers=2),
    voucher(minimum_fen=10_000, save_fen=2000),
    voucher(save_fen=500),
    voucher(type="percent", percent=10, most_fen=5000),
    voucher(type="item", lines=LineFilter(skus=("cake",)), most_fen=3000),
    gift(kind="freight", voucher=VoucherTerms(type="freight", save_fen=800)),
    gift(kind="benefit", points=0, threshold=10, voucher=SAVE),
    voucher(save_fen=500, merchants=("air",), stores=("air-1",), when=Conditions(calendars=("festival",))),
    booked(),
    booked(DAILY, opening(since="12:00", until="14:00")),
    booked(opening(weekdays=(1, 2)), opening(weekdays=(3,), capacity=9)),
    booked(opening(calendars=("festival",)), opening(calendars=("market",), capacity=9)),
    booked(opening(weekdays=(1, 2)), opening(calendars=("market",), capacity=9)),
    booked(closed=("festival",), cancel_hours=2, ahead_days=1),
]


@pytest.mark.parametrize("reward", SOUND)
def test_what_is_sound_has_no_findings(reward: Reward) -> None:
    assert faults(reward) == {}


# The reward, where it is wrong, and a word of what to do about it.
WRONG: list[tuple[Reward, str, str]] = [
    (voucher(minimum_fen=100), "voucher.save_fen", "how much"),
    (gift(kind="freight", voucher=VoucherTerms(type="freight")), "voucher.save_fen", "how much"),
    (voucher(type="percent"), "voucher.percent", "hundredths"),
    (voucher(type="percent", percent=10, save_fen=5), "voucher.save_fen", "most_fen"),
    (voucher(save_fen=500, percent=10), "voucher.percent", "save_fen"),
    (voucher(save_fen=500, most_fen=400), "voucher.most_fen", "save_fen"),
    (voucher(type="percent", percent=10, most_fen=0), "voucher.most_fen", "choose more"),
    (voucher(type="item", most_fen=100), "voucher.lines", "name skus"),
    (voucher(save_fen=500, lines=LineFilter()), "voucher.lines", "name skus"),
    (voucher(minimum_fen=400, save_fen=500), "voucher.save_fen", "higher minimum"),
    (voucher(save_fen=5, merchants=("moon",)), "voucher.merchants", "check the code"),
    (voucher(save_fen=5, stores=("moon-1",)), "voucher.stores", "check the code"),
    (voucher(save_fen=5, when=Conditions(calendars=("lent",))), "voucher.when.calendars", "festival"),
    (voucher(save_fen=5, when=Conditions(tiers=("gold",))), "voucher.when.tiers", "none yet"),
    (
        voucher(save_fen=5, merchants=("air",), when=Conditions(merchants=("sea",))),
        "voucher.when.merchants",
        "air",
    ),
    (gift(kind="goods", voucher=SAVE), "kind", "use voucher"),
    (gift(kind="freight", voucher=SAVE), "voucher.type", "use freight"),
    (gift(kind="voucher", voucher=SAVE, slots=Slots(openings=(DAILY,))), "voucher", "leave out one"),
    (booked(opening(until="09:00")), "slots.openings[0].until", "later time"),
    (booked(opening(every_minutes=240)), "slots.openings[0].every_minutes", "at most 180"),
    (booked(DAILY, opening(since="11:30", until="13:00")), "slots.openings[1].since", "12:00"),
    (
        booked(opening(weekdays=(1, 2)), opening(weekdays=(2, 3), capacity=9)),
        "slots.openings[1].since",
        "weekdays",
    ),
    (booked(DAILY, opening(calendars=("festival",))), "slots.openings[1].since", "12:00"),
    (booked(opening(calendars=("lent",))), "slots.openings[0].calendars", "festival"),
    (booked(closed=("lent",)), "slots.closed", "festival"),
    (
        voucher(save_fen=500, when=Conditions(nth=Nth(exactly=(1,)))),
        "voucher.when.nth",
        "set it on the reward",
    ),
    (booked(ahead_days=1, closing_minutes=1440, cancel_hours=2), "slots.closing_minutes", "choose less"),
    (booked(ahead_days=1, cancel_hours=24), "slots.cancel_hours", "less than 24"),
    (gift(points=0, threshold=100, payers=2), "payers", "leave out one"),
    (gift(kind="donation", payers=2), "payers", "leave it out"),
    (gift(points=1, payers=2), "payers", "choose fewer"),
    (gift(kind="donation", cash_fen=100), "cash_fen", "leave it out"),
    (gift(points=0, threshold=100, cash_fen=100), "cash_fen", "leave it out"),
    (gift(cash_fen=10_000), "cash_fen", "choose less"),
    (gift(prices=(Price(points=500, cash_fen=20_000, when=Conditions()),)), "prices[0].cash_fen", "less"),
    (gift(prices=(Price(points=1000, when=Conditions()),)), "prices[0].points", "choose less"),
]


@pytest.mark.parametrize(("reward", "field", "remedy"), WRONG)
def test_what_is_wrong_with_a_reward_is_told_with_its_remedy(reward: Reward, field: str, remedy: str) -> None:
    found = faults(reward)
    assert list(found) == [f"rewards[0].{field}"], found
    said, _, todo = found[f"rewards[0].{field}"].partition(": ")
    assert said and remedy in todo, found


def test_rewards_that_share_times_have_the_very_same_ones() -> None:
    """S14: a place that is sold for points is not sold for cash as well."""
    ticket, cash = booked(DAILY, of="gate"), booked(DAILY, of="gate")
    assert faults(ticket, cash).keys() == {"rewards[1].code"}  # the code is there twice, the times agree
    more = booked(opening(capacity=5), of="gate")
    assert "rewards[1].slots.openings" in faults(ticket, more)
    assert "rewards[1].slots.per_store" in faults(ticket, booked(DAILY, of="gate", per_store=True))
    assert "rewards[1].slots.openings" not in faults(booked(DAILY, of="tour"), more)


RISKY: list[tuple[dict[str, Any], str, str]] = [
    ({"till": Till(offset=Offset(merchants=("moon",)))}, "till.offset.merchants", "check the code"),
    ({"till": Till(offset=Offset(step_points=100, minimum_points=250))}, "till.offset.minimum_points", "300"),
    ({"till": Till(offset=Offset(most_permille=0, minimum_points=1))}, "till.offset.most_permille", "leave"),
    ({"till": Till(offline=Offline(points_most=500))}, "till.confirm_points", "above 500"),
    (
        {"till": Till(offline=Offline(points_most=500), confirm_points=500)},
        "till.offline.points_most",
        "less than 500",
    ),
    (
        {"till": Till(offset=Offset(step_points=100), offline=Offline(points_most=50), confirm_points=1000)},
        "till.offline.points_most",
        "100 or more",
    ),
    (
        {"till": Till(offset=Offset(most_permille=0), offline=Offline(points_most=50), confirm_points=1000)},
        "till.offline",
        "leave it out",
    ),
    ({"households": Households(pool=False, draw="soonest")}, "households.draw", "leave it out"),
    ({"remedies": {"outage": Remedy(title="停用")}}, "remedies.outage", "set permille"),
]


@pytest.mark.parametrize(("parts", "field", "remedy"), RISKY)
def test_what_is_wrong_with_the_till_families_and_remedies(
    parts: dict[str, Any], field: str, remedy: str
) -> None:
    found = faults(**parts)
    assert list(found) == [field], found
    assert remedy in found[field].partition(": ")[2], found


def test_a_careful_till_is_sound() -> None:
    offset = Offset(most_permille=500, step_points=100, minimum_points=200, minimum_fen=1000)
    till = Till(offset=offset, confirm_points=2000, offline=Offline(points_most=500, bills_most=2))
    assert faults(till=till, remedies={"outage": Remedy(title="停用", extend_days=7)}) == {}

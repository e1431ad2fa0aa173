"""The times at which a reward can be had: of which days, by which clock, and until when they are booked."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.refusals import Code, Refusal
from jifen.mall.slots import Slot, find_slot, slot_stock, times
from jifen.parties.programs import Program
from jifen.rules.calendars import MarketDays, Markets
from jifen.rules.compiled import CompiledRules
from jifen.rules.rewards import Opening, Reward, Slots
from jifen.values.periods import zone
from tests.vouchers.market import NOW, TIMES, TOUR, market, reward

MARKET = market(TOUR)
RULES = MARKET.rules[0]
SUNDAY = date(2026, 11, 22)


def clocks(program: Program, found: list[Slot]) -> list[str]:
    """The times by the clock on the wall."""
    return [f"{one.since.astimezone(zone(program.zone)):%H:%M}" for one in found]


def local(text: str) -> datetime:
    """A day and time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=zone("Asia/Shanghai"))


def booked(slots: Slots, program: Program = MARKET) -> Reward:
    """A reward with other times."""
    return reward("other", slots=slots)


def refused(told: Any, why: str) -> Refusal:
    """The refusal for that reason."""
    assert isinstance(told, Refusal), told
    assert (told.code, told.facts["why"]) == (Code.SLOT_UNKNOWN, why)
    return told


def test_weekdays_and_calendars_have_times_of_their_own() -> None:
    """Whole times only: from half past eleven there is no hour left at the weekend."""
    sunday = times(MARKET, RULES, TOUR, SUNDAY, None)
    assert (clocks(MARKET, sunday), {one.capacity for one in sunday}) == (["09:00", "10:00", "11:00"], {3})
    monday = times(MARKET, RULES, TOUR, date(2026, 11, 23), None)
    assert (clocks(MARKET, monday), {one.capacity for one in monday}) == (["09:00", "10:00", "11:00"], {2})
    assert all(one.until - one.since == timedelta(hours=1) for one in sunday + monday)
    assert times(MARKET, RULES, TOUR, date(2026, 12, 24), None) == []
    assert times(MARKET, RULES, reward("mug"), SUNDAY, None) == []


def test_where_openings_meet_the_one_with_more_places_holds() -> None:
    """Days of two calendars may fall together."""
    fair = Opening(since="10:00", until="12:00", every_minutes=60, capacity=5, calendars=("weekend",))
    small = Opening(since="10:00", until="11:00", every_minutes=60, capacity=1)
    for openings in ((fair, small), (small, fair)):
        found = times(MARKET, RULES, booked(Slots(openings=openings)), SUNDAY, None)
        assert [one.capacity for one in found] == [5, 5]


def test_a_store_has_its_own_market_days() -> None:
    """Calendars of stores open times there alone."""
    markets = Markets(stores={"noodles-1": MarketDays(weekdays=(7,)), "noodles-2": MarketDays(weekdays=(1,))})
    rules = msgspec.structs.replace(RULES.definition, calendars={"fair": markets})
    compiled = CompiledRules(rules, 1, RULES.since, RULES.zone)
    opening = Opening(since="09:00", until="10:00", every_minutes=60, capacity=1, calendars=("fair",))
    fair = booked(Slots(openings=(opening,), per_store=True))
    assert len(times(MARKET, compiled, fair, SUNDAY, "noodles-1")) == 1
    assert times(MARKET, compiled, fair, SUNDAY, "noodles-2") == []
    assert times(MARKET, compiled, fair, SUNDAY, None) == []


def test_a_clock_that_is_put_forward_skips_a_time() -> None:
    """On 29 March 2026 in Berlin there is no half past two; the hour from 1:30 ends at 3:30."""
    berlin = market(TOUR, zone="Europe/Berlin")
    opening = Opening(since="00:30", until="04:30", every_minutes=60, capacity=1)
    found = times(berlin, berlin.rules[0], booked(Slots(openings=(opening,))), date(2026, 3, 29), None)
    assert clocks(berlin, found) == ["00:30", "01:30", "03:30"]
    assert [one.until - one.since for one in found] == [timedelta(hours=1)] * 3
    ends = [f"{one.until.astimezone(zone(berlin.zone)):%H:%M}" for one in found]
    assert ends == ["01:30", "03:30", "04:30"]
    longer = Opening(since="00:30", until="05:00", every_minutes=90, capacity=1)
    found = times(berlin, berlin.rules[0], booked(Slots(openings=(longer,))), date(2026, 3, 29), None)
    assert clocks(berlin, found) == ["00:30", "03:30"]


def test_a_clock_that_is_put_back_shows_no_time_twice() -> None:
    """On 25 October 2026 half past two comes twice; it is booked once, the first."""
    berlin = market(TOUR, zone="Europe/Berlin")
    opening = Opening(since="01:30", until="04:30", every_minutes=60, capacity=1)
    found = times(berlin, berlin.rules[0], booked(Slots(openings=(opening,))), date(2026, 10, 25), None)
    assert clocks(berlin, found) == ["01:30", "02:30", "03:30"]
    assert found[1].since == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_time_is_booked_until_it_closes() -> None:
    """At nine it is open until half past eight, and not at half past eight itself."""
    tour = booked(msgspec.structs.replace(TIMES, closing_minutes=30))
    nine = local("2026-11-22T09:00")
    before, after = local("2026-11-22T08:29:59"), local("2026-11-22T08:30:00")
    found = find_slot(MARKET, RULES, tour, nine, None, before)
    assert isinstance(found, Slot)
    assert found.closes_at == after
    told = refused(find_slot(MARKET, RULES, tour, nine, None, after), "closed")
    assert str(told.facts["nearest"]).startswith("2026-11-22T10:00:00+08:00")


def test_a_time_on_a_wrong_minute_names_the_nearest() -> None:
    """In the order of time, and only those that can be booked."""
    told = refused(find_slot(MARKET, RULES, TOUR, local("2026-11-22T09:40"), None, NOW), "time")
    assert told.facts["nearest"] == ", ".join(f"2026-11-22T{hour}:00:00+08:00" for hour in ("09", "10", "11"))
    late = refused(find_slot(MARKET, RULES, TOUR, local("2026-12-23T10:00"), None, NOW), "ahead")
    assert "2026-12-21" in late.message


def test_a_closed_day_names_the_days_around_it() -> None:
    """The day before and the day after a holiday."""
    at = local("2026-12-20T12:00")
    told = refused(find_slot(MARKET, RULES, TOUR, local("2026-12-24T10:00"), None, at), "time")
    days = {one[:10] for one in str(told.facts["nearest"]).split(", ")}
    assert days <= {"2026-12-23", "2026-12-25"}


def test_the_last_day_ahead_is_a_whole_day() -> None:
    """Thirty days from today, whatever the hour."""
    found = find_slot(MARKET, RULES, TOUR, local("2026-12-21T11:00"), None, NOW)
    assert isinstance(found, Slot)
    assert slot_stock(TOUR, found.since, None) == "slot:tour:2026-12-21T03:00:00Z"
    refused(find_slot(MARKET, RULES, TOUR, local("2026-12-22T09:00"), None, NOW), "ahead")
    refused(find_slot(MARKET, RULES, TOUR, local("2026-11-20T09:00"), None, NOW), "closed")


def test_what_is_not_booked_and_stores_that_are_missing() -> None:
    """Each says what to do instead."""
    refused(find_slot(MARKET, RULES, reward("mug"), NOW, None, NOW), "none")
    own = booked(msgspec.structs.replace(TIMES, per_store=True))
    refused(find_slot(MARKET, RULES, own, local("2026-11-22T09:00"), None, NOW), "store")


def test_places_are_shared_by_name_and_kept_apart_by_store() -> None:
    """Two rewards of one `of` take from one stock; a store's are its own where so written."""
    nine = local("2026-11-22T09:00")
    shared = [reward(code, slots=msgspec.structs.replace(TIMES, of="boat")) for code in ("adult", "child")]
    assert len({slot_stock(one, nine, None) for one in shared}) == 1
    assert slot_stock(TOUR, nine, "noodles-1") == slot_stock(TOUR, nine, None)
    own = booked(msgspec.structs.replace(TIMES, per_store=True))
    assert slot_stock(own, nine, "noodles-1") != slot_stock(own, nine, "noodles-2")


@pytest.mark.parametrize("zone_name", ["Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia"])
@given(day=st.dates(date(2026, 1, 1), date(2027, 12, 31)), every=st.integers(5, 240))
def test_times_lie_in_their_day_and_do_not_overlap(zone_name: str, day: date, every: int) -> None:
    """In order, each as long as said, and each found again by its instant."""
    program = market(zone=zone_name)
    opening = Opening(since="00:00", until="23:59", every_minutes=every, capacity=1)
    whole = booked(Slots(openings=(opening,), ahead_days=366))
    found = times(program, program.rules[0], whole, day, None)
    assert found
    for one, following in pairwise(found):
        assert one.until <= following.since
    for one in (found[0], found[-1]):
        assert one.since.astimezone(zone(zone_name)).date() == day
        at = one.since - timedelta(days=1)
        assert find_slot(program, program.rules[0], whole, one.since, None, at) == one

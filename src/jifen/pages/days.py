"""Days: what the calendars mean that rules and prices refer to, in words a member reads."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.calendars import (
    AnyCalendar,
    Dates,
    Festivals,
    LunarDates,
    MarketDays,
    Markets,
    MonthDays,
    NthWeekday,
    Openings,
    Weekdays,
    Yearly,
)

DATES_MOST = 3
"""Of a longer list of dates, or of stores, only the first are named."""


def calendar_of(calendar: AnyCalendar, program: Program, store: str, words: Words) -> Markup:
    """The days of a calendar. store: where it is asked for; market days are those of that store first."""
    match calendar:
        case Dates(dates=dates):
            return dates_of(dates, words)
        case Yearly(since=since, until=until):
            first, last = words.day_of_year(*since), words.day_of_year(*until)
            key = "calendar.yearly_day" if since == until else "calendar.yearly"
            return words.t(key, since=first, until=last)
        case Weekdays(weekdays=weekdays):
            return weekdays_of(weekdays, words)
        case MonthDays(days=days, last=last_too):
            said = [month_days_of(days, words)] if days else []
            return _or([*said, words.t("calendar.month_end")] if last_too else said, words)
        case NthWeekday():
            return _nth_weekday(calendar, words)
        case LunarDates():
            return _lunar(calendar, words)
        case Festivals(names=names, days_before=before, days_after=after):
            named = words.joined([words.t(f"festival.{name}") for name in names], "join.list")
            return _around(named, before, after, words)
        case Markets():
            return _markets(calendar, program, store, words)
        case Openings(stores=stores, days_before=before, days_after=after):
            opened = words.t("calendar.opening", stores=stores_of(_near(store, list(stores)), program, words))
            return _around(opened, before, after, words)


def weekdays_of(weekdays: Sequence[int], words: Words) -> Markup:
    """Days of the week, from Monday on."""
    return words.joined([words.weekday(day) for day in sorted(weekdays)], "join.list")


def month_days_of(days: Sequence[int], words: Words) -> Markup:
    """Days of every month."""
    listed = words.joined([str(day) for day in sorted(days)], "join.list")
    return words.t("when.month_days", days=listed)


def dates_of(dates: Sequence[date], words: Words) -> Markup:
    """Some days; of many only the first are named."""
    listed = words.joined([words.full_day(day) for day in sorted(dates)[:DATES_MOST]], "join.list")
    count = len(dates)
    return listed if count <= DATES_MOST else words.t("when.dates_more", days=listed, count=count)


def stores_of(codes: Sequence[str], program: Program, words: Words) -> Markup:
    """Stores by their names; of many only the first are named."""
    names = [program.stores[code].name if code in program.stores else code for code in codes]
    listed = words.joined(names[:DATES_MOST], "join.list")
    more = len(names) > DATES_MOST
    return words.t("when.stores_more", stores=listed, count=len(names)) if more else listed


def _near(store: str, stores: list[str]) -> list[str]:
    return [store] if store in stores else stores


def _or(said: Sequence[Markup], words: Words) -> Markup:
    return words.joined(said, "join.or")


def _around(named: Markup, before: int, after: int, words: Words) -> Markup:
    """Days with those before and after them."""
    if not before and not after:
        return named
    return words.t("calendar.around", days=named, before=figures.whole(before), after=figures.whole(after))


def _nth_weekday(calendar: NthWeekday, words: Words) -> Markup:
    months = words.t("calendar.each_month")
    if calendar.months:
        months = words.joined([words.t(f"month.{month}") for month in calendar.months], "join.list")
    key = "calendar.last" if calendar.nth == -1 else "calendar.nth"
    nth = "" if calendar.nth == -1 else words.t(f"ordinal.{calendar.nth}")
    return words.t(key, months=months, nth=nth, weekday=words.weekday(calendar.weekday))


def _lunar(calendar: LunarDates, words: Words) -> Markup:
    months = words.t("calendar.lunar_each")
    if calendar.months:
        named = [words.t(f"lunar_month.{month}") for month in calendar.months]
        months = words.t("calendar.lunar_months", months=words.joined(named, "join.list"))
    days = [words.t(f"lunar_day.{day}") for day in calendar.days]
    if calendar.last:
        days.append(words.t("calendar.lunar_end"))
    said = words.t("calendar.lunar", months=months, days=words.joined(days, "join.list"))
    return said if calendar.leap_months else words.t("calendar.no_leap", days=said)


def _markets(calendar: Markets, program: Program, store: str, words: Words) -> Markup:
    """The market days of one store, or, where others are meant, at which stores there are any."""
    stores = _near(store, list(calendar.stores))
    named = stores_of(stores, program, words)
    if len(stores) != 1:
        return words.t("calendar.markets", stores=named)
    return words.t("calendar.market", stores=named, days=market_of(calendar.stores[stores[0]], words))


def market_of(market: MarketDays, words: Words) -> Markup:
    """The market days of one store."""
    said = []
    for key, digits in (("market.lunar", market.lunar_digits), ("market.solar", market.solar_digits)):
        if digits:
            listed = words.joined([str(digit) for digit in digits], "join.list")
            said.append(words.t(key, digits=listed))
    if market.weekdays:
        said.append(weekdays_of(market.weekdays, words))
    if market.branches:
        named = [words.t(f"branch.{branch}") for branch in market.branches]
        said.append(words.t("market.branches", branches=words.joined(named, "join.list")))
    if market.dates:
        said.append(dates_of(market.dates, words))
    return _or(said, words)

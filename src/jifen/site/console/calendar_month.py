"""A month as the calendar shows it: solar and lunar days, terms and festivals, market days, and what runs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec
from lunar_python import Solar

from jifen.pages import figures, naming
from jifen.pages.words import Words
from jifen.rules.calendars import AnyCalendar, LunarDates, Markets, stores_on
from jifen.rules.definition import RuleSet
from jifen.rules.when import Conditions
from jifen.site.console.programme_words import bare
from jifen.values.calendars import FESTIVALS, festival, lunar_months, lunar_of
from jifen.values.periods import end_of_month, local_day

A_DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SHAPES = ("filled", "outline", "dashed", "round")
"""How stores are told apart beside their sign."""

LANES_MOST = 4
MARKS_IN_A_ROW = 2
LONG_DAYS = 100
"""What runs longer than this is no campaign, and not drawn."""

Look = Literal["pts", "pri", "grn"]


class Mark(msgspec.Struct, frozen=True):
    """A store's market day: one letter, a shape, and its name."""

    sign: str
    shape: str
    store: str
    name: str


class Item(msgspec.Struct, frozen=True):
    """Something that runs on some days. kind: campaign, rule or price; part, key: where it stands."""

    title: str
    text: str
    look: Look
    kind: str
    part: str
    key: str
    days: tuple[date, ...]


class Bar(msgspec.Struct, frozen=True):
    """An item in a week. column: 1 is Monday; opens, closes: whether it begins and ends there."""

    item: Item
    column: int
    span: int
    lane: int
    first: date
    opens: bool
    closes: bool


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A day. inside: of the month that is shown. festive: a festival, else the solar term is plain."""

    day: date
    inside: bool
    lunar: str
    term: str
    festivals: tuple[str, ...]
    marks: tuple[Mark, ...]
    hidden: int


class Week(msgspec.Struct, frozen=True):
    """Seven days with the bars over them; lanes: how many rows of bars. tall: a day has many market days."""

    days: tuple[Day, ...]
    bars: tuple[Bar, ...]
    lanes: int

    @property
    def tall(self) -> bool:
        """Whether the signs of some day need a second row."""
        return any(len(day.marks) > MARKS_IN_A_ROW for day in self.days)


def weeks_of(month: date) -> list[list[date]]:
    """The days of a month in whole weeks from Monday on."""
    first = month - (month.weekday() * A_DAY)
    last = end_of_month(month)
    found = []
    while first <= last:
        found.append([first + offset * A_DAY for offset in range(7)])
        first += WEEK
    return found


def signs(stores: Mapping[str, str]) -> dict[str, Mark]:
    """A sign for each store, by code: the first letter of its name that no other has, and a shape."""
    used: set[str] = set()
    found = {}
    for place, (code, name) in enumerate(stores.items()):
        own = name.rpartition(" ")[2] or name
        sign = next((letter for letter in own if letter not in used), own[:1])
        used.add(sign)
        found[code] = Mark(sign, SHAPES[place % len(SHAPES)], code, name)
    return found


def markets_of(rules: RuleSet) -> dict[str, Markets]:
    """The calendars of market days."""
    return {name: one for name, one in rules.calendars.items() if isinstance(one, Markets)}


def market_stores(rules: RuleSet, day: date) -> frozenset[str]:
    """The stores that have a market day."""
    found: set[str] = set()
    for one in markets_of(rules).values():
        found |= stores_on(one, day) or frozenset()
    return frozenset(found)


def items_of(rules: RuleSet, days: Sequence[date], words: Words, zone: str) -> list[Item]:
    """What runs on some of the days: campaigns, rules on their own days, and other prices."""
    found = []
    of_campaign: dict[str, list[str]] = {}
    for rule in rules.rules:
        if rule.campaign:
            of_campaign.setdefault(rule.campaign, []).append(rule.unit or rules.unit)
    for campaign in rules.campaigns:
        since = local_day(campaign.since, zone)
        until = local_day(campaign.until - figures.AN_INSTANT, zone)
        units = of_campaign.get(campaign.code, [])
        look: Look = "grn" if any(unit != rules.unit for unit in units) else "pts" if units else "pri"
        text = bare(naming.said_in(words, campaign.text, campaign.text_en))
        title = bare(naming.said_in(words, campaign.title, campaign.title_en))
        held = tuple(day for day in days if since <= day <= until)
        found.append(Item(title, text, look, "campaign", "campaigns", campaign.code, held))
    for rule in rules.rules:
        if rule.campaign is None and (held := _held(rule.when, rules, days, zone)):
            green = (rule.unit or rules.unit) != rules.unit
            title = bare(naming.title_of(rule, words))
            found.append(Item(title, "", "grn" if green else "pts", "rule", "rules", rule.id, held))
    for reward in rules.rewards:
        title = bare(naming.said_in(words, reward.title, reward.title_en))
        for price in reward.prices:
            if held := _held(price.when, rules, days, zone):
                asks = f"{title} {figures.whole(price.points)}"
                found.append(Item(asks, "", "pri", "price", "rewards", reward.code, held))
        if held := _held(reward.when, rules, days, zone):
            found.append(Item(title, "", "pri", "reward", "rewards", reward.code, held))
    return [one for one in found if one.days]


def _held(when: Conditions, rules: RuleSet, days: Sequence[date], zone: str) -> tuple[date, ...]:
    """The days on which conditions hold by their calendars or their time; none where they have neither."""
    named: list[AnyCalendar] = [
        rules.calendars[name]
        for name in when.calendars
        if name in rules.calendars and not isinstance(rules.calendars[name], Markets)
    ]
    bounded = when.since is not None and when.until is not None
    if bounded and when.until is not None and when.since is not None:
        bounded = (when.until - when.since).days <= LONG_DAYS
    if when.calendars and not named:
        return ()
    if not (named or bounded or when.dates or when.month_days):
        return ()
    return tuple(day for day in days if _holds(when, named, day, zone))


def _holds(when: Conditions, named: Iterable[AnyCalendar], day: date, zone: str) -> bool:
    calendars = list(named)
    if calendars and not any(stores_on(one, day) is None or stores_on(one, day) for one in calendars):
        return False
    if when.since is not None and day < local_day(when.since, zone):
        return False
    if when.until is not None and day > local_day(when.until - figures.AN_INSTANT, zone):
        return False
    if when.dates and day not in when.dates:
        return False
    return not when.month_days or day.day in when.month_days


def laid(
    month: date, rules: RuleSet, items: Sequence[Item], marks: Mapping[str, Mark], store: str, words: Words
) -> list[Week]:
    """The month, week by week. store: only its market days; empty: all."""
    found = []
    for days in weeks_of(month):
        bars, hidden = _bars(days, items)
        cells = tuple(
            Day(
                day=day,
                inside=day.month == month.month,
                lunar=lunar_said(day, words),
                term=term_of(day, words),
                festivals=festivals_on(day, words),
                marks=tuple(
                    marks[code]
                    for code in sorted(market_stores(rules, day), key=list(marks).index)
                    if not store or code == store
                ),
                hidden=hidden.get(day, 0),
            )
            for day in days
        )
        found.append(Week(cells, bars, max((bar.lane for bar in bars), default=0)))
    return found


def _bars(days: Sequence[date], items: Sequence[Item]) -> tuple[tuple[Bar, ...], dict[date, int]]:
    """The bars of a week, each in the first lane that is free; and how many more each day has."""
    runs: list[tuple[int, int, Item]] = []
    for item in items:
        held = [place for place, day in enumerate(days) if day in item.days]
        while held:
            run = [held[0]]
            while len(held) > len(run) and held[len(run)] == run[-1] + 1:
                run.append(held[len(run)])
            runs.append((run[0], len(run), item))
            held = held[len(run) :]
    taken: list[int] = []
    found: list[Bar] = []
    hidden: dict[date, int] = {}
    for start, length, item in sorted(runs, key=lambda run: (run[0], -run[1])):
        lane = next((at for at, free in enumerate(taken) if free <= start), len(taken))
        if lane >= LANES_MOST:
            for place in range(start, start + length):
                hidden[days[place]] = hidden.get(days[place], 0) + 1
            continue
        if lane == len(taken):
            taken.append(0)
        taken[lane] = start + length
        first, last = days[start], days[start + length - 1]
        opens, closes = first - A_DAY not in item.days, last + A_DAY not in item.days
        found.append(Bar(item, start + 1, length, lane + 1, first, opens, closes))
    return tuple(found), hidden


def lunar_said(day: date, words: Words) -> str:
    """The lunar day; the first of a month by the month's name."""
    lunar = lunar_of(day)
    if lunar.day == 1 and words.language == "en":
        return f"{lunar.month}/1"
    if lunar.day == 1:
        name = bare(words.t(f"lunar_month.{lunar.month}"))
        return bare(words.t("decide.leap", month=name)) if lunar.leap else name
    return bare(words.t(f"lunar_day.{lunar.day}"))


def lunar_months_in(month: date, words: Words) -> str:
    """The lunar months that a solar one touches, with their years."""
    found: list[str] = []
    for day in (month, end_of_month(month)):
        lunar = lunar_of(day)
        year = str(lunar.year)
        if words.language == "zh":
            year = Solar.fromYmd(day.year, day.month, day.day).getLunar().getYearInGanZhi()
        name = bare(words.t(f"lunar_month.{lunar.month}"))
        if lunar.leap:
            name = bare(words.t("decide.leap", month=name))
        said = bare(words.t("decide.lunar_month", year=year, month=name))
        if said not in found:
            found.append(said)
    return bare(words.joined(found, "join.list"))


def short_months(month: date, words: Words) -> list[str]:
    """The lunar months that end in this solar month on the 29th."""
    found = []
    for year in (month.year - 1, month.year):
        for one in lunar_months(year):
            last = date.fromordinal(one.begins + one.length - 1)
            if one.length == 29 and (last.year, last.month) == (month.year, month.month):
                name = bare(words.t(f"lunar_month.{one.month}"))
                found.append(bare(words.t("decide.leap", month=name)) if one.leap else name)
    return found


def asks_for_thirtieth(rules: RuleSet) -> list[str]:
    """The calendars that name a lunar day 30 and not the month's end."""
    return [
        name
        for name, one in rules.calendars.items()
        if isinstance(one, LunarDates) and 30 in one.days and not one.last
    ]


def term_of(day: date, words: Words) -> str:
    """The solar term that falls on a day."""
    name = Solar.fromYmd(day.year, day.month, day.day).getLunar().getJieQi()
    return bare(words.t(f"decide.solar_term.{name}")) if name else ""


def festivals_on(day: date, words: Words) -> tuple[str, ...]:
    """The festivals of a day."""
    return tuple(
        bare(words.t(f"festival.{name}"))
        for name in FESTIVALS
        if any(festival(name, year) == day for year in (day.year - 1, day.year))
    )

"""Conditions on the person: tier, segments, tokens, enrolment, birthdays, who invited."""

from collections.abc import Callable
from datetime import date, timedelta

from jifen.rules.award import Facts
from jifen.rules.conditions import Test
from jifen.rules.person import Anniversary
from jifen.rules.reasons import Reason
from jifen.rules.when import Birthday, Conditions
from jifen.values.calendars import is_birthday, is_reckoned, lunar_month_of, solar_anniversary


def person_tests(when: Conditions) -> list[tuple[Reason, Test]]:
    """The conditions on the person that are given.

    A token is in force up to, and not at, the instant of its end. Days are those of the programme's zone.
    """
    found: list[tuple[Reason, Test]] = []
    if when.tiers:
        tiers = frozenset(when.tiers)
        found.append(("tier", lambda facts: facts.person.standing.tier in tiers))
    if when.segments:
        segments = frozenset(when.segments)
        found.append(("segment", lambda facts: not segments.isdisjoint(facts.person.segments)))
    if when.tokens:
        tokens = frozenset(when.tokens)
        found.append(
            (
                "token",
                lambda facts: any(
                    token.grant in tokens and facts.at < token.until for token in facts.person.tokens
                ),
            )
        )
    if when.joined_within_days is not None:
        found.append(("joined", _joined_within(when.joined_within_days)))
    if when.anniversary is not None:
        month = when.anniversary == "month"
        found.append(("anniversary", lambda facts: _is_anniversary(facts.person.joined, facts.day, month)))
    if when.birthday is not None:
        found.append(("birthday", _birthday(when.birthday)))
    if when.invited is not None:
        found.append(("invited", lambda facts, asked=when.invited: bool(facts.person.inviter) is asked))  # type: ignore[misc]
    return found


def _joined_within(days: int) -> Test:
    def test(facts: Facts) -> bool:
        joined = facts.person.joined
        return joined is not None and 0 <= (facts.day - joined).days < days

    return test


def _is_anniversary(joined: date | None, day: date, month: bool) -> bool:
    """Whether a day is an anniversary of the enrolment, or in its month; the first is a year after it."""
    if joined is None or day.year <= joined.year:
        return False
    return (
        day.month == joined.month if month else day == solar_anniversary(joined.month, joined.day, day.year)
    )


def _birthday(asked: Birthday) -> Test:
    falls: Callable[[date, Anniversary], bool] = {
        "day": _on_the_day,
        "week": _in_the_week,
        "month": _in_the_month,
    }[asked.span]
    whose = asked.whose
    return lambda facts: any(one.whose == whose and falls(facts.day, one) for one in facts.person.birthdays)


def _on_the_day(day: date, born: Anniversary) -> bool:
    return is_birthday(day, born.month, born.day, born.lunar)


def _in_the_week(day: date, born: Anniversary) -> bool:
    monday = day - timedelta(days=day.isoweekday() - 1)
    return any(_on_the_day(monday + timedelta(days=after), born) for after in range(7))


def _in_the_month(day: date, born: Anniversary) -> bool:
    if born.lunar:
        return is_reckoned(day) and lunar_month_of(day) == born.month
    return day.month == born.month

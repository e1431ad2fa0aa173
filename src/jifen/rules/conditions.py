"""Conditions on the day, the place and the basket, each with the reason said where it does not hold."""

from collections.abc import Callable
from datetime import UTC, date

from jifen.rules.award import Facts
from jifen.rules.definition import Campaign
from jifen.rules.lines import has_line, matcher
from jifen.rules.reasons import Reason
from jifen.rules.when import Conditions

Test = Callable[[Facts], bool]
Tests = tuple[tuple[Reason, Test], ...]


def not_on(when: Conditions, day: date) -> Reason | None:
    """Why a rule gives nothing on a day, its calendars aside; None: it may."""
    if when.weekdays and day.isoweekday() not in when.weekdays:
        return "weekday"
    if when.month_days and day.day not in when.month_days:
        return "month_day"
    if when.dates and day not in when.dates:
        return "date"
    return None


def place_tests(when: Conditions) -> Tests:
    """The conditions on merchant and store."""
    found: list[tuple[Reason, Test]] = []
    if when.merchants:
        merchants = frozenset(when.merchants)
        found.append(("merchant", lambda facts: facts.merchant in merchants))
    if when.stores:
        stores = frozenset(when.stores)
        found.append(("store", lambda facts: facts.store in stores))
    return tuple(found)


def time_tests(when: Conditions) -> Tests:
    """The conditions on the amount and the instant, which come before the question what was done."""
    found: list[tuple[Reason, Test]] = []
    if when.minimum_fen:
        found.append(("minimum", lambda facts, least=when.minimum_fen: facts.amount >= least))  # type: ignore[misc]
    if when.since is not None:
        begins = when.since.astimezone(UTC)
        found.append(("since", lambda facts: facts.at >= begins))
    if when.until is not None:
        ends = when.until.astimezone(UTC)
        found.append(("until", lambda facts: facts.at < ends))
    return tuple(found)


def basket_tests(when: Conditions, campaign: Campaign | None) -> Tests:
    """The rest of what the event alone decides; what fails here fails for every part of the basket too."""
    found: list[tuple[Reason, Test]] = []
    if campaign is not None:
        # Times of one zone are compared ten times faster, and events come in UTC.
        since, until = campaign.since.astimezone(UTC), campaign.until.astimezone(UTC)
        found.append(("campaign", lambda facts: since <= facts.at < until))
    if when.channels:
        channels = frozenset(when.channels)
        found.append(("channel", lambda facts: facts.channel in channels))
    if when.payments:
        payments = frozenset(when.payments)
        found.append(("payment", lambda facts: facts.payment in payments))
    match = None if when.lines is None else matcher(when.lines)

    def pieces(facts: Facts) -> int:
        evidence = facts.evidence
        return sum([line.quantity for line in facts.lines if match is None or match(line, evidence)])

    if match is not None:
        found.append(("lines", lambda facts: has_line(match, facts)))
    if when.minimum_quantity:
        found.append(("quantity", lambda facts, least=when.minimum_quantity: pieces(facts) >= least))  # type: ignore[misc]
    return tuple(found)

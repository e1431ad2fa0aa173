"""The day from which a programme is looked at, since nothing here asks what day it is."""

from datetime import date

from jifen.programs.definition import Programme

REFERENCE_DAY = date(2026, 1, 1)
"""Where a programme names no day itself."""


def reference_day(programme: Programme) -> date:
    """The first of the year of the latest day that a programme's campaigns and rules begin on."""
    rules = programme.rules
    named = [campaign.since.date() for campaign in rules.campaigns]
    named += [rule.when.since.date() for rule in rules.rules if rule.when.since is not None]
    latest = max(named, default=REFERENCE_DAY)
    return latest.replace(month=1, day=1)

"""Remembered: rules and rewards as they were when something happened, and moments in words."""

from datetime import datetime

from markupsafe import Markup, escape

from jifen.pages import figures, naming
from jifen.pages.reading import Seen
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.definition import RuleSet
from jifen.rules.rewards import Reward
from jifen.values.periods import local_day


def rules_of(program: Program, version: int) -> RuleSet | None:
    """The rules of a version; None: they are not known here."""
    return next((rules.definition for rules in program.rules if rules.version == version), None)


def reward_of(program: Program, version: int, code: str) -> Reward | None:
    """A reward as it was in that version of the rules."""
    whole = rules_of(program, version)
    return next((one for one in whole.rewards if one.code == code), None) if whole else None


def reward_title(program: Program, version: int, code: str, words: Words) -> Markup:
    """What a reward was called then."""
    reward = reward_of(program, version, code)
    return naming.said_in(words, reward.title, reward.title_en) if reward else escape(code)


def moment(seen: Seen, at: datetime, words: Words) -> Markup:
    """A day and a time of day."""
    day = words.day(local_day(at, seen.program.zone), seen.today)
    return words.t("date.time", day=day, time=figures.clock(at, seen.program.zone))

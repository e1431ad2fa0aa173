"""Splitting: what of a change is no worse for members, as a version that need not wait for the rest."""

from collections.abc import Iterable
from typing import Any

import msgspec

from jifen.programs.changes import Change
from jifen.programs.definition import Programme
from jifen.programs.regulation import CLASSES, Class

replace = msgspec.structs.replace

LIGHT: tuple[Class, ...] = ("neutral", "offer", "favourable")
"""What members may have as early as 7 days ahead, or at once."""

LISTS = {
    "unit": ("units", "code"),
    "rule": ("rules.rules", "id"),
    "reward": ("rules.rewards", "code"),
    "budget": ("rules.budgets", "code"),
    "act": ("rules.acts", "code"),
    "authority": ("authorities", "code"),
    "merchant": ("merchants", "code"),
}
"""Where the objects of a kind of promises stand, and what names them."""

WHOLE = {
    "validity": ("rules", "validity"),
    "grace_days": ("rules", "grace_days"),
    "groups": ("rules", "groups"),
    "reminders": ("rules", "reminders"),
    "shortfall": ("terms", "shortfall"),
    "notice_days": ("terms", "notice_days"),
    "operator": ("terms", "operator"),
    "closing": ("terms", "closes_on"),
}
"""Where the terms of the whole programme stand, by the first word of their name."""


def is_light(change: Change) -> bool:
    """Whether a change is no worse for members."""
    return change.weight in LIGHT


def favourable_part(base: Programme, wanted: Programme, changes: Iterable[Change]) -> Programme | None:
    """The wanted programme with everything that weighs on members as it is in the base.

    None: nothing weighs, or nothing is left. Whether it is enough is told by weighing the answer again: what
    shares a calendar or a tier with something worse may not be separable.
    """
    found = list(changes)
    heavy = [change for change in found if not is_light(change)]
    if not heavy or len(heavy) == len(found):
        return None
    made = wanted
    for change in heavy:
        made = _reverted(base, made, change)
    return made


def heaviest(changes: Iterable[Change]) -> Class:
    """The heaviest class of some changes."""
    return max((change.weight for change in changes), key=CLASSES.index, default="neutral")


def _reverted(base: Programme, made: Programme, change: Change) -> Programme:
    if change.kind in LISTS:
        where, name = LISTS[change.kind]
        made = _with_item(base, made, where, name, change.code)
        if change.term.endswith(".calendars"):
            return replace(made, rules=replace(made.rules, calendars=base.rules.calendars))
        return made
    if change.kind == "programme":
        return _whole(base, made, change)
    field = {"tier": "tiers", "remedy": "remedies"}.get(change.kind, change.kind)
    return replace(made, rules=replace(made.rules, **{field: getattr(base.rules, field)}))


def _whole(base: Programme, made: Programme, change: Change) -> Programme:
    term = "closing" if change.how == "closing" else change.term.partition(".")[0]
    if term == "clauses":
        terms = replace(made.terms, clauses=base.terms.clauses, clauses_en=base.terms.clauses_en)
        return replace(made, terms=terms)
    if term == "eligibility_export":
        return replace(made, eligibility_export=base.eligibility_export)
    if term not in WHOLE:
        return replace(made, rules=replace(made.rules, rules=base.rules.rules))
    part, field = WHOLE[term]
    inner = replace(getattr(made, part), **{field: getattr(getattr(base, part), field)})
    return replace(made, **{part: inner})


def _with_item(base: Programme, made: Programme, where: str, name: str, code: str) -> Programme:
    """One object of a list as it is in the base: as it was, there again, or not yet there."""
    part, _, field = where.rpartition(".")
    old: tuple[Any, ...] = getattr(base.rules if part else base, field)
    new: tuple[Any, ...] = getattr(made.rules if part else made, field)
    was = next((one for one in old if getattr(one, name) == code), None)
    items = tuple(was if getattr(one, name) == code else one for one in new)
    if was is not None and was not in items:
        place = old.index(was)
        items = (*items[:place], was, *items[place:])
    items = tuple(one for one in items if one is not None)
    if not part:
        return replace(made, **{field: items})
    return replace(made, rules=replace(made.rules, **{field: items}))

"""Refusals on a member's own pages: what was asked, what there is, what to do, in words."""

from datetime import datetime

import msgspec
from markupsafe import Markup

from jifen.pages import figures
from jifen.site.inside import No
from jifen.site.visit import Visit
from jifen.values.periods import local_day


class Refused(msgspec.Struct, frozen=True):
    """A refusal as a page shows it. code: the stable one, or what is its reason word."""

    title: Markup
    said: Markup
    code: str


def refused(visit: Visit, no: No) -> Refused:
    """A refusal of the interface in words; a fault of ours, or one that nobody put into words, goes on.

    Words stand in the catalogues as `no.family.<code>.<why>` or `no.family.<code>`, each with `.next`.

    Raises:
        No: the general page says it.
    """
    why = str(no.facts.get("why", ""))
    facts = {name: _fact(visit, value) for name, value in no.facts.items()}
    for key in (f"no.family.{no.code}.{why}", f"no.family.{no.code}"):
        if not no.ours and visit.words.has(key):
            said = visit.words.t(f"{key}.next", **facts)
            return Refused(visit.words.t(key, **facts), said, f"{no.code}.{why}" if why else no.code)
    raise no


def refused_here(visit: Visit, key: str, **facts: object) -> Refused:
    """A refusal of the page's own, such as of a field that was left empty."""
    words = visit.words
    return Refused(words.t(f"no.family.{key}", **facts), words.t(f"no.family.{key}.next", **facts), key)


def _fact(visit: Visit, value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return figures.whole(value)
    if isinstance(value, str) and len(value) >= len("2026-11-21") and value[4:5] == "-":
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            return value
        day = local_day(at, visit.program.zone) if at.tzinfo else at.date()
        return visit.words.day(day, visit.today)
    return value


def points_in(visit: Visit, name: str = "points") -> int | None:
    """A whole number above zero that a field holds, with commas or without; None: it holds none."""
    text = visit.field(name).replace(",", "").replace("\N{FULLWIDTH COMMA}", "")
    if not (text.isascii() and text.isdigit() and 0 < len(text) <= len("999999999999")):
        return None
    return int(text) or None

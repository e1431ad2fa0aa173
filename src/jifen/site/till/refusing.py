"""Refusing: what a cashier is told where something cannot be, in words with what to do next."""

from collections.abc import Mapping

import msgspec
from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.words import Words
from jifen.site.inside import No
from jifen.site.till.goods import Unread
from jifen.site.till.who import NotRead
from jifen.site.visit import Visit

POINTS = ("requested", "available", "missing", "most_points", "step_points", "minimum_points", "enough")
MONEY = ("most_pays_fen", "minimum_fen", "amount_fen", "cash_fen")

BY_REASON = {
    "identification_refused": "till.no.identification_refused",
    "offset_refused": "till.no.offset_refused",
    "voucher_refused": "till.no.voucher_refused",
}
"""Refusals that have words of their own for each reason."""


class Refused(msgspec.Struct, frozen=True):
    """What is said: a title, a sentence with a way out, and the stable code. points: to take instead."""

    title: Markup
    said: Markup
    code: str
    points: int | None = None


def refused(visit: Visit, no: No) -> Refused:
    """A refusal of the interface in words; what we have no words for is told in its own."""
    words = visit.words
    why = str(no.facts.get("why", ""))
    usual = f"till.no.{no.code}"
    for key in (f"{BY_REASON.get(no.code, usual)}.{why}", usual):
        if words.has(key):
            facts = facts_of(no.facts, words)
            return Refused(words.t(key, **facts), words.t(f"{key}_next", **facts), no.code, _instead(no))
    return Refused(words.t("no.title"), Markup.escape(no.detail), no.code)


def unread(visit: Visit, wrong: Unread | NotRead) -> Refused:
    """Something typed that cannot be read."""
    words = visit.words
    if isinstance(wrong, NotRead):
        key = f"till.not_read.{wrong.why}"
        return Refused(words.t(key), words.t(f"{key}_next"), "")
    key = f"till.unread.{wrong.why}"
    return Refused(words.t(key, what=wrong.what, place=wrong.place), words.t(f"{key}_next"), "")


def facts_of(facts: Mapping[str, object], words: Words) -> dict[str, object]:
    """The facts of a problem as they are printed: points with commas, money in yuan."""
    said: dict[str, object] = dict.fromkeys((*POINTS, *MONEY), "")
    for name, value in facts.items():
        if isinstance(value, int) and name in POINTS:
            said[name] = figures.whole(value)
        elif isinstance(value, int) and name in MONEY:
            said[name] = figures.yuan(value)
        else:
            said[name] = value
    return said


def _instead(no: No) -> int | None:
    """How many points would do."""
    for name in ("enough", "most_points"):
        if no.code == "offset_refused" and isinstance(no.facts.get(name), int):
            return int(no.facts[name])
    return None

"""The terms for who has never read them: the points that matter first, then every section whole."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec
from markupsafe import Markup

from jifen.pages.figures import whole, yuan
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.programs.publications import Publication
from jifen.programs.regulation import regulation
from jifen.programs.terms import chinese, english
from jifen.values.periods import local_day

HEAD = re.compile(r"^(?:[一二三四五六七八九十]+、|[0-9]+\. )")


class Section(msgspec.Struct, frozen=True):
    """One section of the terms as they were published."""

    title: str
    lines: tuple[str, ...]


def points_of(published: Publication, program: Program, now: datetime, words: Words) -> Sequence[Markup]:
    """What a new member should know before the first points, from the definition, never typed beside it.

    Worth, validity, reminders, what goods that come back take along, and how changes are told (COMPLIANCE
    R01, R03, R05).
    """
    programme = published.definition
    rules = programme.rules
    validity = (chinese if words.language == "zh" else english).validity(rules.validity)
    said = []
    points, fen = program.worth(rules.unit, program.rules_at(now))
    if fen:
        said.append(words.t("access.point_worth", points=whole(points), worth=yuan(fen)))
    said.append(words.t("access.point_validity", validity=validity.rstrip("。.")))
    if rules.reminders:
        ahead = sorted(rules.reminders.days_before, reverse=True)
        days = words.t("access.and").join(str(day) for day in ahead)
        said.append(words.t("access.point_reminders", days=days, extend=rules.reminders.extend_days))
    said.append(words.t(f"access.point_shortfall_{programme.terms.shortfall}"))
    ordinary = regulation().notice("ordinary", local_day(now, programme.zone))
    adverse = regulation().notice("adverse", local_day(now, programme.zone))
    least = ordinary.days if ordinary else 0
    most = max(adverse.days if adverse else 0, programme.terms.notice_days)
    said.append(words.t("access.point_changes", least=least, most=most))
    said.append(words.t("access.point_no_cash"))
    return said


def paragraphs(text: str) -> Sequence[Section]:
    """The sections of a text of terms, in their order; what stands before the first head is its title."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if HEAD.match(line):
            found.append((line, []))
        elif line.strip() and found:
            found[-1][1].append(line)
    return tuple(Section(title, tuple(lines)) for title, lines in found)

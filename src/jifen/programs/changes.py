"""What a change of a programme means for members, found by comparing, and the notice that it needs."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from jifen.programs.definition import MerchantPlan, Programme
from jifen.programs.findings import Finding
from jifen.programs.material import promises
from jifen.programs.measures import compared
from jifen.programs.promise import Kind, Promise, Term
from jifen.programs.regulation import CLASSES, Class, Regulation, earliest, earliest_instant
from jifen.values.periods import end_of_day, local_day

How = Literal["added", "dropped", "better", "worse", "mixed", "reworded", "closing", "leaving"]


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change. weight: its class; days: whole local days of notice that it needs, by which article.

    old, new: what is promised, as it is shown. until: the last day of what ends on its own day, a closing
    or a merchant's leaving; None: it holds with the version.
    """

    kind: Kind
    code: str
    term: str
    how: How
    weight: Class
    old: str = ""
    new: str = ""
    path: str = ""
    days: int = 0
    article: str = ""
    until: date | None = None

    def __str__(self) -> str:
        """One line for a person."""
        values = f": {self.old} -> {self.new}" if self.how in ("better", "worse", "mixed") else ""
        when = f" on {self.until}" if self.until else ""
        notice = f", {self.days} days' notice [{self.article}]" if self.days else ""
        return f"{self.weight}: {self.kind} {self.code} {self.term} {self.how}{when}{values}{notice}"


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """All changes together. weight: the heaviest; days: what the version needs; earliest: when it may hold.

    The changes that end on a day of their own need their notice by that day, not by the version's.
    """

    changes: tuple[Change, ...]
    weight: Class
    days: int
    article: str
    earliest: datetime


def weigh(
    old: Programme | None,
    new: Programme,
    *,
    published_at: datetime,
    valid_from: datetime,
    members: int,
    law: Regulation,
    announced: Programme | None = None,
) -> Weighed:
    """Compare what is in force just before with what is to be. The first version of all needs no notice.

    members: how many the programme has; with many of them an ordinary change weighs as a major one.
    announced: a version that was to hold from the same instant and is replaced; what is as it said was
    announced with it. Source: COMPLIANCE R03, R04, R09.
    """
    today = local_day(published_at, new.zone)
    if old is None:
        return Weighed(changes=(), weight="neutral", days=0, article="", earliest=published_at)
    many = members >= min(old.terms.many_members, new.terms.many_members)
    unheard = None if announced is None else {_key(one) for one in _changes(announced, new, valid_from)}
    found = []
    for change in _changes(old, new, valid_from):
        if unheard is not None and _key(change) not in unheard:
            continue
        weight: Class = "major" if many and change.weight == "ordinary" else change.weight
        notice = law.notice(weight, today)
        days, article = (0, "") if notice is None else (notice.days, notice.article)
        own = max(old.terms.notice_days, new.terms.notice_days)
        if weight == "adverse" and own > days:
            days, article = own, f"terms.notice_days; {article}"
        found.append(msgspec.structs.replace(change, weight=weight, days=days, article=article))
    with_version = [change for change in found if change.until is None]
    longest = max(with_version, key=lambda change: change.days, default=None)
    days = longest.days if longest else 0
    return Weighed(
        changes=tuple(found),
        weight=max((change.weight for change in found), key=CLASSES.index, default="neutral"),
        days=days,
        article=longest.article if longest else "",
        earliest=earliest_instant(published_at, days, new.zone),
    )


def _key(change: Change) -> tuple[str, str, str, date | None]:
    return change.kind, change.code, change.term, change.until


def too_early(weighed: Weighed, published_at: datetime, valid_from: datetime, zone: str) -> Iterator[Finding]:
    """What may not hold as early as it is to."""
    today = local_day(published_at, zone)
    if weighed.days and valid_from < weighed.earliest:
        day = local_day(valid_from, zone)
        whole = max(0, (day - today).days - 1)
        worst = next(one for one in weighed.changes if one.days == weighed.days and one.until is None)
        first = local_day(weighed.earliest, zone)
        yield Finding(
            code="notice_too_short",
            path=worst.path,
            what=f"this change is {worst.weight} ({worst.kind} {worst.code} {worst.term} {worst.how}) and "
            f"would hold from {day}, after {whole} whole days of notice",
            remedy=f"{weighed.days} are needed: choose {first} or later "
            f"(the earliest lawful date is {first})",
            source=worst.article,
        )
    for change in weighed.changes:
        if change.until is not None:
            last = earliest(today, change.days) - timedelta(days=1)
            if change.until < last:
                yield Finding(
                    code="notice_too_short",
                    path=change.path,
                    what=f"{change.kind} {change.code} would end after {change.until}, which leaves less "
                    f"than {change.days} whole days of notice",
                    remedy=f"choose {last} or later (the earliest lawful last day is {last})",
                    source=change.article,
                )


def _changes(old: Programme, new: Programme, at: datetime) -> Iterator[Change]:
    before = {(promise.kind, promise.code): promise for promise in promises(old, at)}
    after = {(promise.kind, promise.code): promise for promise in promises(new, at)}
    for key, promise in before.items():
        if key not in after:
            yield _whole(promise, "dropped", promise.dropped)
        else:
            yield from _between(promise, after[key])
    for key, promise in after.items():
        if key not in before:
            yield _whole(promise, "added", promise.added)
    rules_before, rules_after = (any(kind == "rule" for kind, _ in found) for found in (before, after))
    if rules_before and not rules_after:
        # A programme in which nothing can be earned is closed, by whatever name.
        yield Change(
            kind="programme", code=new.code, term="earning", how="dropped", weight="adverse", path="rules"
        )
    yield from _endings(old, new)


def _whole(promise: Promise, how: How, weight: Class) -> Change:
    return Change(kind=promise.kind, code=promise.code, term="", how=how, weight=weight, path=promise.path)


def _between(old: Promise, new: Promise) -> Iterator[Change]:
    """Terms of another kind of thing are neither better nor worse, so a term that comes or goes is mixed."""
    for name in {**old.terms, **new.terms}:
        was, becomes = old.terms.get(name), new.terms.get(name)
        term = was or becomes
        assert term is not None
        if was is None or becomes is None:
            whole = name.partition(".")[0]
            if whole != name and whole in old.terms and whole in new.terms:
                continue  # A voucher or times that come or go are one change, told of as a whole.
        verdict = "mixed" if was is None or becomes is None else compared(was.measure, becomes.measure)
        if verdict != "same":
            weight: Class = {"better": "favourable", "worse": term.worse, "mixed": term.mixed}[verdict]
            yield Change(
                kind=old.kind,
                code=old.code,
                term=name,
                how=verdict,
                weight=weight,
                old=was.says if was else "nothing",
                new=becomes.says if becomes else "nothing",
                path=new.path,
            )


def _endings(old: Programme, new: Programme) -> Iterator[Change]:
    """The programme's closing and merchants' leavings, each on a day of its own (COMPLIANCE R09)."""
    yield from _ending(
        "programme", new.code, "closing", old.terms.closes_on, new.terms.closes_on, "terms.closes_on"
    )
    before: dict[str, MerchantPlan] = {merchant.code: merchant for merchant in old.merchants}
    for index, merchant in enumerate(new.merchants):
        if merchant.code in before:
            yield from _ending(
                "merchant",
                merchant.code,
                "leaving",
                before[merchant.code].leaves_on,
                merchant.leaves_on,
                f"merchants[{index}].leaves_on",
            )


def _ending(
    kind: Kind, code: str, how: How, old: date | None, new: date | None, path: str
) -> Iterator[Change]:
    if old == new:
        return
    shown: dict[str, Any] = {"old": str(old or "open"), "new": str(new or "open"), "path": path}
    if new is not None and (old is None or new < old):
        yield Change(kind=kind, code=code, term="", how=how, weight="adverse", until=new, **shown)
    else:
        yield Change(kind=kind, code=code, term=how, how="better", weight="favourable", **shown)


def ends_at(day: date | None, zone: str) -> datetime | None:
    """From when nothing is earned any more: the end of the last day."""
    return None if day is None else end_of_day(day, zone)


__all__ = ["Change", "Term", "Weighed", "ends_at", "too_early", "weigh"]

"""The race's verdict: answers and books side by side, and what does not fit told in sentences."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from jifen.books.wallet import Balance

SPEND = "spend"
"""The kind of what is sent in earnest; every other kind is poison."""

REFUSED = frozenset((400, 404, 409, 422))
"""What poison may be answered with."""

TOLD_MOST = 20
"""How many sentences of one kind are told; the rest is counted."""


class Said(msgspec.Struct, frozen=True):
    """What we read of an answer, be it a receipt or a problem. available: told by a refusal."""

    id: str = ""
    no: int = 0
    points: int = 0
    replayed: bool = False
    balance: Balance = Balance()
    code: str = ""
    available: int = 0


class Heard(msgspec.Struct, frozen=True):
    """One answer, and what had been asked: so many points under a key."""

    key: str
    kind: str
    points: int
    status: int
    said: Said


class Booked(msgspec.Struct, frozen=True):
    """One entry as it is stored: the points that left the wallet, from so many lots, under so many claims."""

    id: str
    no: int
    kind: str
    key: str
    points: int
    lots: int
    claims: int


Receipts = dict[str, Heard]
"""The first answer of each key that was booked."""


def judged(purse: int, left: int, heard: Sequence[Heard], booked: Sequence[Booked]) -> list[str]:
    """Everything that a race must not show; empty: it was won.

    purse: points before the race; left: points in the lots after it. booked: all entries made meanwhile.
    """
    receipts, findings = receipts_of([one for one in heard if one.kind == SPEND])
    findings += unharmed([one for one in heard if one.kind != SPEND])
    findings += _told_and_stored(receipts, booked)
    told = sum(one.points for one in receipts.values())
    stored = sum(entry.points for entry in booked)
    for what, points in (("the answers spent", told), ("the books spent", stored)):
        if points != purse:
            findings.append(f"{what} {points} points of a purse of {purse}")
    if left:
        findings.append(f"{left} points are left in the lots")
    return findings


def receipts_of(heard: Sequence[Heard]) -> tuple[Receipts, list[str]]:
    """The first answers of what was sent in earnest, and what is wrong with any answer."""
    by_key: dict[str, list[Heard]] = {}
    for one in heard:
        by_key.setdefault(one.key, []).append(one)
    receipts: Receipts = {}
    findings: list[str] = []
    for key, answers in by_key.items():
        booked = [one for one in answers if one.status in (200, 201)]
        findings += [wrong for one in answers if (wrong := _unfounded(one))]
        if not booked:
            continue
        first = receipts[key] = next((one for one in booked if one.status == 201), booked[0])
        news = sum(one.status == 201 and not one.said.replayed for one in booked)
        if news != 1:
            findings.append(f"key {key} was answered as booked now {news} times")
        if len(booked) < len(answers):
            findings.append(f"key {key} was booked and refused")
        if {(one.said.id, one.said.no, one.said.points) for one in booked} != {
            (first.said.id, first.said.no, -first.points)
        }:
            findings.append(f"key {key} over {first.points} points was given different or wrong receipts")
    return receipts, _shortened(findings)


def _unfounded(one: Heard) -> str:
    """Why something sent in earnest should not have been answered so; empty: it was well."""
    if one.status in (200, 201):
        return ""
    if one.status == 409 and one.said.code == "insufficient_points" and one.said.available < one.points:
        return ""
    return f"key {one.key} over {one.points} points failed with {one.status} {one.said.code}"


def unharmed(poison: Sequence[Heard]) -> list[str]:
    """Poison that was not refused by itself as the caller's mistake."""
    return _shortened(
        [
            f"poison {one.kind} under key {one.key!r} was answered with {one.status} {one.said.code}"
            for one in poison
            if one.status not in REFUSED
        ]
    )


def _told_and_stored(receipts: Receipts, booked: Sequence[Booked]) -> list[str]:
    """Each receipt has one entry with its content, each entry its receipt."""
    entries: dict[str, Booked] = {}
    findings = []
    for entry in booked:
        if entry.key in entries:
            findings.append(f"key {entry.key} has the entries {entries[entry.key].no} and {entry.no}")
        entries[entry.key] = entry
        told = receipts.get(entry.key)
        if told is None:
            findings.append(f"entry {entry.no} under key {entry.key} was booked and nobody was told")
        elif (entry.id, entry.no, entry.points, entry.kind) != (
            told.said.id,
            told.said.no,
            told.points,
            "redeem",
        ):
            findings.append(f"entry {entry.no} under key {entry.key} is not what its receipt says")
        if entry.claims != 1:
            findings.append(f"entry {entry.no} under key {entry.key} has {entry.claims} claims")
    findings += [f"key {key} has a receipt and no entry" for key in receipts if key not in entries]
    return _shortened(findings)


def _shortened(findings: list[str]) -> list[str]:
    more = len(findings) - TOLD_MOST
    return findings if more <= 0 else [*findings[:TOLD_MOST], f"… and {more} more like these"]


def tallied(heard: Sequence[Heard]) -> dict[str, dict[str, int]]:
    """How often each kind of poison got which status and code."""
    found: dict[str, Counter[str]] = {}
    for one in heard:
        if one.kind != SPEND:
            found.setdefault(one.kind, Counter())[f"{one.status} {one.said.code}"] += 1
    return {kind: dict(counts) for kind, counts in sorted(found.items())}

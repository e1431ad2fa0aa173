"""The verdict on a round of a race: never oversold, never double, losers told why and untouched."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from jifen.cli.bench.wire import Heard

TOLD_MOST = 10
"""How many sentences of one round are told; the rest is counted."""


class Said(msgspec.Struct, frozen=True):
    """What we read of an answer, be it what was booked or a problem."""

    id: str = ""
    bill: "Said | str | None" = None
    code: str = ""
    detail: str = ""
    replayed: bool = False

    @property
    def of(self) -> str:
        """The id of what was booked, also where it is told as a part."""
        return self.bill.id if not self.id and isinstance(self.bill, Said) else self.id


_said = msgspec.json.Decoder(Said)


def said(heard: Heard) -> Said:
    """An answer; what is none of ours has a code of its own."""
    try:
        return _said.decode(heard.content)
    except msgspec.DecodeError:
        return Said(code="unreadable")


class State(msgspec.Struct, frozen=True):
    """A member as it was read back: points, entries, and all that was read, as text."""

    available: int
    entries: int
    whole: str


class Try(msgspec.Struct):
    """What one or several clients ask for under one key, and every answer that they got.

    prize: what of which there is not enough. pays: the points that each member gives if it is granted;
    a member with 0 gets an entry and gives nothing.
    """

    key: str
    path: str
    body: dict[str, object]
    prize: str
    pays: dict[str, int]
    heard: list[Heard] = []

    @property
    def won(self) -> str:
        """The id of what was booked; empty: nothing was."""
        return next((said(one).of for one in self.heard if one.status in (200, 201)), "")

    def code(self) -> str:
        """The code with which it was refused, or the word for that it was not."""
        return "won" if self.won else next((said(one).code for one in self.heard), "unheard")


class Round(msgspec.Struct):
    """One round: what there was of each prize, who tried, what losers are told, and what was read back.

    left: what is left of each prize, where that is read. also: what else was found wrong.
    """

    race: str
    number: int
    there: dict[str, int]
    codes: frozenset[str]
    tries: list[Try]
    before: Mapping[str, State]
    after: Mapping[str, State]
    left: dict[str, int]
    also: list[str] = []


def judged(of: Round) -> list[str]:
    """Everything that a round must not show; empty: it was as it should be."""
    found: list[str] = []
    for one in of.tries:
        found += _answered(one, of.codes)
    won = Counter(one.prize for one in of.tries if one.won)
    asked = Counter(one.prize for one in of.tries)
    for prize, there in of.there.items():
        due = min(there, asked[prize])
        if won[prize] != due:
            found.append(
                f"{prize}: there were {there}, {asked[prize]} asked, {won[prize]} got one and not {due}"
            )
        if prize in of.left and of.left[prize] != there - won[prize]:
            found.append(f"{prize}: of {there} {won[prize]} were given, {of.left[prize]} are left")
    found += _untouched(of)
    found += of.also
    where = f"{of.race}, round {of.number}: "
    more = len(found) - TOLD_MOST
    told = found if more <= 0 else [*found[:TOLD_MOST], f"… and {more} more like these"]
    return [where + one for one in told]


def _answered(one: Try, codes: frozenset[str]) -> list[str]:
    """What is wrong with the answers to one key."""
    found: list[str] = []
    granted = [said(heard) for heard in one.heard if heard.status in (200, 201)]
    refused = [heard for heard in one.heard if heard.status not in (200, 201)]
    news = sum(heard.status == 201 and not said(heard).replayed for heard in one.heard)
    if granted and news != 1:
        found.append(f"key {one.key} was answered as booked now {news} times")
    if granted and refused:
        found.append(f"key {one.key} was booked and refused with {said(refused[0]).code}")
    if len({told.of for told in granted}) > 1:
        found.append(f"key {one.key} was given different receipts")
    if not one.heard:
        found.append(f"key {one.key} was never answered")
    for heard in refused:
        told = said(heard)
        if not 400 <= heard.status < 500 or told.code not in codes or not told.detail:
            found.append(f"key {one.key} failed with {heard.status} {told.code}: {told.detail[:200]}")
    return found


def _untouched(of: Round) -> list[str]:
    """Members who gave other points than their prizes cost, or who won nothing and are not as before."""
    found: list[str] = []
    gave: Counter[str] = Counter()
    entries: Counter[str] = Counter()
    for one in of.tries:
        if one.won:
            gave.update(one.pays)
            entries.update(one.pays.keys())
    for member in of.before:
        before, after = of.before[member], of.after.get(member)
        if after is None:
            found.append(f"{member} was not read back")
        elif not entries[member]:
            if after != before:
                found.append(f"{member} won nothing and was {before}, is {after}")
        elif (before.available - after.available, after.entries - before.entries) != (
            gave[member],
            entries[member],
        ):
            found.append(
                f"{member} won {entries[member]} for {gave[member]} points, and has "
                f"{after.available - before.available} points, {after.entries - before.entries} entries more"
            )
    return found


def tallied(rounds: Sequence[Round]) -> dict[str, int]:
    """How many keys won, and how many were refused with which code."""
    return dict(sorted(Counter(one.code() for of in rounds for one in of.tries).items()))

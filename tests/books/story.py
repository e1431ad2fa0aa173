"""Stories: a table of facts in our own words, parsed here and played on the real engine."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Answer, Command, Receipt, entry_id
from jifen.rules.award import Line
from jifen.rules.definition import PerAmount, Rate, RuleSet
from jifen.values.ids import EntryId, SeriesId
from jifen.values.periods import Never, Rolling
from tests.engine.orders import SOURCE
from tests.engine.town import CHARITY, START, ZONE, Town, town

FLAGS = ("open",)
NAMED = ("at", "to", "of", "on", "known", "until", "expires", "matures", "key")
MAKERS = {"return": "give_back", "hold": "reserve", "lapse": "release"}
LOCAL = ZoneInfo(ZONE)


class Row(msgspec.Struct, frozen=True):
    """One line of a story. on: the day on which it happens; known: the day on which we hear of it."""

    text: str
    verb: str
    who: str
    others: tuple[str, ...]
    points: int | None
    words: dict[str, str]
    on: date
    known: date
    expects: str


def parse(story: str) -> list[Row]:
    """The rows of a story. A row without `on` happens on the day of the row before it."""
    rows = []
    today = START.astimezone(LOCAL).date()
    for text in filter(None, map(str.strip, story.splitlines())):
        asked, _, expects = text.partition("->")
        verb, who, *rest = asked.split()
        words: dict[str, str] = {}
        others: list[str] = []
        points = None
        tokens = iter(rest)
        for token in tokens:
            if token in NAMED:
                words[token] = next(tokens)
            elif token in FLAGS:
                words[token] = token
            elif token.lstrip("-").isdigit():
                points = int(token)
            else:
                others.append(token)
        on = date.fromisoformat(words["on"]) if "on" in words else today
        today = max(today, date.fromisoformat(words["known"]) if "known" in words else on)
        rows.append(Row(text, verb, who, tuple(others), points, words, on, today, expects.strip()))
    return rows


def rules_for(rows: list[Row]) -> RuleSet:
    """A rule for every earning: a point a yuan on what is bought under its key, with the dates it names."""
    rules: dict[str, PerAmount] = {}
    for row in rows:
        if row.verb == "earn":
            lives = Rolling(days=_days(row, "expires")) if "expires" in row.words else Never()
            pending = _days(row, "matures") if "matures" in row.words else 0
            key = row.words["key"]
            rate = {key: Rate(1, 100)}
            rules.setdefault(
                key, PerAmount(id=key, rate=Rate(0, 1), rates=rate, validity=lives, pending_days=pending)
            )
    return RuleSet(rules=tuple(rules.values()), validity=Never(), grace_days=7)


def _days(row: Row, word: str) -> int:
    return (date.fromisoformat(row.words[word]) - row.on).days


def morning(day: date) -> datetime:
    """Ten o'clock in Shanghai."""
    return datetime.combine(day, time(10), LOCAL).astimezone(START.tzinfo)


class Player:
    """Plays rows in a town, and compares what happens with what they expect."""

    def __init__(self, place: Town) -> None:
        self.town = place
        self.lots: dict[SeriesId, str] = {}
        self.first: dict[str, Receipt] = {}

    async def play(self, row: Row) -> None:
        """One row."""
        if row.verb == "household":
            await self.town.household(row.who, *row.others)
            return
        if row.verb in ("has", "lots"):
            told = await (self._has(row) if row.verb == "has" else self._lots(row))
            assert told == row.expects, f"{row.text}\n   {row.who} has: {told}"
            return
        answer = await self.town.engine.submit(self._command(row))
        key = row.words["key"]
        if row.expects == "the same answer":
            assert answer == msgspec.structs.replace(self.first[key], replayed=True), row.text
        elif isinstance(answer, Refusal) or row.expects.partition(":")[0] in set(Code):
            check_refusal(row, answer)
        else:
            assert not answer.replayed, row.text
            self.first[key] = answer
            told = await self._told(row, answer)
            assert told == row.expects, f"{row.text}\n   what happened: {told}"

    def _command(self, row: Row) -> Command:
        words = row.words
        plain: tuple[str, str, datetime, datetime] = (
            words["key"],
            row.who,
            morning(row.on),
            morning(row.known),
        )
        make = getattr(self.town.orders, MAKERS.get(row.verb, row.verb), None)
        asked: dict[str, Any] = {} if row.points is None else {"points": row.points}
        if row.verb == "earn":
            lines = (Line("goods", words["key"], row.points or 0, 100 * (row.points or 0)),)
            return self.town.orders.purchase(*plain, store=words["at"], lines=lines)
        if row.verb == "return":
            asked = {"of": words["of"], "lines": [("goods", row.points)] if row.points else ()}
        elif row.verb in ("redeem", "hold"):
            asked["merchant"] = words["at"]
        elif row.verb in ("capture", "release", "lapse", "restore"):
            asked["of" if row.verb == "restore" else "hold"] = self._entry(words["of"])
        elif row.verb in ("transfer", "donate"):
            asked["charity" if words["to"] == CHARITY else "to"] = words["to"]
        if "until" in words:
            asked["deadline" if row.verb == "hold" else "until"] = morning(date.fromisoformat(words["until"]))
        if row.verb == "lapse":
            asked["lapsed"] = True
        if "open" in words:
            asked["keep_open"] = True
        assert make is not None, f"{row.text}: nobody knows how to {row.verb}"
        command: Command = make(*plain, **asked)
        return command

    def _entry(self, key: str) -> EntryId:
        return entry_id(self.town.program.id, SOURCE, key)

    async def _has(self, row: Row) -> str:
        """The balances that are not 0, as the wallet's last entry has them, or as the lots say at "
        "its time.
        """
        found = await self.town.balance(row.who, morning(row.known))
        return ", ".join(f"{points} {name}" for name, points in found.items() if points) or "nothing"

    async def _lots(self, row: Row) -> str:
        rows = await self.town.pool.fetch(
            "SELECT series, remaining FROM lot WHERE wallet = $1", self.town.wallets[row.who]
        )
        left = {await self._name(found["series"]): found["remaining"] for found in rows}
        return ", ".join(f"{name} {points}" for name, points in sorted(left.items()) if points) or "nothing"

    async def _name(self, series: SeriesId) -> str:
        if series not in self.lots:
            origin = await self.town.pool.fetchval("SELECT origin FROM series WHERE id = $1", series)
            assert origin is not None, f"no row gave a name to {series}"
            self.lots[series] = f"grace {self.lots[origin]}"
        return self.lots[series]

    async def _told(self, row: Row, receipt: Receipt) -> str:
        """What an entry moved, in words; `lot X` gives a new lot its name."""
        legs = await self.town.pool.fetch(
            "SELECT series, account, points FROM movement WHERE wallet = $1 AND entry = $2 ORDER BY leg",
            receipt.wallet,
            receipt.no,
        )
        moved: dict[str, int] = {}
        for series, account, points in legs:
            what = word_of(receipt.kind, account, points)
            if what is None:
                continue
            if what == "lot":
                self.lots.setdefault(series, row.expects.partition(",")[0].removeprefix("lot "))
            name = "" if what in ("owed", "repaid") else await self._name(series)
            place = " ".join(filter(None, (what, name)))
            moved[place] = moved.get(place, 0) + points
            if account == "redeemed" and receipt.kind == "capture":
                moved[f"free {name}"] = moved[f"free {name}"] + points
        # What a capture does not take is freed; its place in the telling is after what it takes.
        said = [(place.startswith("free"), place, points) for place, points in moved.items() if points]
        told = [
            place if place.startswith("lot ") else f"{place} {abs(points)}"
            for _, place, points in sorted(said, key=lambda one: one[0])
        ]
        return ", ".join(told) or "done"


def word_of(kind: str, account: str, points: int) -> str | None:
    """What stands before a lot in the telling of a leg; nothing where the verb says it all, None: "
    "not told.
    """
    if account == "owed":
        return "owed" if points > 0 else "repaid"
    if account in ("issued", "adjusted") and points > 0:
        return "lot"
    if kind == "capture" and account == "held":
        return "free"
    if kind in ("capture", "release", "lapse", "reverse") and account == "transferred" and points < 0:
        return None
    return ""


def check_refusal(row: Row, answer: Answer) -> None:
    """Compare a refusal with `code: 30 available, 31 requested`: facts by name, or words among them."""
    assert isinstance(answer, Refusal), f"{row.text}\n   was granted: {answer}"
    code, _, facts = row.expects.partition(": ")
    assert answer.code == code, f"{row.text}\n   {answer.code}: {answer.message}"
    for fact in filter(None, facts.split(", ")):
        number, _, name = fact.partition(" ")
        said = answer.facts.get(name) == int(number) if number.isdigit() else fact in str(answer.facts)
        assert said, f"{row.text}\n   {answer.facts}"


async def tell(database: str, story: str) -> None:
    """Play a whole story in a town of its own."""
    rows = parse(story)
    homes = {row.who for row in rows if row.verb == "household"}
    people = dict.fromkeys(row.who for row in rows if row.who not in homes)
    async with town(database, rules_for(rows), members=tuple(people)) as place:
        player = Player(place)
        for row in rows:
            await player.play(row)

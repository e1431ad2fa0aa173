"""What is stored beside what the model says: lots, holds, counters, wallets; and in the end every sum."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from jifen.books.entries import entry_hash
from jifen.books.legs import Account, Kind, Leg
from jifen.books.wallet import EPOCH, Balance
from jifen.engine.command import entry_id
from jifen.values.periods import Span, local_day, period_key
from tests.engine.orders import SOURCE
from tests.engine.town import COUNTERS, ZONE
from tests.model.naive_verbs import Verbs
from tests.model.stage import Names, Stage

OF_PROGRAM = "WHERE (cell, wallet) IN (SELECT cell, id FROM wallet WHERE program = $1)"
KINDS = {"give_back": "return", "reserve": "hold", "restore": "reverse"}


def compare_now(stage: Stage, names: Names, books: Verbs) -> None:
    """After each step."""
    program = names.program.id
    people = {wallet: who for who, wallet in names.wallets.items()}
    stored: dict[str, dict[UUID, tuple[int, ...]]] = {who: {} for who in names.wallets}
    for row in stage.fetch(f"SELECT * FROM lot {OF_PROGRAM}", program):
        stored[people[row["wallet"]]][row["series"]] = (
            row["granted"],
            row["remaining"],
            row["held"],
            row["owed"],
        )
    for who in names.wallets:
        lots = {names.series(traits): msgspec.structs.astuple(lot) for traits, lot in books.lots(who).items()}
        assert stored[who] == lots, f"lots of {who}"
    open_now = {
        row["id"]: (
            people[row["wallet"]],
            row["deadline"],
            list(zip(row["series"], row["parts"], strict=True)),
        )
        for row in stage.fetch(f"SELECT * FROM hold {OF_PROGRAM} AND is_open", program)
    }
    assert open_now == {
        entry_id(program, SOURCE, held.key): (
            who,
            held.deadline,
            [(names.series(traits), points) for traits, points in held.parts],
        )
        for who in names.wallets
        for held in books.holds(who).values()
    }
    counted = {
        (people[row["wallet"]], row["name"], row["period"]): (row["value"], row["place"])
        for row in stage.fetch(f"SELECT * FROM ({COUNTERS}) c {OF_PROGRAM} AND value > 0", program)
    }
    assert counted == {
        (who, *counter): (count, place_of(*counter, books.active(who)))
        for who in names.wallets
        for counter, count in books.counters(who).items()
        if count
    }
    for row in stage.fetch("SELECT * FROM wallet WHERE program = $1", program):
        who = people[row["id"]]
        assert (row["version"], row["active_at"], row["frozen_until"]) == (
            len(books.facts[who]),
            max(EPOCH, books.active(who)),
            books.frozen(who),
        ), who


def place_of(name: str, period: str, active_at: datetime) -> str:
    """Where a counter is to be: in the row unless its period lies before that of the last activity."""
    if (name.startswith("once:") and period == "ever") or name.startswith("code:"):
        return "table"
    day = local_day(active_at, ZONE)
    spans: tuple[Span, ...] = ("day", "week", "month", "year")
    now = {len(key): key for key in (period_key(span, day) for span in spans)}
    return "row" if period == "ever" or period >= now[len(period)] else "table"


def compare_sums(stage: Stage, names: Names, books: Verbs) -> None:
    """In the end: every leg with both its ends, the sums of all accounts, and the chain of hashes."""
    program = names.program.id
    people = {wallet: who for who, wallet in names.wallets.items()}
    legs: dict[tuple[str, int], list[Leg]] = {}
    for row in stage.fetch(f"SELECT * FROM movement {OF_PROGRAM} ORDER BY wallet, entry, leg", program):
        leg = Leg(row["series"], Account(row["account"]), row["points"], row["counterparty"])
        legs.setdefault((people[row["wallet"]], row["entry"]), []).append(leg)
    for who, facts in books.facts.items():
        for number, fact in enumerate(facts, start=1):
            expected: Counter[tuple[UUID, str, UUID]] = Counter()
            for move in fact.moves:
                expected[(names.series(move.traits), move.account, names.party(move.other))] += move.points
            found: Counter[tuple[UUID, str, UUID]] = Counter()
            for leg in legs.get((who, number), ()):
                found[(leg.series, leg.account.value, leg.counterparty)] += leg.points
            assert found == expected, (who, number, fact.verb)
    moved: Counter[str] = Counter()
    for entry in legs.values():
        for leg in entry:
            moved[leg.account.value] += leg.points
    lots = stage.fetch(f"SELECT sum(remaining), sum(held), sum(owed) FROM lot {OF_PROGRAM}", program)[0]
    assert [total or 0 for total in lots] == [sum(moved.values()), -moved["held"], moved["owed"]]
    assert moved["transferred"] == 0
    compare_chains(stage, names, books)


def compare_chains(stage: Stage, names: Names, books: Verbs) -> None:
    """Numbers without a gap, kinds as the model has them, each hash over the one before."""
    program = names.program.id
    heads: dict[UUID, tuple[int, bytes]] = {}
    people = {wallet: who for who, wallet in names.wallets.items()}
    for row in stage.fetch(f"SELECT * FROM entry {OF_PROGRAM} ORDER BY wallet, no", program):
        before, previous = heads.get(row["wallet"], (0, b""))
        fact = books.facts[people[row["wallet"]]][before]
        assert (row["no"], row["key"]) == (before + 1, fact.key)
        assert row["kind"] in (KINDS.get(fact.verb, fact.verb), "lapse" if fact.verb == "release" else "")
        made = hashed(row, previous)
        assert made == row["hash"]
        heads[row["wallet"]] = (row["no"], made)
    for row in stage.fetch("SELECT id, version, head FROM wallet WHERE program = $1", program):
        assert heads.get(row["id"], (0, b"")) == (row["version"], row["head"])


def hashed(row: Any, previous: bytes) -> bytes:
    """The hash of an entry as stored."""
    return entry_hash(
        previous,
        row["wallet"],
        row["no"],
        row["id"],
        Kind(row["kind"]),
        row["source"],
        row["key"],
        row["occurred_at"],
        row["recorded_at"],
        row["reverses"],
        row["merchant"],
        row["unit"],
        Balance(row["available"], row["pending"], row["held"], row["owed"]),
        row["event"].encode(),
        row["explanation"].encode(),
        row["legs"].encode(),
    )

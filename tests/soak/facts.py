"""What a client of the soak reports: facts that follow from its seed alone, whatever is answered."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.engine.command import entry_id
from jifen.values.ids import ProgramId

SOURCE = "soak"
"""The label of the key, and so the source of all facts."""

STORES = ("air", "sea", "mall")
HOUSEHOLDS = 4
MEMBERS = tuple(f"m{number:02d}" for number in range(24))
"""The first of them are in households of two; all clients report of all of them."""

SINGLES = {
    "purchase": "/v1/purchases",
    "redemption": "/v1/redemptions",
    "hold": "/v1/holds",
    "return": "/v1/returns",
    "reversal": "/v1/reversals",
    "transfer": "/v1/transfers",
}
WEIGHTS = {
    "purchase": 44,
    "redemption": 20,
    "hold": 10,
    "capture": 6,
    "release": 3,
    "return": 9,
    "reversal": 4,
    "transfer": 4,
}
Fact = dict[str, Any]

_encode = msgspec.json.Encoder().encode


def line(fact: Fact) -> bytes:
    """A fact as a line of the bulk path."""
    return _encode(fact)


def single(fact: Fact, program: ProgramId) -> tuple[str, bytes]:
    """The path and body of a fact that is sent by itself."""
    kind = fact["type"]
    left = {name: value for name, value in fact.items() if name not in ("type", "hold_key")}
    if kind in SINGLES:
        return SINGLES[kind], _encode(left)
    hold = entry_id(program, SOURCE, fact["hold_key"])
    return f"/v1/holds/{hold}/{kind}", _encode(left)


class Story:
    """The facts of one client, one after the other."""

    def __init__(self, seed: int, client: int, now: datetime) -> None:
        self._random = random.Random(f"{seed}/{client}")
        self._client = client
        self._now = now
        self._count = 0
        self._purchases: list[Fact] = []
        self._spent: list[Fact] = []
        self._holds: list[Fact] = []

    def next(self) -> Fact:
        """The next fact: mostly something new, at times the sequel of an earlier one."""
        chance = self._random
        kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        self._count += 1
        key = f"{self._client}-{self._count}"
        if kind in ("capture", "release") and self._holds:
            return self._end_of_hold(kind, key)
        if kind == "return" and self._purchases:
            return self._return(key)
        if kind == "reversal" and self._spent:
            spent = self._spent.pop(chance.randrange(len(self._spent)))
            return {"type": "reversal", "key": key, "entry_key": spent["key"], "member": spent["member"]}
        if kind == "transfer":
            return self._transfer(key)
        return self._new(kind, key)

    def _new(self, kind: str, key: str) -> Fact:
        chance = self._random
        common = {"key": key, "member": chance.choice(MEMBERS), "store": chance.choice(STORES)}
        if kind == "redemption":
            fact = {"type": kind, **common, "points": chance.randint(1, 40)}
            self._spent.append(fact)
        elif kind == "hold":
            deadline = self._now + timedelta(days=3)
            fact = {"type": kind, **common, "points": chance.randint(2, 30), "deadline": deadline}
            self._holds.append(fact)
        else:
            # Late ones too, so that lots and counters of many days grow.
            at = self._now - timedelta(days=chance.randint(0, 20), seconds=chance.randint(0, 9999))
            lines = [
                {"sku": "tea", "quantity": chance.randint(1, 4), "amount": chance.randint(100, 4000)},
                {"sku": "rice", "quantity": 1, "amount": chance.randint(100, 2000)},
            ]
            fact = {"type": "purchase", **common, "at": at, "lines": lines}
            self._purchases.append(fact)
        return fact

    def _end_of_hold(self, kind: str, key: str) -> Fact:
        hold = self._holds.pop(self._random.randrange(len(self._holds)))
        fact = {"type": kind, "key": key, "hold_key": hold["key"], "member": hold["member"]}
        if kind == "capture":
            fact["points"] = self._random.randint(1, hold["points"])
        return fact

    def _return(self, key: str) -> Fact:
        place = self._random.randrange(len(self._purchases))
        bought = self._purchases[place]
        fact = {"type": "return", "key": key, "purchase": bought["key"], "member": bought["member"]}
        if self._random.random() < 0.5:
            del self._purchases[place]
            return fact
        return {**fact, "lines": [{"sku": "tea", "quantity": 1}]}

    def _transfer(self, key: str) -> Fact:
        home = self._random.randrange(HOUSEHOLDS)
        giver, taker = self._random.sample(MEMBERS[2 * home : 2 * home + 2], 2)
        points = self._random.randint(1, 20)
        return {"type": "transfer", "key": key, "member": giver, "to": taker, "points": points}

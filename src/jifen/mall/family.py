"""What every change of a household is made of: its entries, what they tell, and the points of its pool."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft
from jifen.engine.view import View
from jifen.mall.provenance import Shares, shares_of, steps_of
from jifen.parties.programs import Program
from jifen.rules.definition import Households
from jifen.rules.person import Family, Person, person_text
from jifen.values.ids import SeriesId, WalletId, parse_id

Step = Literal[
    "opened",
    "invited",
    "joined",
    "declined",
    "left",
    "taken",
    "closed",
    "pooled",
    "unpooled",
    "guarded",
    "named",
    "unnamed",
    "offered",
    "agreed",
    "refused",
    "inherited",
]
"""What an entry of a household says: who came or went, what was agreed to."""


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry of kind household tells. other: the other wallet; ref: the id or word of what it is of.

    points: of the entry's unit, where the step names some.
    """

    step: Step
    other: str = ""
    ref: str = ""
    points: int = 0


_decode = msgspec.json.Decoder(Told).decode
_encode = msgspec.json.Encoder().encode


def read_told(text: str) -> Told:
    """What the explanation of an entry of kind household tells.

    Raises:
        msgspec.DecodeError: it tells of no household.
    """
    return _decode(text)


def told(step: Step, other: object = "", ref: str = "", points: int = 0) -> str:
    """The explanation of an entry of a household."""
    return _encode(Told(step, str(other), ref, points)).decode()


def terms_at(program: Program, at: datetime) -> Households:
    """What the programme says of households at an instant."""
    rules = program.rules_at(at)
    return rules.definition.households if rules else Households()


def unit_of(program: Program, at: datetime) -> str:
    """The unit of an entry that moves no points."""
    rules = program.rules_at(at)
    return rules.definition.unit if rules else next(iter(program.units), "point")


def refuse(why: str, said: str) -> Refusal:
    """A refusal of what a family wants. why: a word for programs."""
    return Refusal(Code.HOUSEHOLD_REFUSED, said, {"why": why})


class OfHousehold(Command, frozen=True, kw_only=True):
    """A change of a household. What an import wrote is no entry, so the wallets are read afresh."""

    @property
    def looks_back(self) -> bool:
        """See the class."""
        return True

    def draft(
        self, program: Program, wallet: WalletId, explanation: str, person: Person | None = None, **more: Any
    ) -> Draft:
        """An entry of kind household, with the facts as they are from now on."""
        facts = None if person is None else person_text(person)
        unit = more.pop("unit", None) or unit_of(program, self.recorded_at)
        return Draft(wallet, Kind.HOUSEHOLD, unit, explanation=explanation, facts=facts, **more)


def members_in(home: Person) -> list[WalletId]:
    """The wallets of a household's members, the head first, from what its pool keeps."""
    return [WalletId(parse_id(one)) for one in (home.family.members if home.family else ())]


def shares_now(view: View, pool: Wallet) -> Shares:
    """Whose points are in a pool, from its history as it was loaded.

    Raises:
        ValueError: the history does not add up to the lots, which is a fault of ours.
    """
    shares = shares_of(pool.id, steps_of(view.rows.get(("pool", pool.id), ())))
    for series, lot in pool.lots.items():
        counted = sum(shares.get(series, {}).values())
        if counted != lot.remaining + lot.held:
            raise ValueError(
                f"pool {pool.id}: {counted} of {series} have an owner, {lot.remaining} are there"
            )
    return shares


def pool_stays(pool: Wallet, now: datetime) -> Refusal | None:
    """What keeps a pool's points from being given out: a freeze, or a bill that is open."""
    if pool.frozen(now):
        assert pool.frozen_until is not None
        until = pool.frozen_until.isoformat()
        said = f"the pool {pool.id} is frozen until {until}: its case says why and how to appeal"
        return Refusal(Code.WALLET_FROZEN, said, {"until": until})
    if pool.holds:
        until = max(hold.deadline for hold in pool.holds.values()).isoformat()
        return refuse("hold", f"points of the pool {pool.id} are held until {until}: end that bill first")
    return None


def moving(
    command: OfHousehold,
    program: Program,
    pool: Wallet,
    to: WalletId,
    parts: Iterable[tuple[SeriesId, int]],
    step: Step = "left",
) -> tuple[list[Draft], list[Draft]]:
    """The entries by which points of a pool go to a member, for each unit: into the wallet, out of the pool.

    step: why they go.

    What is past its date goes too: whether it lapses is decided where its owner is reminded (S02).
    """
    by_unit: dict[str, list[tuple[SeriesId, int]]] = {}
    for series, points in parts:
        by_unit.setdefault(pool.lots[series].series.unit, []).append((series, points))
    ins, outs = [], []
    for unit, moved in by_unit.items():
        count = sum(points for _, points in moved)
        outs.append(
            Draft(
                pool.id,
                Kind.HOUSEHOLD,
                unit,
                [Leg(series, Account.TRANSFERRED, -points, to) for series, points in moved],
                explanation=told(step, to, points=count),
            )
        )
        ins.append(
            Draft(
                to,
                Kind.HOUSEHOLD,
                unit,
                [Leg(series, Account.TRANSFERRED, points, pool.id) for series, points in moved],
                explanation=told(step, pool.id, points=count),
                series=[pool.lots[series].series for series, _ in moved],
                # As with a transfer: idle points must not be gone on arrival.
                active_at=command.recorded_at,
            )
        )
    return ins, outs


def with_members(home: Person, members: Sequence[str]) -> Person:
    """What a pool keeps, with other members from now on."""
    assert home.family is not None
    return msgspec.structs.replace(home, family=Family(home.family.number, tuple(members)))

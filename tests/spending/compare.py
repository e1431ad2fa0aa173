"""What is stored beside what the model says: lots, holds, vouchers, quotes, bills, orders, stock, places."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from jifen.books.series import series_of
from jifen.values.ids import MerchantId
from tests.spending.lots import OPERATOR, Traits, Wallet
from tests.spending.market import Stalls
from tests.spending.naive_mall import Mall
from tests.spending.sheets import CAPACITY
from tests.spending.world import HOMES

OF_PROGRAM = "WHERE (cell, wallet) IN (SELECT cell, id FROM wallet WHERE program = $1)"


class Names:
    """The ids behind the names that the model uses."""

    def __init__(self, stalls: Stalls) -> None:
        self.stalls = stalls
        program = stalls.program
        self.people: dict[UUID, str] = {wallet: who for who, wallet in stalls.wallets.items()}
        self.parties: dict[UUID, str] = {merchant.id: code for code, merchant in program.merchants.items()}
        self.parties[program.operator] = OPERATOR
        self.of_parties = {name: party for party, name in self.parties.items()}
        self.ids: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.traits: dict[UUID, Traits] = {}

    def note(self, key: str, answered: str) -> None:
        """What is known under a key has this id."""
        self.ids[key] = answered
        self.keys[answered] = key

    def learn(self) -> None:
        """Read the series that are new."""
        rows = self.stalls.market.fetch(
            "SELECT * FROM series WHERE program = $1 AND NOT id = ANY($2)",
            self.stalls.program.id,
            list(self.traits),
        )
        # Those without an origin first, for others come from them.
        for row in sorted(rows, key=lambda row: row["origin"] is not None):
            traits = Traits(
                self.parties[row["issuer"]],
                self.parties[row["funder"]],
                row["contract"],
                row["terms"],
                (row["offset_points"], row["offset_fen"]),
                row["matures_at"],
                row["expires_at"],
                None if row["origin"] is None else self.traits[row["origin"]],
            )
            assert self.series(traits) == row["id"]
            self.traits[row["id"]] = traits

    def series(self, traits: Traits) -> UUID:
        """The id of a series, which is the hash of its traits."""
        return series_of(
            self.stalls.program.id,
            "point",
            MerchantId(self.of_parties[traits.issuer]),
            self.of_parties[traits.funder],
            traits.contract,
            traits.terms,
            traits.worth,
            traits.matures,
            traits.expires,
            None,
            None if traits.origin is None else self.series(traits.origin),
        ).id


def compare_now(stalls: Stalls, names: Names, world: Mall) -> None:
    """After each step."""
    names.learn()
    program, fetch = stalls.program.id, stalls.market.fetch
    stored: dict[str, dict[Traits, tuple[int, int, int]]] = {who: {} for who in world.wallets}
    for row in fetch(f"SELECT * FROM lot {OF_PROGRAM}", program):
        amounts = row["remaining"], row["held"], row["owed"]
        if any(amounts):
            stored[names.people[row["wallet"]]][names.traits[row["series"]]] = amounts
    for who, wallet in world.wallets.items():
        same(f"lots of {who}", stored[who], lots_of(wallet))
    holds = {
        names.keys[str(row["id"])]: (
            row["deadline"],
            [(names.traits[one], part) for one, part in zip(row["series"], row["parts"], strict=True)],
        )
        for row in fetch(f"SELECT * FROM hold {OF_PROGRAM} AND is_open", program)
    }
    open_now = {key: hold for wallet in world.wallets.values() for key, hold in wallet.holds.items()}
    same("holds", holds, open_now)
    compare_stocks(stalls, names, world)
    compare_till(stalls, names, world)
    compare_mall(stalls, names, world)


def same(what: str, stored: Mapping[Any, Any], said: Mapping[Any, Any]) -> None:
    """What differs is named."""
    wrong = {
        one: (stored.get(one), said.get(one))
        for one in [*stored, *said]
        if (one in stored, stored.get(one)) != (one in said, said.get(one))
    }
    assert not wrong, f"{what}, as stored and as the model says: {wrong}"


def lots_of(wallet: Wallet) -> dict[Traits, tuple[int, int, int]]:
    """Remaining, held and owed of the lots that are not empty."""
    return {
        traits: (lot.remaining, lot.held, lot.owed)
        for traits, lot in wallet.lots.items()
        if lot.remaining or lot.held or lot.owed
    }


def compare_stocks(stalls: Stalls, names: Names, world: Mall) -> None:
    """What is left of goods, and of the places of times."""
    left = {
        row["code"]: row["remaining"]
        for row in stalls.market.fetch("SELECT * FROM stock WHERE program = $1", stalls.program.id)
    }
    same("stock", {code: left.pop(code) for code in world.stock}, world.stock)
    taken = {time_of(code): CAPACITY - remaining for code, remaining in left.items()}
    booked = {slot: count for slot, count in world.places.items() if count}
    same("places", {slot: count for slot, count in taken.items() if count}, booked)


def time_of(code: str) -> datetime:
    """The time whose places a stock counts, from the end of its code."""
    return datetime.fromisoformat(code.split(":", 2)[2].replace("Z", "+00:00"))


def compare_till(stalls: Stalls, names: Names, world: Mall) -> None:
    """Quotes, bills and vouchers."""
    program, fetch, keys = stalls.program.id, stalls.market.fetch, names.keys

    def key_of(value: Any) -> str | None:
        return None if value is None else keys[str(value)]

    quotes = {
        keys[str(row["id"])]: (row["rules"], row["ends_at"], key_of(row["used_by"]))
        for row in fetch("SELECT * FROM quote WHERE program = $1", program)
    }
    same("quotes", quotes, {key: (one.terms, one.ends, one.used) for key, one in world.quotes.items()})
    bills = {
        keys[str(row["id"])]: (row["state"], row["points"], row["rules"], row["deadline"])
        for row in fetch("SELECT * FROM bill WHERE program = $1", program)
    }
    same(
        "bills",
        bills,
        {key: (one.state, one.points, one.terms, one.deadline) for key, one in world.bills.items()},
    )
    vouchers = {
        keys[str(row["id"])]: (
            names.people[row["wallet"]],
            row["state"],
            row["expires_at"],
            key_of(row["bill"]),
            row["locked_until"],
        )
        for row in fetch("SELECT * FROM voucher WHERE program = $1", program)
    }
    same(
        "vouchers",
        vouchers,
        {key: (one.who, one.state, one.expires, one.bill, one.until) for key, one in world.vouchers.items()},
    )


def compare_mall(stalls: Stalls, names: Names, world: Mall) -> None:
    """Orders, joint offers, and who is in which household."""
    program, fetch, people = stalls.program.id, stalls.market.fetch, names.people
    orders = {
        names.keys[str(row["id"])]: (
            people[row["wallet"]],
            row["state"],
            row["points"],
            (row["cash_fen"], row["paid_fen"], row["back_fen"]),
            row["fulfilled_at"],
            row["slot_since"],
            row["rules"],
        )
        for row in fetch("SELECT * FROM redemption WHERE program = $1", program)
    }
    same(
        "orders",
        orders,
        {
            key: (
                one.who,
                one.state,
                one.points,
                (one.cash, one.paid_fen, one.back_fen),
                one.fulfilled,
                one.slot,
                one.terms,
            )
            for key, one in world.orders.items()
        },
    )
    offers = {
        names.keys[str(row["id"])]: row["state"]
        for row in fetch("SELECT * FROM joint_offer WHERE program = $1", program)
    }
    same("offers", offers, {key: one.state for key, one in world.offers.items()})
    homes: dict[UUID, list[str]] = {}
    for row in fetch("SELECT id, household FROM wallet WHERE program = $1", program):
        if row["household"] is not None:
            homes.setdefault(row["household"], []).append(people[row["id"]])
    found = {
        next(one for one in kin if one in HOMES): sorted(set(kin) - set(HOMES)) for kin in homes.values()
    }
    same("households", found, {home: sorted(members) for home, members in world.kin.items()})


__all__ = ["Names", "compare_now"]

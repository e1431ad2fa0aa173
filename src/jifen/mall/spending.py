"""Redeem, donate and transfer: points leave a wallet, each from the very lot that is stored with it."""

from collections.abc import Sequence
from typing import Any

from jifen.books.legs import Account, Kind, Leg
from jifen.books.refusals import Code, Refusal
from jifen.books.verbs import draw, spend
from jifen.books.wallet import Wallet
from jifen.engine.command import Command, Draft, Needs, Plan, check_time
from jifen.engine.view import View
from jifen.mall.paying import closed_to
from jifen.parties.catalog import stock_id
from jifen.parties.programs import Merchant, Program
from jifen.values.ids import Id, MerchantId, ProgramId, WalletId, cell_of


def may_spend(command: Command, program: Program, wallet: Wallet, unit: str) -> Refusal | None:
    """What stops any spending: a time ahead of now, an unknown unit, a freeze, a holder who may not."""
    if (refusal := check_time(command.occurred_at, command.recorded_at)) is not None:
        return refusal
    if unit not in program.units:
        known = ", ".join(sorted(program.units))
        return Refusal(Code.UNIT_UNKNOWN, f"there is no unit {unit!r}: use one of {known}", {"unit": unit})
    return closed_to(wallet, command.recorded_at)


def first_of(program: Program, command: Command, merchant: Merchant | None) -> MerchantId | None:
    """The merchant whose own points go first, where the programme says so."""
    rules = program.rules_at(command.occurred_at)
    if merchant is None or rules is None or not rules.definition.own_points_first:
        return None
    return merchant.id


def take_of(
    view: View, program: ProgramId, stock: str | None, count: int
) -> Sequence[tuple[Id, int]] | Refusal:
    """What is taken from a scarce thing; nothing where there is none to take."""
    if stock is None:
        return ()
    of = stock_id(program, stock)
    left = view.stock(of)
    if left is None:
        return Refusal(Code.STOCK_UNKNOWN, f"there is no stock {stock!r}: check its code", {"stock": stock})
    if left < count:
        return Refusal(
            Code.OUT_OF_STOCK,
            f"{left} of {stock!r} are left, {count} requested: nothing was taken, no points moved",
            {"stock": stock, "left": left, "requested": count},
        )
    return ((of, count),)


class Redeem(Command, frozen=True, kw_only=True):
    """Points pay a merchant, at once. stock: a scarce thing of which `count` are taken with it."""

    unit: str
    points: int
    merchant: Merchant
    stock: str | None = None
    count: int = 1

    def needs(self, program: Program) -> Needs:
        """The stock, where one is taken."""
        return Needs() if self.stock is None else Needs(stocks=(stock_id(program.id, self.stock),))

    def decide(self, view: View) -> Plan | Refusal:
        """Draw the lots and take from the stock, both or neither."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        if (refusal := may_spend(self, program, wallet, self.unit)) is not None:
            return refusal
        takes = take_of(view, self.program, self.stock, self.count)
        if isinstance(takes, Refusal):
            return takes
        parts = draw(wallet, self.unit, self.points, self.occurred_at, first_of(program, self, self.merchant))
        if isinstance(parts, Refusal):
            return parts
        draft = Draft(
            self.wallet,
            Kind.REDEEM,
            self.unit,
            spend(parts, Account.REDEEMED, self.merchant.id),
            self.merchant.id,
            active_at=self.occurred_at,
        )
        return Plan((draft,), takes)


class Donate(Command, frozen=True, kw_only=True):
    """Points go to a qualified charity, irrevocably (S19)."""

    unit: str
    points: int
    charity: Merchant

    def decide(self, view: View) -> Plan | Refusal:
        """Draw the lots for the charity."""
        wallet = view.wallet(self.wallet)
        if (refusal := may_spend(self, view.program(self.program), wallet, self.unit)) is not None:
            return refusal
        if not self.charity.charity:
            return Refusal(
                Code.CHARITY_UNQUALIFIED,
                f"{self.charity.code!r} is no qualified charity: name one that the programme lists",
                {"charity": self.charity.code},
            )
        parts = draw(wallet, self.unit, self.points, self.occurred_at)
        if isinstance(parts, Refusal):
            return parts
        legs = spend(parts, Account.DONATED, self.charity.id)
        draft = Draft(self.wallet, Kind.DONATE, self.unit, legs, self.charity.id)
        program: Program = view.program(self.program)
        no = wallet.version + 1
        tally = donated(program, self.charity, self, self.wallet, no, self.unit, self.points)
        return Plan((draft,), effects=(tally,))


def donated(
    program: Program, charity: Merchant, command: Command, wallet: WalletId, no: int, unit: str, points: int
) -> tuple[str, dict[str, Any]]:
    """What the public tally notes of a donation: an entry's points, under the charity's contract then."""
    return "donation", {
        "cell": cell_of(wallet),
        "wallet": wallet,
        "no": no,
        "program": program.id,
        "charity": charity.id,
        "unit": unit,
        "points": points,
        "contract": charity.contract(command.occurred_at),
    }


class Transfer(Command, frozen=True, kw_only=True):
    """Points move to another wallet of the same household, lot by lot, with their dates."""

    to: WalletId
    unit: str
    points: int

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who gives, who gets."""
        return (self.wallet, self.to)

    @property
    def looks_back(self) -> bool:
        """Who is in which household is no entry, so the wallets are read afresh."""
        return True

    def decide(self, view: View) -> Plan | Refusal:
        """Draw from one wallet and put the very same series into the other.

        Source: SCENARIOS S16 (points never leave the household), COMPLIANCE §3 (never tradable).
        """
        if self.to == self.wallet:
            return Refusal(
                Code.SAME_WALLET, "points cannot be sent to the wallet that they are in: name another"
            )
        giver, taker = view.wallet(self.wallet), view.wallet(self.to)
        if (refusal := may_spend(self, view.program(self.program), giver, self.unit)) is not None:
            return refusal
        if giver.household is None or giver.household != taker.household:
            return Refusal(
                Code.NOT_ONE_HOUSEHOLD,
                f"wallets {giver.id} and {taker.id} are not of one household: points stay in the family",
            )
        parts = draw(giver, self.unit, self.points, self.occurred_at)
        if isinstance(parts, Refusal):
            return parts
        out = spend(parts, Account.TRANSFERRED, taker.id)
        into = [Leg(series, Account.TRANSFERRED, points, giver.id) for series, points in parts]
        moving = [giver.lots[series].series for series, _ in parts]
        return Plan(
            (
                Draft(giver.id, Kind.TRANSFER, self.unit, out),
                # Who is given points was never active, perhaps: idle points must not be gone on arrival.
                Draft(taker.id, Kind.TRANSFER, self.unit, into, series=moving, active_at=self.occurred_at),
            )
        )

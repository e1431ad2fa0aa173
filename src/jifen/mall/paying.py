"""Several wallets pay one price: a household's by its draw order, or named payers each a stated part."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.books.series import FAR
from jifen.books.verbs import Parts, draw
from jifen.books.wallet import Lot, Wallet
from jifen.engine.view import View
from jifen.parties.programs import Program
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import Person, read_person
from jifen.values.ids import MerchantId, SeriesId, WalletId
from jifen.values.periods import local_day, period_key

POOLED = "pooled:"
"""How the names of counters begin that count what others spent of a member's points in a month."""

Counter = tuple[str, str]

Drawn = list[tuple[WalletId, Parts]]
"""What each wallet pays, of which of its lots, in order."""


class Payer(msgspec.Struct, frozen=True):
    """A wallet that pays. points: its stated part; None: what falls to it by the household's draw order.

    agreed: its holder agreed to this very payment, which a joint offer records; else a household's consent
    to pool is needed of everybody but the buyer.
    """

    wallet: WalletId
    points: int | None = None
    agreed: bool = False


def payers_of(payers: Sequence[Payer]) -> tuple[WalletId, ...]:
    """The wallets of payers, each once, in order: what a command adds to its `wallets`."""
    return tuple(dict.fromkeys(payer.wallet for payer in payers))


def pooled(unit: str, at: datetime, zone: str) -> Counter:
    """The counter of what others spent of a member's points of a unit in the month of an instant."""
    return POOLED + unit, period_key("month", local_day(at, zone))


def counters_of_payers(
    payers: Sequence[Payer], buyer: WalletId, unit: str, at: datetime, zone: str
) -> list[tuple[WalletId, str, str]]:
    """What draw_together reads: for Needs.counters_of."""
    name, period = pooled(unit, at, zone)
    return [(wallet, name, period) for wallet in payers_of(payers) if wallet != buyer]


def counts_of(
    payers: Sequence[Payer],
    buyer: WalletId,
    wallet: WalletId,
    unit: str,
    parts: Parts,
    at: datetime,
    zone: str,
) -> dict[Counter, int]:
    """What the draft of one payer counts, so that a month's limit holds; nothing for who pays by own word."""
    if wallet == buyer or any(payer.agreed for payer in payers if payer.wallet == wallet):
        return {}
    return {pooled(unit, at, zone): sum(points for _, points in parts)}


def draw_together(
    view: View,
    program: Program,
    unit: str,
    points: int,
    payers: Sequence[Payer],
    at: datetime,
    first: MerchantId | None,
    rules: CompiledRules,
    now: datetime | None = None,
) -> Drawn | Refusal:
    """What each of several wallets pays of `points`, of which lots; the first payer is the buyer.

    With stated points each pays its part or nobody pays (SCENARIOS S22). Without, the household pays in the
    programme's order: the buyer's own lots first or not, then by what lapses soonest, from each member at
    most what is let (S16). now: at which freezes are looked at; by default `at`.
    """
    now = at if now is None else now
    wallets = payers_of(payers)
    if not payers or len(wallets) < len(payers):
        return _refused("a payer is named twice, or none: name each once", len(payers))
    stated = [payer.points for payer in payers if payer.points is not None]
    if stated and len(stated) < len(payers):
        return _refused("some payers have points and some have none: state them for all, or for nobody", 0)
    if not stated:
        return _draw_pooled(view, program, unit, points, wallets, at, first, rules, now)
    if min(stated) < 1 or sum(stated) != points:
        said = f"the payers' points sum to {sum(stated)}, the price is {points}: state parts of at least 1"
        return _refused(f"{said} that sum to it", sum(stated))
    return _draw_stated(view, program, unit, payers, at, first, now)


def _draw_stated(
    view: View,
    program: Program,
    unit: str,
    payers: Sequence[Payer],
    at: datetime,
    first: MerchantId | None,
    now: datetime,
) -> Drawn | Refusal:
    buyer = view.wallet(payers[0].wallet)
    drawn: Drawn = []
    for place, payer in enumerate(payers, 1):
        wallet, points = view.wallet(payer.wallet), payer.points or 0
        if not payer.agreed and wallet is not buyer:
            lets = allowance(buyer, wallet, unit, at, program.zone, now)
            if lets is None or lets < points:
                return _refused(
                    f"payer {place} ({wallet.id}) has not agreed to pay {points} {unit}: offer it as a joint "
                    "redemption, which each payer accepts",
                    place,
                )
        elif (refusal := closed_to(wallet, now)) is not None:
            return refusal
        parts = draw(wallet, unit, points, at, first)
        if isinstance(parts, Refusal):
            if wallet is buyer:
                return parts
            # How much another has is not the buyer's to know.
            return _refused(
                f"payer {place} ({wallet.id}) lacks points for its {points} {unit}: nothing was taken from "
                "anybody; state other parts",
                place,
            )
        drawn.append((wallet.id, parts))
    return drawn


def _draw_pooled(
    view: View,
    program: Program,
    unit: str,
    points: int,
    wallets: Sequence[WalletId],
    at: datetime,
    first: MerchantId | None,
    rules: CompiledRules,
    now: datetime,
) -> Drawn | Refusal:
    buyer = view.wallet(wallets[0])
    terms = rules.definition.households
    if buyer.household is None or not terms.pool:
        said = "is in no household" if terms.pool else "is in a programme whose households do not pool"
        return Refusal(
            Code.HOUSEHOLD_REFUSED, f"wallet {buyer.id} {said}: let the member pay alone", {"why": "no_pool"}
        )
    left: dict[WalletId, int] = {}
    lots: list[tuple[Wallet, Lot]] = []
    for of in wallets:
        wallet = view.wallet(of)
        if wallet is buyer:
            if (refusal := closed_to(wallet, now)) is not None:
                return refusal
            lets: int | None = points
        else:
            lets = allowance(buyer, wallet, unit, at, program.zone, now)
        if not lets:
            continue
        left[of] = lets
        lots += [(wallet, lot) for lot in _usable(wallet, unit, at)]
    own_first = terms.draw == "own_first"
    lots.sort(key=lambda found: (own_first and found[0] is not buyer, *_order(found[0], found[1], first)))
    taken: dict[WalletId, Parts] = {}
    missing = points
    for wallet, lot in lots:
        part = min(missing, left[wallet.id], lot.remaining)
        if part:
            taken.setdefault(wallet.id, []).append((lot.series.id, part))
            left[wallet.id] -= part
            missing -= part
    if missing:
        return Refusal(
            Code.INSUFFICIENT_POINTS,
            f"the household may spend {points - missing} {unit} for this, {points} requested: ask for at "
            f"most {points - missing}, or let a member allow more",
            {"available": points - missing, "requested": points, "missing": missing},
        )
    return [(of, taken[of]) for of in wallets if of in taken]


def allowance(buyer: Wallet, wallet: Wallet, unit: str, at: datetime, zone: str, now: datetime) -> int | None:
    """So many points of a unit the buyer may spend of another wallet this month; None: none at all.

    A pool's points are for all its members. Of a member's, what is let, less what was spent this month;
    of a member under 14's, only where the guardian consented (PIPL 31). Nothing while it is frozen `now`.
    """
    if buyer.household is None or wallet.household != buyer.household or wallet.frozen(now):
        return None
    person = read_person(wallet.facts)
    available = sum(lot.remaining for lot in _usable(wallet, unit, at))
    if person.family is not None:
        return available
    lets = person.household.lets(unit)
    if lets is None or person.closed is not None or (person.minor is not None and not person.minor.pool):
        return None
    return min(available, max(0, lets - wallet.counters.get(pooled(unit, at, zone), 0)))


def closed_to(wallet: Wallet, now: datetime) -> Refusal | None:
    """What stops a wallet from paying: a freeze, its holder's death, or a guardian who did not consent."""
    if wallet.frozen(now):
        assert wallet.frozen_until is not None
        return Refusal(
            Code.WALLET_FROZEN,
            f"wallet {wallet.id} is frozen until {wallet.frozen_until.isoformat()}: its case says "
            "why and how to appeal",
            {"until": wallet.frozen_until.isoformat()},
        )
    return not_free(wallet.id, read_person(wallet.facts))


def not_free(wallet: WalletId, person: Person) -> Refusal | None:
    """What stops a person's points from being spent: the holder's death, a guardian who did not consent."""
    if person.closed is not None:
        return Refusal(
            Code.HOUSEHOLD_REFUSED,
            f"wallet {wallet} was closed on {person.closed.date().isoformat()} as its holder has died: its "
            "points went to the heir",
            {"why": "closed"},
        )
    if person.minor is not None and not person.minor.spend:
        return Refusal(
            Code.HOUSEHOLD_REFUSED,
            f"wallet {wallet} is of a member under 14, for whose spending no guardian's consent is recorded: "
            "let the guardian consent first",
            {"why": "guardian"},
        )
    return None


def _usable(wallet: Wallet, unit: str, at: datetime) -> list[Lot]:
    return [
        lot
        for lot in wallet.lots.values()
        if lot.remaining and lot.series.unit == unit and wallet.usable(lot, at)
    ]


def _order(
    wallet: Wallet, lot: Lot, first: MerchantId | None
) -> tuple[bool, datetime, datetime, SeriesId, WalletId]:
    series = lot.series
    other = first is not None and series.issuer != first
    return other, wallet.expiry(series) or FAR, series.matures_at or FAR, series.id, wallet.id


def _refused(said: str, value: int) -> Refusal:
    return Refusal(Code.PAYERS_REFUSED, said, {"value": value})

"""What vouchers, remedies and tills without a network give away: each with the path that broke the bound."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.worth import saves, ways, yearly
from jifen.rules.definition import Remedy
from jifen.rules.rewards import Reward, VoucherTerms

TOGETHER = 2
"""So many stacking vouchers of the same kind are tried on one bill, beside one of each other kind."""

WHOLE = 1000
"""The points spent, in thousandths of themselves."""


def findings_of_vouchers(programme: Programme) -> Iterator[Finding]:
    """A voucher saves no more than it says, and several leave something of the bill."""
    for place, reward in enumerate(programme.rules.rewards):
        if reward.voucher is not None:
            yield from _alone(reward, reward.voucher, f"rules.rewards[{place}].voucher")
    yield from _stacked(programme)


def _alone(reward: Reward, terms: VoucherTerms, path: str) -> Iterator[Finding]:
    most = saves(terms)
    if most is None:
        named = terms.lines is not None and bool(terms.lines.skus)
        if terms.type == "percent" or not named:
            what = f"{terms.percent} % off" if terms.type == "percent" else "a free piece"
            yield Finding(
                severity="error" if terms.type == "percent" else "warning",
                code="voucher_unbounded",
                path=f"{path}.most_fen",
                what=f"the voucher {reward.code!r} is {what} of any price",
                remedy="set most_fen, the most that it ever saves",
                source="COMPLIANCE §3",
                trail=(
                    f"pay {reward.points} points",
                    "buy the dearest thing there is",
                    f"{what} without end",
                ),
            )
    elif reward.value_fen and most > reward.value_fen:
        field = "save_fen" if terms.type in ("save", "freight") else "most_fen"
        yield Finding(
            code="voucher_beyond_value",
            path=f"{path}.{field}",
            what=f"the voucher {reward.code!r} saves up to {_yuan(most)} yuan, of a value of "
            f"{_yuan(reward.value_fen)}",
            remedy=f"set value_fen to {most}, so that its points are weighed as what they save, or save less",
            source="COMPLIANCE §3; 明码标价和禁止价格欺诈规定 第16-20条",
            trail=(
                f"pay {reward.points} points",
                f"they count as {_yuan(reward.value_fen)} yuan",
                f"a bill is {_yuan(most)} yuan less",
            ),
        )


def _stacked(programme: Programme) -> Iterator[Finding]:
    """Vouchers that stack, two at a time, of one kind or of two, on the least bill on which they hold."""
    found = [
        (place, reward, reward.voucher)
        for place, reward in enumerate(programme.rules.rewards)
        if reward.voucher is not None and reward.voucher.stacks and reward.voucher.type != "freight"
    ]
    for one, other in combinations_with_replacement(found, TOGETHER):
        if one is other and (yearly(one[1]) or TOGETHER) < TOGETHER:
            continue
        bill = max(one[2].minimum_fen, other[2].minimum_fen)
        off = [_off(terms, bill) for _, _, terms in (one, other)]
        if not bill or sum(off) < bill:
            continue
        yield Finding(
            code="vouchers_beyond_bill",
            path=f"rules.rewards[{other[0]}].voucher.stacks",
            what=f"{one[1].code!r} and {other[1].code!r} leave nothing of a bill of {_yuan(bill)} yuan",
            remedy="set stacks: false, or ask for a higher minimum_fen",
            source="COMPLIANCE §3",
            trail=(
                f"a bill of {_yuan(bill)} yuan",
                f"{one[1].code} saves {_yuan(off[0])}",
                f"{other[1].code} saves {_yuan(off[1])}",
                "nothing is left to pay",
            ),
        )
        return


def _off(terms: VoucherTerms, bill: int) -> int:
    """What a voucher takes off a bill at most."""
    most = saves(terms)
    if terms.type == "percent":
        part = bill * (terms.percent or 0) // 100
        return part if most is None else min(part, most)
    return bill if most is None else min(most, bill)


def findings_of_remedies(programme: Programme) -> Iterator[Finding]:
    """What fails gives back what was spent; with more on top, failing would be worth arranging (S27)."""
    rules = programme.rules
    priced = [
        (price, one.code)
        for one in rules.rewards
        if one.kind != "donation" and (one.unit or rules.unit) == rules.unit
        for price in (one.points, *(other.points for other in one.prices))
        if price
    ]
    points, code = min(priced, default=(100, "a reward"))
    for name, remedy in rules.remedies.items():
        extra = _extra(remedy, points)
        above = remedy.permille > WHOLE
        # What is given for an outage does not follow from an order, so nobody brings it about by cancelling.
        if not above and (extra <= points or remedy.extend_days):
            continue
        yield Finding(
            severity="error" if above else "warning",
            code="remedy_beyond_loss" if above else "remedy_farm",
            path=f"rules.remedies.{name}.{'permille' if above else 'points'}",
            what=f"the remedy {name!r} gives {extra} points on top of the {points} that come back",
            remedy=f"give at most permille: {WHOLE}" if above else f"give at most {points} points",
            source="COMPLIANCE §3; SCENARIOS S27",
            trail=(
                f"redeem {code} for {points}",
                "the merchant cancels",
                f"{points} come back",
                f"{extra} are given on top",
                "and again",
            ),
        )


def _extra(remedy: Remedy, points: int) -> int:
    return remedy.points + -(-points * remedy.permille // WHOLE)


def findings_of_offline(programme: Programme, bounds: Bounds) -> Iterator[Finding]:
    """A till without the network takes on trust; what then is not there is owed, and may never be repaid."""
    offline = programme.rules.till.offline
    if offline is None:
        return
    unit = programme.rules.unit
    till = next((way for way in ways(programme, unit, special=False) if way.path.startswith("units")), None)
    points = offline.points_most * offline.bills_most
    fen = points * till.each if till is not None else Fraction(0)
    refused = fen > bounds["offline_refuse_fen"]
    bound = "offline_refuse_fen" if refused else "offline_warn_fen"
    if fen <= bounds[bound]:
        return
    yield Finding(
        severity="error" if refused else "warning",
        code="offline_risk" if refused else "offline_high",
        path="rules.till.offline.points_most",
        what=f"tills without network trust a member with {_yuan(int(fen))} yuan a day",
        remedy=f"lower points_most or bills_most, to {bounds[bound] // 100} yuan a member and day",
        source=bounds.article(bound),
        trail=(
            "the network is down",
            f"{offline.bills_most} bills of {offline.points_most} points",
            f"{points} points that may not be there",
        ),
    )


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"

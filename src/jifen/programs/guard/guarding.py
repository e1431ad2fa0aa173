"""The guard: everything that it looks for in a programme, each finding with the path that broke the bound."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.acts import findings_of_acts
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.rebates import percent
from jifen.programs.guard.reference import reference_day
from jifen.programs.guard.referring import findings_of_referral
from jifen.programs.guard.shape import (
    findings_of_evidence,
    findings_of_expiry,
    findings_of_export,
    findings_of_multiplying,
    findings_of_rewards,
    findings_of_rights,
)
from jifen.programs.guard.spending import (
    findings_of_offline,
    findings_of_remedies,
    findings_of_vouchers,
)
from jifen.programs.guard.worst import Worst, worst_year
from jifen.programs.guard.worth import best_ways, ways
from jifen.rules.definition import PerAmount


def guard(programme: Programme, on: date | None = None, worst: Worst | None = None) -> list[Finding]:
    """What makes a programme ruinous, a pyramid, an investment or an unkept promise (COMPLIANCE §3).

    on: the day whose bounds hold and from which the search looks ahead; by default the first of the year in
    which the programme's latest campaign begins. A rule set that names what is not there is not searched:
    the checks of its structure refuse it. worst: the worst year from that day on, where it is known already.
    """
    day = on or reference_day(programme)
    bounds = Bounds(day)
    found = [
        *findings_of_expiry(programme, bounds, day),
        *findings_of_rights(programme),
        *findings_of_evidence(programme),
        *findings_of_rewards(programme, bounds),
        *findings_of_vouchers(programme),
        *findings_of_remedies(programme),
        *findings_of_offline(programme, bounds),
        *findings_of_multiplying(programme),
        *findings_of_export(programme),
        *findings_of_referral(programme, bounds),
        *findings_of_acts(programme),
    ]
    try:
        worst = worst or worst_year(programme, day, bounds)
        found += [*_too_much(worst, bounds), *_free(programme, worst, bounds), *_cycles(programme)]
    except ValueError:
        return found
    return found


def _too_much(worst: Worst, bounds: Bounds) -> Iterator[Finding]:
    if worst.cut:
        yield Finding(
            severity="warning",
            code="search_cut",
            path="rules.rules",
            what="the rules are too many to be searched in whole: there may be worse than what was found",
            remedy="put bonuses into groups, of which one gives, or split the programme",
        )
    rebate = worst.rebate
    refused = rebate > bounds.rate("rebate_refuse_permille")
    if not refused and rebate <= bounds.rate("rebate_warn_permille"):
        return
    bound = "rebate_refuse_permille" if refused else "rebate_warn_permille"
    yield Finding(
        severity="error" if refused else "warning",
        code="rebate_too_high" if refused else "rebate_high",
        path="rules.rules",
        what=f"a member can get back {percent(rebate)} of a year's spend of {worst.spend_fen // 100} yuan",
        remedy=f"lower rates or values, add caps or group bonuses, to reach {percent(bounds.rate(bound))}",
        source=bounds.article(bound),
        trail=worst.trail,
    )


def _free(programme: Programme, worst: Worst, bounds: Bounds) -> Iterator[Finding]:
    value, _ = best_ways(programme, worst.free)
    if value > bounds["act_year_fen"]:
        yield Finding(
            code="farm",
            path="rules.rules",
            what=f"a year of acts without any spending is worth {int(value) // 100} yuan",
            remedy=f"lower what acts give, or cap it, to {bounds['act_year_fen'] // 100} yuan a year",
            source=bounds.article("act_year_fen"),
            trail=worst.free_trail,
        )


def _cycles(programme: Programme) -> Iterator[Finding]:
    """A reward that is paid for by the points of buying it once."""
    rate: dict[str, Fraction] = {}
    for rule in programme.rules.rules:
        if isinstance(rule, PerAmount) and not rule.acts:
            best = max(
                Fraction(one.points, one.fen)
                for one in (rule.rate, *rule.rates.values(), *(b.rate for b in rule.brackets))
            )
            unit = rule.unit or programme.rules.unit
            rate[unit] = rate.get(unit, Fraction(0)) + best
    for unit, each in rate.items():
        for way in ways(programme, unit, special=True):
            earned = int(each * way.value_fen)
            if way.path.startswith("rules.rewards") and way.most is None and earned >= way.points:
                yield Finding(
                    code="cycle_with_gain",
                    path=f"{way.path}.points",
                    what=f"{way.name!r}, bought for {way.value_fen // 100} yuan, earns {earned} points and "
                    f"costs {way.points}",
                    remedy="raise its price in points or lower the rate",
                    source="COMPLIANCE §3",
                    trail=(
                        f"pay {way.value_fen // 100} yuan",
                        f"earn {earned}",
                        f"redeem {way.points}",
                        "and again",
                    ),
                )

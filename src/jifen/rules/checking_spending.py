"""Checking how points are spent at the till, by families, and what faults are made good with."""

from collections.abc import Iterator

from jifen.rules.checking_conditions import Named
from jifen.rules.defining import Finding
from jifen.rules.definition import Households, Offset, RuleSet, Till


def of_spending(rules: RuleSet, named: Named) -> Iterator[Finding]:
    """What is wrong with the till, the households and the remedies of a rule set."""
    yield from _of_offset("till.offset", rules.till.offset, named)
    yield from _of_offline("till", rules.till)
    yield from _of_households("households", rules.households)
    for name, remedy in rules.remedies.items():
        if not (remedy.permille or remedy.points or remedy.grace_days or remedy.extend_days):
            message = "gives nothing: set permille, points, grace_days or extend_days, or leave it out"
            yield f"remedies.{name}", name, message


def _of_offset(field: str, offset: Offset, named: Named) -> Iterator[Finding]:
    for code in offset.merchants:
        if code not in named.merchants:
            yield f"{field}.merchants", code, "is no merchant of this programme: check the code, or add it"
    step, least = offset.step_points, offset.minimum_points
    if least % step:
        message = f"is no multiple of the step of {step}: choose {-(-least // step) * step}"
        yield f"{field}.minimum_points", least, message
    if not offset.most_permille and (least or offset.minimum_fen or offset.merchants):
        message = "lets points pay nothing, so the other fields say nothing: leave them out, or choose more"
        yield f"{field}.most_permille", 0, message


def _of_offline(field: str, till: Till) -> Iterator[Finding]:
    """Nobody can be asked to confirm without the network, so a till takes less then than it would ask for."""
    offline, offset = till.offline, till.offset
    if offline is None:
        return
    if till.confirm_points is None:
        message = f"is missing, while tills take points offline: set it above {offline.points_most}"
        yield f"{field}.confirm_points", None, message
    elif offline.points_most >= till.confirm_points:
        message = "is what a till asks to confirm, which needs the network: choose less than "
        yield f"{field}.offline.points_most", offline.points_most, f"{message}{till.confirm_points}"
    least = max(offset.minimum_points, offset.step_points)
    if offline.points_most < least:
        message = f"is less than the {least} points that are taken at least: choose {least} or more"
        yield f"{field}.offline.points_most", offline.points_most, message
    if not offset.most_permille:
        message = "lets a till take points, of which a bill takes none: leave it out, or raise most_permille"
        yield f"{field}.offline", offline.points_most, message


def _of_households(field: str, households: Households) -> Iterator[Finding]:
    if not households.pool and households.draw == "soonest":
        message = "says whose points go first, but nobody spends another's: leave it out, or set pool"
        yield f"{field}.draw", households.draw, message

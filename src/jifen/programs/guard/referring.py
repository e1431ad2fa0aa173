"""Referral: what would make a pyramid of it."""

from collections.abc import Iterator

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.acts import PYRAMID, REFERRAL, acts_of, points_of
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.worth import YEARLY, point_worth
from jifen.rules.definition import AnyRule, Multiplier, PerAmount, Streak


def findings_of_referral(programme: Programme, bounds: Bounds) -> Iterator[Finding]:
    """One level, a fixed reward, capped, after an order that stands (S22)."""
    rules = programme.rules
    referring = {rule.id for rule in rules.rules if REFERRAL in acts_of(rule)}
    if not referring:
        return
    total = 0
    for place, rule in enumerate(rules.rules):
        path = f"rules.rules[{place}]"
        if isinstance(rule, Multiplier) and referring & set(rule.of):
            what = f"rule {rule.id!r} multiplies what an invitation gives"
            yield _pyramid("referral_multiplied", f"{path}.of", what, "take it out of `of`")
        if rule.id in referring:
            yield from _inviting(rule, path)
            worth = point_worth(programme, rule.unit or rules.unit)
            yield from _one_invitee(rule, path, int(points_of(rule) * worth), bounds)
            total += int((_a_year(rule) or 0) * worth)
    if total > bounds["referral_year_fen"]:
        what = f"a year of invitations is worth {total // 100} yuan"
        remedy = f"lower the caps to {bounds['referral_year_fen'] // 100} yuan's worth a year"
        yield _pyramid("referral_year_too_high", "rules.rules", what, remedy)
    if rules.tiers is not None and rules.tiers.by == "points":
        counted = set(rules.tiers.rules) or {rule.id for rule in rules.rules}
        if referring & counted:
            what = "a level is reached by the points of invitations"
            remedy = "name in `rules.tiers.rules` only rules for own purchases"
            trail = ("invite", "points", "a higher level")
            yield _pyramid("level_by_heads", "rules.tiers.rules", what, remedy, *trail)
    yield from _too_early(programme, bounds)


def _inviting(rule: AnyRule, path: str) -> Iterator[Finding]:
    """Who is paid for inviting, and for what."""
    when = rule.when
    if isinstance(rule, PerAmount):
        what = f"rule {rule.id!r} pays the inviter a share of the invitee's spend"
        remedy = "make it a flat number of points"
        yield _pyramid("referral_by_spend", path, what, remedy, "B spends", "A gets a share of it")
    if isinstance(rule, Streak) or when.nth is not None:
        what = f"rule {rule.id!r} pays by the number of invitees"
        trail = ("A invites one, two, three", "A gets more for each head")
        yield _pyramid("referral_by_heads", f"{path}.when.nth", what, "give the same for each", *trail)
    if (
        when.minimum_fen
        or when.lines
        or when.payments
        or when.minimum_quantity
        or when.tiers
        or when.segments
    ):
        what = f"rule {rule.id!r} pays only inviters who have bought something or have a level"
        remedy = "let every member invite"
        steps = ("A buys", "A may invite", "A is paid for B")
        yield _pyramid("purchase_to_invite", f"{path}.when", what, remedy, *steps)


def _one_invitee(rule: AnyRule, path: str, fen: int, bounds: Bounds) -> Iterator[Finding]:
    """What one invitee is worth, and how many there may be."""
    points = points_of(rule)
    if fen > bounds["referral_reward_fen"]:
        what = f"one invitee is worth {points} points or {fen // 100} yuan"
        remedy = f"give at most {bounds['referral_reward_fen'] // 100} yuan's worth"
        yield _pyramid("referral_too_high", f"{path}.points", what, remedy)
    if _a_year(rule) is None:
        what = f"rule {rule.id!r} gives {points} points for each invitee without end"
        trail = ("A invites B", f"A gets {points}", "A invites C, D, E …", f"{points} for each head")
        yield _pyramid("referral_without_cap", f"{path}.caps", what, "cap it per month or year", *trail)


def _too_early(programme: Programme, bounds: Bounds) -> Iterator[Finding]:
    """An inviter who is paid while the order can still be returned."""
    referral = programme.rules.referral
    if referral is not None and referral.wait_days < bounds["referral_wait_days"]:
        yield Finding(
            code="return_trick",
            path="rules.referral.wait_days",
            what=f"the inviter is paid {referral.wait_days} days after an order that may yet be returned",
            remedy=f"wait at least {bounds['referral_wait_days']} days",
            source=bounds.article("referral_wait_days"),
            trail=(
                "B orders",
                "A is paid for B",
                "B returns the goods without a reason",
                "A has spent the points",
            ),
        )


def _a_year(rule: AnyRule) -> int | None:
    """The most points of a rule in a year; None: without end."""
    most = [cap.points * times for cap in rule.caps if (times := YEARLY[cap.per]) is not None]
    if rule.once is not None:
        most.append(points_of(rule) * (YEARLY[rule.once] or 1))
    return min(most, default=None)


def _pyramid(code: str, path: str, what: str, remedy: str, *trail: str) -> Finding:
    return Finding(code=code, path=path, what=what, remedy=remedy, source=PYRAMID, trail=trail)

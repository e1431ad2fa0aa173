"""What is promised of spending: vouchers and times of rewards, the till, households and remedies."""

from collections.abc import Callable
from fractions import Fraction

from jifen.programs.measures import Exact, Measure, More, less, more, wide
from jifen.programs.promise import Promise, Term, adverse, major, names, ordinary, truth, yuan
from jifen.rules.definition import Households, Remedy, RuleSet, Till
from jifen.rules.rewards import Opening, Slots, VoucherTerms
from jifen.rules.when import Conditions, LineFilter

NO_SHOW = {"forfeit": 0, "return": 1}
"""What happens to the points of who does not come, as a rank: more is better."""

When = Callable[[str, Conditions], dict[str, Term]]
"""The terms of conditions, under a name."""


def voucher(terms: VoucherTerms | None, when: When) -> dict[str, Term]:
    """What a voucher does; those that were issued keep what was promised with them (COMPLIANCE R04)."""
    if terms is None:
        return {"voucher": major(Exact("none"), "none")}
    return {
        "voucher": major(Exact("some"), "some"),
        "voucher.type": adverse(Exact(terms.type), terms.type),
        "voucher.minimum_fen": adverse(less(terms.minimum_fen), yuan(terms.minimum_fen)),
        "voucher.save_fen": adverse(more(terms.save_fen), yuan(terms.save_fen)),
        "voucher.percent": adverse(more(terms.percent or 0), str(terms.percent)),
        "voucher.most_fen": adverse(more(terms.most_fen), str(terms.most_fen)),
        "voucher.merchants": adverse(wide(terms.merchants), names(terms.merchants)),
        "voucher.stores": adverse(wide(terms.stores), names(terms.stores)),
        "voucher.valid_days": adverse(more(terms.valid_days), str(terms.valid_days)),
        "voucher.stacks": adverse(more(terms.stacks), truth(terms.stacks)),
        "voucher.with_points": adverse(more(terms.with_points), truth(terms.with_points)),
        **when("voucher.when", terms.when),
        **_lines("voucher.lines", terms.lines),
    }


def _lines(name: str, lines: LineFilter | None) -> dict[str, Term]:
    """Which lines count: each field that is given narrows."""
    found = {}
    for field in LineFilter.__struct_fields__:
        values: tuple[str, ...] = getattr(lines, field) if lines else ()
        found[f"{name}.{field}"] = adverse(wide(values), names(values))
    return found


def slots(terms: Slots | None, closed: Measure) -> dict[str, Term]:
    """Times at which something can be had. closed: the days on which there is nothing."""
    if terms is None:
        return {"slots": major(Exact("none"), "none")}
    places: dict[str, Fraction] = {}
    for opening in terms.openings:
        for time in _times(opening):
            places[time] = places.get(time, Fraction(0)) + opening.capacity
    several = f"{len(places)} times a week with {sum(places.values())} places"
    return {
        "slots": major(Exact("some"), "some"),
        "slots.openings": major(More(Fraction(0), places), several),
        "slots.closed": major(closed, names(terms.closed) if terms.closed else "never"),
        "slots.of": ordinary(Exact(terms.of or ""), terms.of or "its own"),
        "slots.per_store": ordinary(Exact(truth(terms.per_store)), truth(terms.per_store)),
        "slots.ahead_days": major(more(terms.ahead_days), str(terms.ahead_days)),
        "slots.closing_minutes": major(less(terms.closing_minutes), str(terms.closing_minutes)),
        "slots.cancel_hours": adverse(less(terms.cancel_hours), str(terms.cancel_hours)),
        "slots.no_show": adverse(more(NO_SHOW[terms.no_show]), terms.no_show),
    }


def _times(opening: Opening) -> list[str]:
    """The times of an opening in a week, each with the calendars on whose days it is."""
    since, until = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (opening.since, opening.until))
    days = opening.weekdays or tuple(range(1, 8))
    on = ",".join(sorted(opening.calendars))
    starts = range(since, until - opening.every_minutes + 1, opening.every_minutes)
    return [f"{day} {start // 60:02d}:{start % 60:02d} {on}".strip() for day in days for start in starts]


def till(rules: RuleSet) -> Promise:
    """How points pay a bill, and how long what was quoted is honoured (COMPLIANCE R06)."""
    terms: Till = rules.till
    offset = terms.offset
    confirm, offline = terms.confirm_points, terms.offline
    most = offline.points_most * offline.bills_most if offline else 0
    found = {
        "offset.most_permille": adverse(more(offset.most_permille), f"{offset.most_permille} of 1000"),
        "offset.step_points": adverse(less(offset.step_points), str(offset.step_points)),
        "offset.minimum_points": adverse(less(offset.minimum_points), str(offset.minimum_points)),
        "offset.minimum_fen": adverse(less(offset.minimum_fen), yuan(offset.minimum_fen)),
        "offset.merchants": adverse(wide(offset.merchants), names(offset.merchants)),
        "quote_minutes": major(more(terms.quote_minutes), str(terms.quote_minutes)),
        "hold_minutes": ordinary(more(terms.hold_minutes), str(terms.hold_minutes)),
        "confirm_points": ordinary(Exact(str(confirm)), str(confirm)),
        "offline": ordinary(more(most), str(most)),
    }
    return Promise("till", "till", "rules.till", found)


def households(terms: Households) -> Promise:
    """Who may spend whose points."""
    found = {
        "members_most": major(more(terms.members_most), str(terms.members_most)),
        "pool": adverse(more(terms.pool), truth(terms.pool)),
        "draw": ordinary(Exact(terms.draw), terms.draw),
        "rejoin_days": major(less(terms.rejoin_days), str(terms.rejoin_days)),
        "invitation_days": ordinary(more(terms.invitation_days), str(terms.invitation_days)),
        "offer_hours": ordinary(more(terms.offer_hours), str(terms.offer_hours)),
        "beneficiary_days": adverse(less(terms.beneficiary_days), str(terms.beneficiary_days)),
        "beneficiaries_most": major(more(terms.beneficiaries_most), str(terms.beneficiaries_most)),
    }
    return Promise("households", "households", "rules.households", found)


def remedy(code: str, terms: Remedy) -> Promise:
    """What a fault is made good with; whoever it was promised to loses something when it goes (S13, S27)."""
    found = {
        "permille": adverse(more(terms.permille), f"{terms.permille} of 1000"),
        "points": adverse(more(terms.points), str(terms.points)),
        "grace_days": adverse(more(terms.grace_days), str(terms.grace_days)),
        "extend_days": adverse(more(terms.extend_days), str(terms.extend_days)),
    }
    return Promise("remedy", code, f"rules.remedies.{code}", found, dropped="adverse")

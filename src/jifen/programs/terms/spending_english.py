"""What the terms say in English of the till, vouchers, times, families and faults made good."""

from collections.abc import Callable

from jifen.programs.definition import Programme
from jifen.programs.terms.naming import WEEKDAYS, Names, yuan
from jifen.programs.terms.spending_chinese import share
from jifen.rules.definition import Remedy
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions

When = Callable[[Conditions, Names], str]
"""How conditions are said."""


def till(programme: Programme, names: Names) -> list[str]:
    """How points pay a bill; where they pay none, nothing."""
    rules = programme.rules
    worth = {unit.code: unit.offset_fen for unit in programme.units}
    offset, terms = rules.till.offset, rules.till
    if not worth.get(rules.unit):
        return []
    unit = names.unit(rules.unit)
    if not offset.most_permille:
        return [f"{unit} pay no part of a bill; they buy rewards."]
    where = f" at {names.listed(offset.merchants, names.merchants)}" if offset.merchants else ""
    part = "the whole" if offset.most_permille == 1000 else share(offset.most_permille)
    least = f" of {yuan(offset.minimum_fen)} yuan or more" if offset.minimum_fen else ""
    lines = [f"{unit} pay up to {part} of a bill{least}{where}, after vouchers; you choose how many."]
    steps = []
    if offset.minimum_points:
        steps.append(f"at least {offset.minimum_points} at a time")
    if offset.step_points > 1:
        steps.append(f"in whole multiples of {offset.step_points}")
    if steps:
        lines.append(f"{unit} are used {', '.join(steps)}.")
    lines.append(
        f"A quote is honoured for {terms.quote_minutes} minutes, with the prices and rules that it names. "
        f"Points and vouchers of an open bill are held for {terms.hold_minutes} minutes at most; of one that "
        "is not finished they are free again."
    )
    if terms.confirm_points is not None:
        lines.append(f"From {terms.confirm_points} {unit} on a bill is confirmed by you on the spot.")
    if terms.offline is not None:
        off = terms.offline
        lines.append(
            f"Without network a till takes at most {off.points_most} {unit} a bill, on {off.bills_most} "
            f"bills a member and day, and reports them within {off.within_hours} hours; what is then not "
            "there is owed, and no money is asked."
        )
    lines.append("The invoice is over the cash paid, without what points and vouchers pay.")
    return lines


def reward(one: Reward, names: Names, when: When) -> list[str]:
    """What else is said of a reward, part by part."""
    parts = []
    if one.voucher is not None:
        parts += _voucher(one.voucher, names, when)
    if one.slots is not None:
        parts += _slots(one.slots, names)
    if one.payers > 1:
        parts.append(f"up to {one.payers} members may pay together; unless all pay, nobody does")
    return parts


def returns(one: Reward) -> str:
    """How a reward can be given back."""
    if one.kind == "donation":
        return "a donation that you have confirmed stands"
    if one.threshold is not None and not one.points:
        return ""
    if one.voucher is not None:
        return "an unused voucher can be given back while it is good, and the points return as they were"
    if one.slots is not None:
        return ""
    if not one.return_days:
        return "what is faulty can be returned by law"
    since = "redemption" if one.fulfil == "at_once" else "delivery"
    return f"can be given back within {one.return_days} days of {since}, and the points return as they were"


def _voucher(terms: VoucherTerms, names: Names, when: When) -> list[str]:
    what = "named goods" if terms.lines is not None else "a bill"
    of = f"{what} of {yuan(terms.minimum_fen)} yuan or more" if terms.minimum_fen else what
    least = f" on {of}" if terms.minimum_fen else ""
    most = f", at most {yuan(terms.most_fen)} yuan" if terms.most_fen is not None else ""
    does = {
        "save": f"{yuan(terms.save_fen)} yuan off {of}",
        "percent": f"{terms.percent}% off {of}{most}",
        "item": f"the dearest piece of the named goods is free{least}{most}",
        "freight": f"up to {yuan(terms.save_fen)} yuan off the delivery{least}",
    }[terms.type]
    parts = [f"a voucher: {does}", f"good for {terms.valid_days} days after it was issued"]
    if terms.merchants:
        parts.append(f"good at {names.listed(terms.merchants, names.merchants)}")
    if terms.stores:
        parts.append(f"good in the stores {names.listed(terms.stores, names.stores)}")
    if conditions := when(terms.when, names):
        parts.append(f"usable {conditions}")
    parts.append("beside other vouchers that allow it" if terms.stacks else "one a bill, beside no other")
    if not terms.with_points:
        parts.append("not beside points")
    return [
        *parts,
        "free again when a bill is not finished, and back by the rules when goods are returned; "
        "no change touches vouchers that were issued",
    ]


def _slots(terms: Slots, names: Names) -> list[str]:
    times = "; ".join(_opening(opening, names) for opening in terms.openings)
    parts = [f"to be booked: {times}", f"up to {terms.ahead_days} days ahead"]
    if terms.closed:
        parts.append(f"not on the published days ({names.listed(terms.closed)})")
    if terms.closing_minutes:
        parts.append(f"booking ends {duration(terms.closing_minutes)} before")
    until = f"until {terms.cancel_hours} hours before" if terms.cancel_hours else "until it begins"
    parts.append(f"{until} you may cancel, and all points return")
    late = "who cancels later or does not come" if terms.cancel_hours else "who does not come"
    parts.append(f"{late} {'loses the points' if terms.no_show == 'forfeit' else 'gets the points back'}")
    return [*parts, "if the merchant cancels, all points return"]


def _opening(opening: Opening, names: Names) -> str:
    days = ", ".join(WEEKDAYS["en"][day - 1] for day in opening.weekdays) or "every day"
    if opening.calendars:
        days += f" of the published days ({names.listed(opening.calendars)})"
    every = duration(opening.every_minutes)
    return f"{days} {opening.since} to {opening.until}, every {every}, {opening.capacity} places each"


def duration(minutes: int) -> str:
    """A length of time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h" if hours else "", f"{rest} min" if rest else ""]
    return " ".join(part for part in parts if part)


def households(programme: Programme) -> list[str]:
    """Who may spend whose points, leaving, and beneficiaries."""
    terms = programme.rules.households
    lines = [
        f"A household has at most {terms.members_most} members; who is invited joins by accepting within "
        f"{terms.invitation_days} days, and for those under 14 a guardian agrees."
    ]
    if terms.pool:
        order = "the payer's own points" if terms.draw == "own_first" else "those that lapse soonest"
        lines.append(
            "You may let your family spend your points, within limits that you set and may withdraw at any "
            f"time. Of the pool {order} go first; each use names whose points they were, and points never "
            "leave the household."
        )
    rejoin = f", and not join another for {terms.rejoin_days} days" if terms.rejoin_days else ""
    lines.append(f"You may leave at any time, take your unspent points with their dates{rejoin}.")
    if terms.beneficiaries_most:
        wait = f" {terms.beneficiary_days} days after" if terms.beneficiary_days else " after"
        lines.append(
            f"You may register up to {terms.beneficiaries_most} beneficiaries, and redeem for them{wait} "
            "registering them."
        )
    return lines


def remedies(programme: Programme, names: Names) -> list[str]:
    """What a fault of ours or a merchant's is made good with."""
    lines = [
        "What a merchant or we fail to provide gives its points back as they were; what else the law grants "
        "you stays."
    ]
    for remedy in programme.rules.remedies.values():
        if said := _remedy(remedy, names.unit(None)):
            lines.append(f"{names.of(remedy.title, remedy.title_en, '')}: {said}.")
    return lines


def _remedy(remedy: Remedy, unit: str) -> str:
    parts = []
    if remedy.permille:
        parts.append(f"{share(remedy.permille)} of the points spent on top, rounded up")
    if remedy.points:
        parts.append(f"{remedy.points} {unit} on top")
    if remedy.grace_days:
        parts.append(f"points that return after their date live {remedy.grace_days} more days")
    if remedy.extend_days:
        parts.append(
            "points that lapse while it lasts live as long as it lasts and at least "
            f"{remedy.extend_days} days longer"
        )
    return "; ".join(parts)

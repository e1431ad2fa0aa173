"""Checking rewards: their prices, limits, vouchers and times, and what of these contradicts the rest."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import msgspec

from jifen.rules.calendars import AnyCalendar, stores_on
from jifen.rules.checking_conditions import Named, in_order, of_conditions, of_filter
from jifen.rules.defining import Finding, names
from jifen.rules.definition import RuleSet
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms

MINUTES_OF_DAY = 1440
SOME_DAY, DAYS_LOOKED_AT = date(2026, 1, 1), 400
"""The days on which openings are compared: calendars repeat within a lunar year with its leap month."""

VOUCHERS = ("voucher", "freight", "benefit")
"""Kinds of rewards that may be a voucher."""

SHARED = ("openings", "closed", "per_store")
"""What rewards have in common that share times: the times and the places in them."""


def of_rewards(rules: RuleSet, named: Named) -> Iterator[Finding]:
    """What is wrong with the rewards of a rule set, their codes and units aside."""
    for index, reward in enumerate(rules.rewards):
        field = f"rewards[{index}]"
        yield from _of_reward(field, reward, named)
        yield from _of_price(field, reward)
        if reward.voucher is not None:
            yield from _of_voucher(f"{field}.voucher", reward.voucher, named)
            yield from _beside_voucher(field, reward)
        if reward.slots is not None:
            yield from _of_slots(f"{field}.slots", reward.slots, named, rules.calendars)
    yield from _sharing_times(rules)


def _of_reward(field: str, reward: Reward, named: Named) -> Iterator[Finding]:
    if reward.merchant is not None and reward.merchant not in named.merchants:
        message = "is no merchant of this programme: check the code, or add it"
        yield f"{field}.merchant", reward.merchant, message
    yield from of_conditions(f"{field}.when", reward.when, named)
    for index, price in enumerate(reward.prices):
        where = f"{field}.prices[{index}]"
        yield from of_conditions(f"{where}.when", price.when, named)
        if price.points > reward.points or (
            price.points == reward.points and price.cash_fen >= reward.cash_fen
        ):
            message = f"is not below the price of {reward.points}, so it never holds: choose less"
            yield f"{where}.points", price.points, message
    for index, limit in enumerate(reward.limits):
        if limit.per == "event":
            yield f"{field}.limits[{index}].per", "event", "has no count of its own: use a day or longer"
    if reward.early is not None:
        yield from in_order(f"{field}.early", reward.early.since, None)
        yield from of_conditions(f"{field}.early.when", reward.early.when, named)


def _of_price(field: str, reward: Reward) -> Iterator[Finding]:
    """Cash beside points, and several who pay together."""
    cash = [(f"{field}.cash_fen", reward.cash_fen)]
    cash += [(f"{field}.prices[{at}].cash_fen", one.cash_fen) for at, one in enumerate(reward.prices)]
    for where, fen in cash:
        if fen and reward.kind == "donation":
            message = "cannot be asked for beside a donation, which is of points alone: leave it out"
            yield where, fen, message
        elif fen and reward.threshold is not None and not reward.points:
            message = "cannot be asked for a benefit, from whose holder nothing is taken: leave it out"
            yield where, fen, message
        elif reward.value_fen and fen >= reward.value_fen:
            message = (
                f"is no less than the ordinary price of {reward.value_fen}: choose less, or leave it out"
            )
            yield where, fen, message
    if reward.payers == 1:
        return
    if reward.threshold is not None:
        message = "cannot pay what only asks one member for a number of points: leave out one of the two"
        yield f"{field}.payers", reward.payers, message
    elif reward.kind == "donation":
        message = "cannot share a donation, of which each has a receipt of its own: leave it out"
        yield f"{field}.payers", reward.payers, message
    elif reward.points < reward.payers:
        message = f"are more than the {reward.points} points to pay: each pays at least 1, choose fewer"
        yield f"{field}.payers", reward.payers, message


def _of_voucher(field: str, terms: VoucherTerms, named: Named) -> Iterator[Finding]:
    """Each type has figures of its own; those of another type would say nothing."""
    if terms.type in ("save", "freight"):
        if not terms.save_fen:
            yield f"{field}.save_fen", 0, f"saves nothing: say how much a {terms.type} voucher takes off"
        if terms.most_fen is not None:
            yield f"{field}.most_fen", terms.most_fen, _says_nothing(terms, "save_fen")
    elif terms.save_fen:
        yield f"{field}.save_fen", terms.save_fen, _says_nothing(terms, "most_fen")
    if terms.type == "percent" and terms.percent is None:
        yield f"{field}.percent", None, "is missing, so nothing is saved: say how many hundredths, such as 10"
    if terms.type != "percent" and terms.percent is not None:
        yield f"{field}.percent", terms.percent, _says_nothing(terms, "save_fen")
    if terms.type == "save" and 0 < terms.minimum_fen < terms.save_fen:
        message = f"is above the bill's minimum of {terms.minimum_fen}: choose less, or a higher minimum"
        yield f"{field}.save_fen", terms.save_fen, message
    if terms.most_fen == 0:
        yield f"{field}.most_fen", 0, "saves nothing: choose more, or leave it out"
    if terms.type == "item" and terms.lines is None:
        yield (
            f"{field}.lines",
            None,
            "are missing, so no piece is meant: name skus, categories, brands or tags",
        )
    if terms.lines is not None:
        yield from of_filter(f"{field}.lines", terms.lines)
    for name, known, what in (
        ("merchants", named.merchants, "merchant"),
        ("stores", named.stores, "store"),
    ):
        for code in getattr(terms, name):
            if code not in known:
                yield f"{field}.{name}", code, f"is no {what} of this programme: check the code, or add it"
    yield from of_conditions(f"{field}.when", terms.when, named)
    if terms.when.nth is not None:
        message = "counts purchases, which a voucher cannot: leave it out, or set it on the reward"
        yield f"{field}.when.nth", "nth", message
    for name in ("merchants", "stores"):
        good, asked = set(getattr(terms, name)), set(getattr(terms.when, name))
        if good and asked and not good & asked:
            message = f"are none of those where the voucher is good, so it never is: use {names(good)}"
            yield f"{field}.when.{name}", sorted(asked), message


def _says_nothing(terms: VoucherTerms, instead: str) -> str:
    other = f"use {instead}, or leave it out" if terms.type != "item" else "use most_fen, or leave it out"
    return f"says nothing of a voucher of the type {terms.type}: {other}"


def _beside_voucher(field: str, reward: Reward) -> Iterator[Finding]:
    if reward.kind not in VOUCHERS:
        message = "is no kind of voucher, though there are terms of one: use voucher, or leave `voucher` out"
        yield f"{field}.kind", reward.kind, message
    if reward.slots is not None:
        message = "is set beside `slots`: a voucher is shown at a till, at any time: leave out one of the two"
        yield f"{field}.voucher", "a voucher", message
    wanted = reward.voucher.type if reward.voucher else ""
    if reward.kind == "freight" and wanted != "freight":
        message = "is not the type of a freight reward: use freight, or the kind voucher"
        yield f"{field}.voucher.type", wanted, message


def _of_slots(
    field: str, slots: Slots, named: Named, calendars: Mapping[str, AnyCalendar]
) -> Iterator[Finding]:
    for index, opening in enumerate(slots.openings):
        where = f"{field}.openings[{index}]"
        length = minutes(opening.until) - minutes(opening.since)
        if length <= 0:
            yield f"{where}.until", opening.until, f"is not after {opening.since}: choose a later time"
        elif length < opening.every_minutes:
            message = f"is longer than the {length} minutes that it is open: choose at most {length}"
            yield f"{where}.every_minutes", opening.every_minutes, message
        for code in opening.calendars:
            if code not in named.calendars:
                known = names(named.calendars)
                yield f"{where}.calendars", code, f"is no calendar of these rules: use {known}"
        for before, other in enumerate(slots.openings[:index]):
            if _overlap(other, opening, calendars):
                message = f"begins within openings[{before}], so times would be twice: choose {other.until}"
                yield f"{where}.since", opening.since, f"{message} or later, or other weekdays"
                break
    for code in slots.closed:
        if code not in named.calendars:
            yield f"{field}.closed", code, f"is no calendar of these rules: use {names(named.calendars)}"
    if slots.closing_minutes >= slots.ahead_days * MINUTES_OF_DAY:
        message = f"closes before one can book, {slots.ahead_days} days ahead: choose less"
        yield f"{field}.closing_minutes", slots.closing_minutes, message
    if slots.cancel_hours >= slots.ahead_days * 24:
        message = "is as long as one can book ahead, so nobody could ever cancel: choose less than "
        yield f"{field}.cancel_hours", slots.cancel_hours, f"{message}{slots.ahead_days * 24}"


def minutes(clock: str) -> int:
    """The minutes since midnight of a time of day."""
    return int(clock[:2]) * 60 + int(clock[3:])


def _overlap(one: Opening, other: Opening, calendars: Mapping[str, AnyCalendar]) -> bool:
    """Whether both are open at once on some day."""
    if minutes(one.since) >= minutes(other.until) or minutes(other.since) >= minutes(one.until):
        return False
    days = (SOME_DAY + timedelta(days=after) for after in range(DAYS_LOOKED_AT))
    return any(_open(one, day, calendars) and _open(other, day, calendars) for day in days)


def _open(opening: Opening, day: date, calendars: Mapping[str, AnyCalendar]) -> bool:
    """Whether there are times on a day, at any store."""
    if opening.weekdays and day.isoweekday() not in opening.weekdays:
        return False
    known = [calendars[name] for name in opening.calendars if name in calendars]
    return not opening.calendars or any(_on(calendar, day) for calendar in known)


def _on(calendar: AnyCalendar, day: date) -> bool:
    stores = stores_on(calendar, day)
    return stores is None or bool(stores)


def _sharing_times(rules: RuleSet) -> Iterator[Finding]:
    """Rewards that share times have the very same ones, or a place would be sold twice (S14)."""
    first: dict[str, tuple[str, Slots]] = {}
    for index, reward in enumerate(rules.rewards):
        if reward.slots is None:
            continue
        code, before = first.setdefault(reward.slots.of or reward.code, (reward.code, reward.slots))
        for name in SHARED:
            if getattr(reward.slots, name) != getattr(before, name):
                shown = msgspec.to_builtins(getattr(reward.slots, name))
                message = f"differ from those of {code!r}, with which it shares them: write the same"
                yield f"rewards[{index}].slots.{name}", shown, message

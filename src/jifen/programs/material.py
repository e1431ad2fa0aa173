"""The material terms of a programme in machine-readable form: what it promises, and how each is measured."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

import msgspec

from jifen.programs import material_spending
from jifen.programs.definition import Programme
from jifen.programs.measures import (
    BOUNDLESS,
    Exact,
    Life,
    More,
    Steps,
    Wide,
    less,
    more,
    most,
    wide,
)
from jifen.programs.promise import Promise, Term, adverse, major, names, truth, yuan
from jifen.programs.regulation import Class
from jifen.rules.calendars import AnyCalendar, stores_on
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Conditions,
    Flat,
    LineFilter,
    Multiplier,
    PerAmount,
    PerItem,
    Reached,
    RuleSet,
    Streak,
)
from jifen.rules.rewards import Reward
from jifen.values.periods import Validity, local_day

AHEAD_DAYS = 400
"""For how many days calendars are compared: their rules repeat within a lunar year with its leap month."""

ONCE = {None: 9, "event": 8, "day": 7, "week": 6, "month": 5, "year": 4, "ever": 3}
"""How often a rule may give, as a rank: more is better."""

ROUNDING = {"floor": 0, "half_up": 1, "ceiling": 2}
DOWNGRADE = {"to_count": 0, "one_level": 1, "never": 2}


def promises(programme: Programme, at: datetime) -> list[Promise]:
    """All that a programme promises from an instant on; what is over by then is left out."""
    return list(_promises(programme, _Then(programme, at)))


class _Then:
    """A programme at an instant."""

    def __init__(self, programme: Programme, at: datetime) -> None:
        self.programme = programme
        self.rules: RuleSet = programme.rules
        self.at = at
        self.day = local_day(at, programme.zone)
        self.campaigns = {campaign.code: campaign for campaign in programme.rules.campaigns}

    def life(self, validity: Validity) -> Life:
        return Life(validity, self.day)

    def since(self, *times: datetime | None) -> datetime:
        """From when something holds; what began already holds from now on."""
        return max([self.at, *(time for time in times if time is not None)])

    def until(self, *times: datetime | None) -> datetime | None:
        return min((time for time in times if time is not None), default=None)

    def over(self, *times: datetime | None) -> bool:
        """Whether something has ended by itself."""
        return any(time is not None and time <= self.at for time in times)


def _promises(programme: Programme, then: _Then) -> Iterator[Promise]:
    rules = programme.rules
    yield _whole(programme, then)
    for index, unit in enumerate(programme.units):
        worth = Fraction(unit.offset_fen, unit.offset_points)
        says = f"{unit.offset_points} = {yuan(unit.offset_fen)}"
        terms = {"worth": Term(more(worth), says, "adverse", "adverse")}
        yield Promise("unit", unit.code, f"units[{index}]", terms, "adverse")
    for index, merchant in enumerate(programme.merchants):
        yield Promise("merchant", merchant.code, f"merchants[{index}]", {}, "adverse")
    for index, rule in enumerate(rules.rules):
        campaign = then.campaigns.get(rule.campaign or "")
        if not then.over(rule.when.until, campaign.until if campaign else None):
            yield _rule(rule, f"rules.rules[{index}]", then)
    for index, reward in enumerate(rules.rewards):
        if not then.over(reward.when.until):
            yield _reward(reward, f"rules.rewards[{index}]", then)
    for index, budget in enumerate(rules.budgets):
        terms = {"points": Term(more(budget.points), str(budget.points), "major", "major")}
        yield Promise("budget", budget.code, f"rules.budgets[{index}]", terms, "neutral", "neutral")
    for index, act in enumerate(rules.acts):
        terms = {
            "codes": Term(wide(act.codes), names(act.codes), "ordinary", "ordinary"),
            "moderated": Term(less(act.moderated), truth(act.moderated), "major", "major"),
        }
        yield Promise("act", act.code, f"rules.acts[{index}]", terms)
    yield from _tiers(then)
    if rules.referral is not None:
        referral = rules.referral
        terms = {
            "wait_days": Term(less(referral.wait_days), str(referral.wait_days), "major", "major"),
            "minimum_fen": Term(less(referral.minimum_fen), yuan(referral.minimum_fen), "major", "major"),
            "within_days": Term(more(referral.within_days), str(referral.within_days), "major", "major"),
        }
        yield Promise("referral", "referral", "rules.referral", terms)
    for index, authority in enumerate(programme.authorities):
        grants = Term(Wide(frozenset(authority.grants)), names(authority.grants), "ordinary", "ordinary")
        yield Promise("authority", authority.code, f"authorities[{index}]", {"grants": grants}, "ordinary")
    yield material_spending.till(rules)
    yield material_spending.households(rules.households)
    for code, remedy in rules.remedies.items():
        yield material_spending.remedy(code, remedy)


def _whole(programme: Programme, then: _Then) -> Promise:
    """What is promised of the whole programme. Reminders and grace keep points alive, as validity does."""
    rules, terms = programme.rules, programme.terms
    reminders = rules.reminders
    first = max(reminders.days_before) if reminders else 0
    often = len(set(reminders.days_before)) if reminders else 0
    export = programme.eligibility_export
    found = {
        "validity": Term(then.life(rules.validity), describe(rules.validity), "adverse", "adverse"),
        "grace_days": Term(more(rules.grace_days), str(rules.grace_days), "adverse", "adverse"),
        "reminders.first_days_before": Term(more(first), str(first), "major", "major"),
        "reminders.times": Term(more(often), str(often), "major", "major"),
        "reminders.extend_days": Term(
            more(reminders.extend_days if reminders else 0),
            str(reminders.extend_days if reminders else 0),
            "adverse",
            "adverse",
        ),
        "shortfall": Term(Exact(terms.shortfall), terms.shortfall, "major", "major"),
        "notice_days": Term(more(terms.notice_days), str(terms.notice_days), "major", "major"),
        "operator": Term(Exact(terms.operator), terms.operator, "ordinary", "ordinary"),
        "clauses": Term(
            Exact(_text((terms.clauses, terms.clauses_en))),
            f"{len(terms.clauses)} clauses",
            "ordinary",
            "ordinary",
        ),
        "eligibility_export": Term(
            Exact(_text(export)), "named" if export else "off", "ordinary", "ordinary"
        ),
        "groups": Term(
            Exact(_text(sorted(rules.groups.items()))), _text(rules.groups), "ordinary", "ordinary"
        ),
    }
    return Promise("programme", programme.code, "", found, "adverse")


def _rule(rule: AnyRule, path: str, then: _Then) -> Promise:
    rules = then.rules
    campaign = then.campaigns.get(rule.campaign or "")
    kind = rule.__struct_config__.tag
    life = rule.validity or rules.validity
    terms = {
        "type": Term(Exact(str(kind)), str(kind), "major", "major"),
        **_gives(rule),
        "unit": major(Exact(rule.unit or rules.unit), rule.unit or rules.unit),
        "validity": Term(then.life(life), describe(life), "adverse", "adverse"),
        "pending_days": major(less(rule.pending_days), str(rule.pending_days)),
        "caps": major(most(_caps(rule)), _text(_caps(rule))),
        "once": major(more(ONCE[rule.once]), rule.once or "no"),
        "once_per_code": major(less(rule.once_per_code), truth(rule.once_per_code)),
        "group": Term(Exact(_text((rule.group, rule.priority if rule.group else 0))), rule.group or "none",
                      "ordinary", "ordinary"),
        "budget": major(less(rule.budget is not None), rule.budget or "none"),
        **_when(rule.when, then, campaign.since if campaign else None, campaign.until if campaign else None),
    }  # fmt: skip
    joins_first = rule.group is not None and rules.groups.get(rule.group) == "first"
    shares = rule.budget is not None and any(
        other.budget == rule.budget for other in rules.rules if other.id != rule.id
    )
    return Promise("rule", rule.id, path, terms, added="ordinary" if joins_first or shares else "offer")


def _gives(rule: AnyRule) -> dict[str, Term]:
    """What the kinds of rules give, in their own measures."""
    match rule:
        case PerAmount():
            own = {code: Fraction(rate.points, rate.fen) for code, rate in rule.rates.items()}
            rate = Fraction(rule.rate.points, rule.rate.fen)
            steps = sorted(
                (step.from_fen, Fraction(step.rate.points, step.rate.fen)) for step in rule.brackets
            )
            start = [] if steps and steps[0][0] == 0 else [(0, rate)]
            return {
                "rate": major(More(rate, own), _text(msgspec.to_builtins((rule.rate, rule.rates)))),
                "brackets": major(Steps((*start, *steps)), _text(msgspec.to_builtins(rule.brackets))),
                "bracket_mode": major(Exact(rule.bracket_mode if steps else ""), rule.bracket_mode),
                "rounding": major(more(ROUNDING[rule.rounding]), rule.rounding),
                "acts": _acts(rule.acts),
                **_lines("lines", rule.lines),
            }
        case PerItem():
            says = f"{rule.points} for {rule.every}"
            return {
                "points": major(more(Fraction(rule.points, rule.every)), says),
                "every": major(less(rule.every), str(rule.every)),
                **_lines("lines", rule.lines),
            }
        case Flat():
            return {
                "points": major(more(rule.points), str(rule.points)),
                "acts": _acts(rule.acts),
                "categories": major(wide(rule.categories), names(rule.categories)),
                "tags": major(wide(rule.tags), names(rule.tags)),
                **_lines("lines", rule.lines),
            }
        case Combination():
            parts = _text(msgspec.to_builtins(rule.parts))
            return {
                "points": major(more(rule.points), str(rule.points)),
                "parts": major(Exact(parts), parts),
                "most": major(more(rule.most), str(rule.most)),
            }
        case Reached():
            return {
                "points": major(more(rule.points), str(rule.points)),
                "spend_fen": major(less(rule.spend_fen), yuan(rule.spend_fen)),
                "per": major(Exact(rule.per), rule.per),
            }
        case Streak():
            return {
                "points": major(more(rule.points), str(rule.points)),
                "length": major(less(rule.length), str(rule.length)),
                "per": major(Exact(rule.per), rule.per),
                "acts": _acts(rule.acts),
            }
        case Multiplier():
            return {
                "factor": major(more(Fraction(rule.factor)), rule.factor),
                "of": major(wide(rule.of), names(rule.of)),
                "rounding": major(more(ROUNDING[rule.rounding]), rule.rounding),
            }


def _when(
    when: Conditions,
    then: _Then,
    since: datetime | None = None,
    until: datetime | None = None,
    name: str = "when",
) -> dict[str, Term]:
    """The conditions: each narrows, so wider is better. name: of the field that they stand in."""
    begins, ends = then.since(when.since, since), then.until(when.until, until)
    birthday = when.birthday
    spans = () if birthday is None else tuple({f"{birthday.whose}:day", f"{birthday.whose}:{birthday.span}"})
    weeks = {"month": ("day", "month"), "day": ("day",)}
    return {
        f"{name}.merchants": major(wide(when.merchants), names(when.merchants)),
        f"{name}.stores": major(wide(when.stores), names(when.stores)),
        f"{name}.weekdays": major(wide(when.weekdays), names(when.weekdays)),
        f"{name}.month_days": major(wide(when.month_days), names(when.month_days)),
        f"{name}.dates": major(_days_ahead(when.dates, then.day), names(when.dates)),
        f"{name}.calendars": major(_calendars(when.calendars, then), names(when.calendars)),
        f"{name}.minimum_fen": major(less(when.minimum_fen), yuan(when.minimum_fen)),
        f"{name}.maximum_fen": major(more(when.maximum_fen), str(when.maximum_fen)),
        f"{name}.minimum_quantity": major(less(when.minimum_quantity), str(when.minimum_quantity)),
        f"{name}.since": major(less(int(begins.timestamp())), begins.isoformat()),
        f"{name}.until": major(more(None if ends is None else int(ends.timestamp())), _time(ends)),
        f"{name}.channels": major(wide(when.channels), names(when.channels)),
        f"{name}.payments": major(wide(when.payments), names(when.payments)),
        f"{name}.tiers": major(wide(when.tiers), names(when.tiers)),
        f"{name}.segments": major(wide(when.segments), names(when.segments)),
        f"{name}.tokens": major(wide(when.tokens), names(when.tokens)),
        f"{name}.joined_within_days": major(more(when.joined_within_days), str(when.joined_within_days)),
        f"{name}.anniversary": major(wide(weeks.get(when.anniversary or "")), when.anniversary or "any day"),
        f"{name}.birthday": major(wide(spans), names(spans)),
        f"{name}.invited": major(wide(() if when.invited is None else (when.invited,)), str(when.invited)),
        f"{name}.nth": major(wide((_text(when.nth),) if when.nth else ()), _text(when.nth)),
        f"{name}.expression": major(
            wide((when.expression,) if when.expression else ()), when.expression or "none"
        ),
        **_lines(f"{name}.lines", when.lines),
    }


def _lines(name: str, lines: LineFilter | None) -> dict[str, Term]:
    """Which lines count: each field that is given narrows."""
    found = {}
    for field in LineFilter.__struct_fields__:
        values: tuple[str, ...] = getattr(lines, field) if lines else ()
        found[f"{name}.{field}"] = major(wide(values), names(values))
    return found


def _reward(reward: Reward, path: str, then: _Then) -> Promise:
    prices = {
        _text(msgspec.to_builtins(price.when)): Fraction(-price.points)
        for price in reward.prices
        if not then.over(price.when.until)
    }
    limits: dict[str, int] = {}
    for limit in reward.limits:
        limits[limit.per] = min(limit.count, limits.get(limit.per, limit.count))
    cash = {
        _text(msgspec.to_builtins(price.when)): Fraction(-price.cash_fen)
        for price in reward.prices
        if not then.over(price.when.until)
    }
    price = More(Fraction(-reward.points), prices)
    early = _text(msgspec.to_builtins(reward.early))
    unit = reward.unit or then.rules.unit
    terms = {
        "points": Term(
            price, _text((reward.points, [int(-one) for one in prices.values()])), "adverse", "adverse"
        ),
        "cash_fen": adverse(More(Fraction(-reward.cash_fen), cash), yuan(reward.cash_fen)),
        "threshold": Term(less(reward.threshold), str(reward.threshold), "adverse", "adverse"),
        "value_fen": Term(more(reward.value_fen), yuan(reward.value_fen), "adverse", "adverse"),
        "unit": major(Exact(unit), unit),
        "limits": major(most(limits), _text(limits)),
        "merchant": major(wide((reward.merchant,) if reward.merchant else ()), reward.merchant or "any"),
        "kind": Term(Exact(reward.kind), reward.kind, "major", "major"),
        "early": Term(Exact(early), early, "ordinary", "ordinary"),
        "payers": major(more(reward.payers), str(reward.payers)),
        "fulfil": Term(Exact(reward.fulfil), reward.fulfil, "ordinary", "ordinary"),
        "return_days": major(more(reward.return_days), str(reward.return_days)),
        **_when(reward.when, then),
        **material_spending.voucher(reward.voucher, lambda name, when: _when(when, then, name=name)),
        **material_spending.slots(reward.slots, _closed(reward, then)),
    }
    return Promise("reward", reward.code, path, terms)


def _tiers(then: _Then) -> Iterator[Promise]:
    tiers = then.rules.tiers
    if tiers is None:
        return
    counted = _text((tiers.by, tiers.window, tiers.months if tiers.window == "months" else 0))
    shared = {
        "counted": major(Exact(counted), counted),
        "counted_rules": major(wide(tiers.rules), names(tiers.rules)),
        "downgrade": major(more(DOWNGRADE[tiers.downgrade]), tiers.downgrade),
        "grace_days": major(more(tiers.grace_days), str(tiers.grace_days)),
    }
    last = len(tiers.levels) - 1
    for index, level in enumerate(tiers.levels):
        keep = level.at if level.keep_at is None else level.keep_at
        terms = {
            "at": major(less(level.at), str(level.at)),
            "keep_at": major(less(keep), str(keep)),
            "benefits": major(Wide(frozenset(level.benefits)), names(level.benefits)),
            **shared,
        }
        added: Class = "offer" if index in (0, last) else "ordinary"
        yield Promise("tier", level.code, f"rules.tiers.levels[{index}]", terms, added=added)


def _acts(acts: tuple[str, ...]) -> Term:
    return major(Wide(frozenset(acts or ("purchase",))), names(acts or ("purchase",)))


def _caps(rule: AnyRule) -> dict[str, int]:
    found: dict[str, int] = {}
    for cap in rule.caps:
        found[cap.per] = min(cap.points, found.get(cap.per, cap.points))
    return found


def _days_ahead(days: tuple[date, ...], since: date) -> Wide:
    """Days that are still to come; none named at all: every day."""
    if not days:
        return Wide(None)
    return Wide(frozenset(day.isoformat() for day in days if day >= since))


def _calendars(names: tuple[str, ...], then: _Then) -> Wide:
    """The days on which one of the calendars holds, each with its stores, as far as they are compared."""
    if not names:
        return Wide(None)
    found: set[str] = set()
    for name in names:
        calendar: AnyCalendar | None = then.rules.calendars.get(name)
        if calendar is None:
            found.add(name)
            continue
        for offset in range(AHEAD_DAYS):
            day = then.day + timedelta(days=offset)
            stores = stores_on(calendar, day)
            found |= {day.isoformat()} if stores is None else {f"{day} {store}" for store in stores}
    return Wide(frozenset(found))


def _closed(reward: Reward, then: _Then) -> More:
    """The days on which nothing can be booked, of which fewer are better."""
    codes = reward.slots.closed if reward.slots else ()
    days = _calendars(codes, then).of or ()
    return More(Fraction(0), dict.fromkeys(days, Fraction(-1)))


def describe(validity: Validity) -> str:
    """A validity in short."""
    return _text(msgspec.to_builtins(validity))


def _time(at: datetime | None) -> str:
    return "open" if at is None else at.isoformat()


def _text(value: object) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()


__all__ = ["BOUNDLESS", "Promise", "Term", "describe", "promises"]

"""The terms in English, the same sections in the same order as in Chinese."""

from collections.abc import Iterator
from datetime import datetime

from jifen.programs.definition import Programme
from jifen.programs.terms import spending_english as spending
from jifen.programs.terms.naming import PER, WEEKDAYS, Names, yuan
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Conditions,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    Streak,
)
from jifen.rules.rewards import Reward
from jifen.values.periods import Active, CalendarYear, Rolling, Sweep, Validity, zone

WITHIN = {
    "day": "within a day",
    "week": "within a week",
    "month": "within a month",
    "year": "within a year",
    "ever": "since joining",
}
WHOSE = {"self": "your", "child": "your child's", "pet": "your pet's"}

Section = tuple[str, list[str]]


def sections(programme: Programme, notice: dict[str, int]) -> Iterator[Section]:
    """All sections with their paragraphs. notice: the days of notice of each class of changes."""
    names = Names(programme, "en")
    rules = programme.rules
    yield (
        "How points are earned",
        [_rule(rule, names) for rule in rules.rules] or ["Nothing earns points now."],
    )
    yield "What points are worth", [
        f"{unit.offset_points} {names.unit(unit.code)} pay {yuan(unit.offset_fen)} yuan." if unit.offset_fen
        else f"{names.unit(unit.code)} pay no money; they buy the rewards below."
        for unit in programme.units
    ] + [
        "Points cannot be exchanged for cash, cannot be sold, and bear no gain. Their worth is fixed when "
        "they are earned; later changes do not touch points that you have."
    ]  # fmt: skip
    yield (
        "How long points live",
        [
            f"Points {validity(rules.validity)}. "
            "This is fixed when they are earned, and no change shortens it.",
            f"A day ends at midnight in the zone {programme.zone}.",
            f"Points that come back after their date can be used for {rules.grace_days} more days."
            if rules.grace_days
            else "Points that come back keep their date.",
        ],
    )
    reminders = rules.reminders
    if reminders is not None:
        days = ", ".join(str(day) for day in sorted(reminders.days_before, reverse=True))
        yield (
            "Reminders",
            [
                f"You are reminded {days} days before points lapse. Points of which no reminder was "
                f"delivered do not lapse: they live {reminders.extend_days} days longer, and you are "
                "reminded again."
            ],
        )
    if lines := spending.till(programme, names):
        yield "Paying with points at the till", lines
    yield from _limits(programme, names)
    yield from _tiers(programme, names)
    yield from _afterwards(programme, names, notice)


def _afterwards(programme: Programme, names: Names, notice: dict[str, int]) -> Iterator[Section]:
    rules, terms = programme.rules, programme.terms
    yield (
        "Returns, and points that are gone",
        [
            "When goods come back, the points earned on them are taken back, and points that paid for "
            "them return as they were. After a partial return the rest is worked out again.",
            "Points to take back that were spent already are owed, and later earnings repay them; no money "
            "is asked.",
            "Redeemed goods carry the same return and warranty rights as bought ones.",
        ],
    )
    if rules.rewards:
        yield "Rewards", [_reward(reward, names) for reward in rules.rewards]
    yield "Where something goes wrong", spending.remedies(programme, names)
    yield "Households and beneficiaries", spending.households(programme)
    if rules.referral is not None:
        wait, within = rules.referral.wait_days, rules.referral.within_days
        yield (
            "Inviting friends",
            [
                f"If whom you invited orders within {within} days of joining, and the order stands for "
                f"{wait} days, you get the reward. There is one level only, and the reward is fixed."
            ],
        )
    yield (
        "Changes and notice",
        [
            f"Changes are announced, and each member is told: {notice['ordinary']} days ahead, "
            f"{notice['major']} days where they touch major interests or many members, and "
            f"{notice['adverse']} days for shorter validity, lower value, closing, or a merchant's leaving. "
            "The day of the notice is not counted.",
            "Changes do not touch points that you have. All versions are kept and can be read.",
        ],
    )
    yield (
        "Closing",
        [
            f"Nothing is earned after {terms.closes_on}; points that you have can be used while they live."
            if terms.closes_on
            else f"Closing, or a merchant's leaving, is told at least {notice['adverse']} days ahead; after "
            "it points that you have can be used while they live.",
            *(
                f"Nothing is earned at {names.merchants[merchant.code]} after {merchant.leaves_on}."
                for merchant in programme.merchants
                if merchant.leaves_on
            ),
        ],
    )
    if terms.clauses:
        yield "Further clauses", list(terms.clauses_en or terms.clauses)
    yield (
        "Questions and complaints",
        [
            f"{terms.operator_en or terms.operator}: {terms.contact}. You may complain, ask for a review by "
            "a person, turn to the consumers' association, or sue."
        ],
    )


def validity(value: Validity) -> str:
    """How long points live."""
    match value:
        case Rolling(months=months, days=days, to=to):
            lengths = [f"{months} months" if months else "", f"{days} days" if days or not months else ""]
            end = ", to the end of that month" if to == "month_end" else ""
            return (
                f"can be used for {' and '.join(one for one in lengths if one)} from the day of earning{end}"
            )
        case CalendarYear(after=after):
            year = "the year of earning" if after == 0 else f"calendar year {after} after the year of earning"
            return f"can be used until 31 December of {year}"
        case Active(months=months):
            return f"lapse after {months} months in which you neither earn nor use points"
        case Sweep(month=month, day=day, minimum_days=minimum):
            return f"can be used until the next {day}/{month} (day/month), and for {minimum} days at least"
    return "never lapse"


def _rule(rule: AnyRule, names: Names) -> str:
    unit = names.unit(rule.unit)
    parts = [_gives(rule, unit, names)]
    if conditions := _when(rule.when, names):
        parts.append(f"where {conditions}")
    if rule.campaign is not None:
        parts.append(f"in the campaign {names.campaigns.get(rule.campaign, rule.campaign)}")
    if rule.validity is not None:
        parts.append(f"these points {validity(rule.validity)}")
    if rule.pending_days:
        parts.append(f"usable {rule.pending_days} days later")
    parts += [f"at most {cap.points} {unit} {PER['en'][cap.per]}" for cap in rule.caps]
    if rule.once is not None:
        parts.append("once only" if rule.once == "ever" else f"once a {rule.once}")
    if rule.once_per_code:
        parts.append("once for each code")
    if rule.group is not None:
        parts.append(f"only one rule of the group {rule.group} gives")
    if rule.budget is not None:
        parts.append("while the budget lasts")
    title = rule.title_en or rule.title
    return f"{title}: {'; '.join(parts)}." if title else f"{'; '.join(parts)}."


def _rate(rate: Rate, unit: str) -> str:
    return f"{rate.points} {unit} for every {yuan(rate.fen)} yuan" if rate.points else "nothing"


def _gives(rule: AnyRule, unit: str, names: Names) -> str:
    match rule:
        case PerAmount():
            said = _rate(rule.rate, unit)
            said += "".join(f", {code}: {_rate(rate, unit)}" for code, rate in rule.rates.items())
            what = "what is above" if rule.bracket_mode == "progressive" else "all of it"
            said += "".join(
                f", from {yuan(step.from_fen)} yuan on {what}: {_rate(step.rate, unit)}"
                for step in rule.brackets
            )
            return said + (f" of {names.listed(rule.acts, names.acts)}" if rule.acts else "")
        case PerItem():
            return f"{rule.points} {unit} for every {rule.every} of the named goods"
        case Flat():
            what = names.listed(rule.acts, names.acts) if rule.acts else "each purchase"
            which = names.listed((*rule.categories, *rule.tags))
            return f"{rule.points} {unit} for {what}" + (f" with goods of {which}" if which else "")
        case Combination():
            return (
                f"{rule.points} {unit} for {len(rule.parts)} kinds of named goods in one basket, "
                f"{rule.most} times a basket at most"
            )
        case Reached():
            return f"{rule.points} {unit} when {yuan(rule.spend_fen)} yuan are spent {WITHIN[rule.per]}"
        case Streak():
            what = names.listed(rule.acts, names.acts) if rule.acts else "a purchase"
            return f"{rule.points} {unit} for {what} in {rule.length} {rule.per}s in a row"
        case Multiplier():
            return f"{rule.factor} times the points"


def _when(when: Conditions, names: Names) -> str:
    parts = []
    if when.merchants:
        parts.append(f"at {names.listed(when.merchants, names.merchants)}")
    if when.stores:
        parts.append(f"in the stores {names.listed(when.stores, names.stores)}")
    if when.weekdays:
        parts.append("on " + ", ".join(WEEKDAYS["en"][day - 1] for day in when.weekdays))
    if when.month_days:
        parts.append("on the days " + ", ".join(str(day) for day in when.month_days) + " of a month")
    if when.dates:
        parts.append("on " + ", ".join(str(day) for day in when.dates))
    if when.calendars:
        parts.append(f"on the published days ({names.listed(when.calendars)})")
    if when.minimum_fen:
        parts.append(f"from {yuan(when.minimum_fen)} yuan")
    if when.maximum_fen is not None:
        parts.append(f"up to {yuan(when.maximum_fen)} yuan")
    if when.minimum_quantity:
        parts.append(f"from {when.minimum_quantity} pieces")
    if when.since is not None:
        parts.append(f"since {_time(when.since, names)}")
    if when.until is not None:
        parts.append(f"until {_time(when.until, names)}")
    parts += _person(when, names)
    if when.lines is not None:
        parts.append("with named goods")
    if when.expression is not None:
        parts.append(f"if {when.expression}")
    return ", ".join(parts)


def _person(when: Conditions, names: Names) -> list[str]:
    parts = []
    if when.channels:
        parts.append(f"through {names.listed(when.channels)}")
    if when.payments:
        parts.append(f"paid by {names.listed(when.payments)}")
    if when.tiers:
        parts.append(f"for {names.listed(when.tiers, names.tiers)}")
    if when.segments:
        parts.append(f"for members of {names.listed(when.segments)}")
    if when.tokens:
        parts.append(f"with a valid credit token ({names.listed(when.tokens)})")
    if when.joined_within_days is not None:
        parts.append(f"within {when.joined_within_days} days of joining")
    if when.anniversary is not None:
        parts.append(f"on the {when.anniversary} of joining")
    if when.birthday is not None:
        parts.append(f"on the {when.birthday.span} of {WHOSE[when.birthday.whose]} birthday")
    if when.invited is not None:
        parts.append("for those who were invited" if when.invited else "for those who were not invited")
    if when.nth is not None:
        which = ", ".join(str(one) for one in when.nth.exactly) or f"every {when.nth.every}"
        parts.append(f"for purchase number {which} {WITHIN[when.nth.per]}")
    return parts


def _limits(programme: Programme, names: Names) -> Iterator[Section]:
    budgets = [f"{one.title or one.code}: {one.points} points in all." for one in programme.rules.budgets]
    campaigns = [
        f"{names.campaigns[one.code]}: {_time(one.since, names)} to {_time(one.until, names)}. "
        f"{one.text_en or one.text}".strip()
        for one in programme.rules.campaigns
    ]
    if budgets or campaigns:
        yield "Campaigns and amounts", campaigns + budgets


def _tiers(programme: Programme, names: Names) -> Iterator[Section]:
    tiers = programme.rules.tiers
    if tiers is None:
        return
    by = {"spend": "spent", "purchases": "purchases", "points": "points earned"}[tiers.by]
    window = {"year": "in a calendar year", "months": f"in {tiers.months} months", "ever": "since joining"}
    lines = []
    for level in tiers.levels:
        keep = level.at if level.keep_at is None else level.keep_at
        amounts = [f"{yuan(one)} yuan" if tiers.by == "spend" else str(one) for one in (level.at, keep)]
        benefits = level.benefits_en or level.benefits
        also = f"; benefits: {', '.join(benefits)}" if benefits else ""
        title = names.tiers[level.code]
        lines.append(f"{title}: {amounts[0]} {by} {window[tiers.window]}, {amounts[1]} to keep it{also}.")
    down = {
        "to_count": "who does not keep a level gets that of the count",
        "one_level": "who does not keep a level goes down by one at most",
        "never": "nobody goes down",
    }[tiers.downgrade]
    lines.append(f"A level is reached at once; {down}, {tiers.grace_days} days after it ended.")
    yield "Tiers", lines


def _reward(reward: Reward, names: Names) -> str:
    unit = names.unit(reward.unit)
    if reward.threshold is not None and not reward.points:
        parts = [f"for who has {reward.threshold} {unit}; nothing is taken"]
    else:
        parts = [
            f"{reward.points} {unit}" + (f" and {yuan(reward.cash_fen)} yuan" if reward.cash_fen else "")
        ]
    if reward.value_fen:
        parts.append(f"ordinary price {yuan(reward.value_fen)} yuan")
    if reward.merchant is not None:
        parts.append(f"by {names.merchants.get(reward.merchant, reward.merchant)}")
    for price in reward.prices:
        cash = f" and {yuan(price.cash_fen)} yuan" if price.cash_fen else ""
        parts.append(f"{price.points} {unit}{cash} {_when(price.when, names) or 'at any time'}")
    parts += [f"at most {limit.count} {PER['en'][limit.per]}" for limit in reward.limits]
    if conditions := _when(reward.when, names):
        parts.append(f"where {conditions}")
    if reward.early is not None:
        whom = _when(reward.early.when, names) or "for all members"
        parts.append(f"earlier, since {_time(reward.early.since, names)}, {whom}")
    parts += spending.reward(reward, names, _when)
    if said := spending.returns(reward):
        parts.append(said)
    return f"{reward.title_en or reward.title}: {'; '.join(parts)}."


def _time(at: datetime, names: Names) -> str:
    return f"{at.astimezone(zone(names.programme.zone)):%Y-%m-%d %H:%M}"

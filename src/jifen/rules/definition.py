"""What an operator may write: rules, their conditions, caps and validity."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from jifen.rules.calendars import AnyCalendar
from jifen.rules.defining import Count, Definition, Name, Title
from jifen.rules.rewards import Reward
from jifen.rules.tiers import Tiers
from jifen.rules.when import Cap, Conditions, LineFilter
from jifen.values.periods import Never, Rolling, Validity

Rounding = Literal["floor", "half_up", "ceiling"]
Points = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class Rate(Definition, frozen=True):
    """`points` points for every `fen` fen: a fraction, never a float."""

    points: Points
    fen: Count


class Bracket(Definition, frozen=True):
    """From `from_fen` fen of the amount on, this rate."""

    from_fen: Annotated[int, msgspec.Meta(ge=0)]
    rate: Rate


class Funding(Definition, frozen=True):
    """A party's part of a rule's points. by: merchant (that of the purchase), operator, or a code."""

    by: Name
    parts: Annotated[int, msgspec.Meta(ge=1, le=1000)]


class Rule(Definition, frozen=True, kw_only=True):
    """What every kind of rule has.

    funder: who pays for the points: the merchant of the purchase, or the operator. funding: several who
    share it, instead of one funder. pending_days: the points mature so many days after the day of the
    purchase. once: given at most once per member in each such period. once_per_code: given at most once
    per member for each code that an act carries (a lecture's, a bill's number).
    group: of the rules of a group only one gives, see RuleSet.groups; priority: higher goes first.
    campaign: the campaign it belongs to, whose time it shares. budget: the budget that its points come from.
    """

    id: Name
    title: Title = ""
    title_en: Title = ""
    when: Conditions = Conditions()
    unit: Name | None = None
    funder: Literal["merchant", "operator"] = "merchant"
    funding: tuple[Funding, ...] = ()
    validity: Validity | None = None
    pending_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 0
    caps: tuple[Cap, ...] = ()
    once: Literal["day", "week", "month", "year", "ever"] | None = None
    once_per_code: bool = False
    group: Name | None = None
    priority: Annotated[int, msgspec.Meta(ge=-1000, le=1000)] = 0
    campaign: Name | None = None
    budget: Name | None = None


class PerAmount(Rule, frozen=True, kw_only=True, tag="per_amount"):
    """Points per amount paid. `rates` by category override `rate`; a category at 0 earns nothing.

    lines: only the amounts of these lines count. brackets: the amount that counts earns its first part at
    `rate` and what lies above each bracket's start at the bracket's (`progressive`), or all of it at the
    rate of the highest bracket reached (`whole`). acts: counts the amount of these acts, not purchases.
    The sum over all lines is rounded once.
    """

    rate: Rate
    rates: dict[str, Rate] = msgspec.field(default_factory=dict)
    brackets: tuple[Bracket, ...] = ()
    bracket_mode: Literal["progressive", "whole"] = "progressive"
    lines: LineFilter | None = None
    acts: tuple[str, ...] = ()
    rounding: Rounding = "floor"


class PerItem(Rule, frozen=True, kw_only=True, tag="per_item"):
    """`points` for every `every` pieces of the lines that the filter names."""

    points: Count
    lines: LineFilter
    every: Count = 1


class Flat(Rule, frozen=True, kw_only=True, tag="flat"):
    """A fixed number of points for a purchase, or for an act of one of the given names."""

    points: Count
    acts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    lines: LineFilter | None = None


class Part(Definition, frozen=True):
    """One part of a combination: so many pieces of lines that the filter names."""

    lines: LineFilter
    quantity: Count = 1


class Combination(Rule, frozen=True, kw_only=True, tag="combination"):
    """Points for all parts in one basket, at most `most` times a basket; no piece counts for two parts."""

    points: Count
    parts: Annotated[tuple[Part, ...], msgspec.Meta(min_length=2, max_length=10)]
    most: Count = 1


class Reached(Rule, frozen=True, kw_only=True, tag="reached"):
    """Points once per period, with the purchase by which the member's spend in it reaches `spend_fen`."""

    points: Count
    spend_fen: Count
    per: Literal["day", "week", "month", "year", "ever"] = "month"


class Streak(Rule, frozen=True, kw_only=True, tag="streak"):
    """Points with the purchase (or act of these names) that completes `length` periods in a row."""

    points: Count
    length: Annotated[int, msgspec.Meta(ge=2, le=60)]
    per: Literal["day", "week", "month"] = "month"
    acts: tuple[str, ...] = ()


class Multiplier(Rule, frozen=True, kw_only=True, tag="multiplier"):
    """`factor` times the points of the rules in `of` (else of all per_amount rules); gives the extra."""

    factor: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]
    of: tuple[Name, ...] = ()
    rounding: Rounding = "floor"


AnyRule = PerAmount | PerItem | Flat | Combination | Reached | Streak | Multiplier


class Campaign(Definition, frozen=True, kw_only=True):
    """A named time with rules of its own. text: what members read of it, as it is checked and sent."""

    code: Name
    title: Title
    title_en: Title = ""
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    text_en: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    since: datetime
    until: datetime


class Budget(Definition, frozen=True, kw_only=True):
    """So many points in all, of a campaign or of an issuer; when they are gone its rules give nothing."""

    code: Name
    points: Count
    title: Title = ""


class Act(Definition, frozen=True, kw_only=True):
    """Something that is no purchase and may earn points.

    codes: the act must carry one of these (a lecture's, say on a slide). moderated: it earns when somebody
    of the operator's side has approved it, and not before. amount: it carries an amount in fen.
    """

    code: Name
    title: Title = ""
    title_en: Title = ""
    codes: tuple[Name, ...] = ()
    moderated: bool = False
    amount: bool = False


class Referral(Definition, frozen=True, kw_only=True):
    """The inviter's act `referral` is booked so many days after the invitee's first order that stands.

    What it gives is a flat rule with acts: [referral]; what the invitee gets is a rule with invited: true.
    Source: SCENARIOS S22, COMPLIANCE §3 (one level, a fixed reward, capped).
    """

    wait_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 7
    minimum_fen: Annotated[int, msgspec.Meta(ge=0)] = 0
    within_days: Annotated[int, msgspec.Meta(ge=1, le=3660)] = 365


class Reminders(Definition, frozen=True, kw_only=True):
    """So many days before points lapse their holder is told; without a delivered reminder they do not lapse
    but live `extend_days` longer (SCENARIOS S02, COMPLIANCE R05).
    """

    days_before: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=1, le=365)], ...], msgspec.Meta(min_length=1, max_length=6)
    ] = (30, 7)
    extend_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30


class Worth(Definition, frozen=True):
    """So many points of a unit pay so many fen; stamped on what is earned (COMPLIANCE R04)."""

    points: Count
    fen: Annotated[int, msgspec.Meta(ge=0)]


class Offset(Definition, frozen=True, kw_only=True):
    """How points of the rules' unit pay at the till.

    most_permille: at most this part of what is to be paid after vouchers; 1000: all of it. step_points: only
    whole multiples. minimum_points: fewer are not taken. minimum_fen: of the bill. merchants: where; none:
    all.
    """

    most_permille: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1000
    step_points: Count = 1
    minimum_points: Annotated[int, msgspec.Meta(ge=0)] = 0
    minimum_fen: Annotated[int, msgspec.Meta(ge=0)] = 0
    merchants: tuple[Name, ...] = ()


class Offline(Definition, frozen=True, kw_only=True):
    """What a till may do without the network: take so many points a bill, of so many bills a member and day.

    within_hours: it reports so soon. What then turns out not to be there becomes owed (DESIGN §2).
    """

    points_most: Count
    bills_most: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    within_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 72


class Till(Definition, frozen=True, kw_only=True):
    """How a bill is paid. quote_minutes: so long a quote is honoured (R06). hold_minutes: so long a bill may
    be open. confirm_points: from so many points on a bill names an identification of the member that is
    fresh.
    """

    offset: Offset = Offset()
    quote_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 15
    hold_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 30
    confirm_points: Count | None = None
    offline: Offline | None = None


class Households(Definition, frozen=True, kw_only=True):
    """Families. pool: members may let the others spend their points, within limits of their own.

    draw: whose points go first when a household pays: those that lapse soonest, or the buyer's own.
    rejoin_days: so long after leaving one may not join another. invitation_days: so long an invitation can be
    accepted. offer_hours: so long payers may agree to pay a reward together (S22). beneficiary_days: so long
    after being named a beneficiary can be had something for (S15); beneficiaries_most: how many one may name.
    """

    members_most: Annotated[int, msgspec.Meta(ge=2, le=20)] = 6
    pool: bool = True
    draw: Literal["soonest", "own_first"] = "own_first"
    rejoin_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 30
    invitation_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 14
    offer_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 24
    beneficiary_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 60
    beneficiaries_most: Annotated[int, msgspec.Meta(ge=0, le=20)] = 8


class Remedy(Definition, frozen=True, kw_only=True):
    """What members get where a merchant or the operator is at fault (S13, S27), beside the points they spent.

    permille: so many thousandths of the points spent, rounded up; points: so many in any case. grace_days:
    points whose date has passed live so long. extend_days: after an outage, lots that would have lapsed in it
    live at least so much longer than it took. title: how it is called to members.
    """

    title: Title
    title_en: Title = ""
    permille: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    points: Points = 0
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0
    extend_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 0


class RuleSet(Definition, frozen=True, kw_only=True):
    """All that is promised in a programme from an instant on. Versions are immutable.

    groups: how the rules of a group compete: `best` gives most, `first` has the highest priority.
    calendars: named days, for rules and prices. headings_en: the English names of the
    rewards' categories, by their own. remedies: by a name of the fault. reminders: None, points
    lapse without (for tests and moves).
    Derived when a programme is published, not written by an operator: closes_at, from when nothing is earned
    at all; leavings, from when nothing is earned at a merchant; worths, what points of each unit are worth
    that are earned under these rules.
    """

    rules: tuple[AnyRule, ...]
    unit: Name = "point"
    validity: Validity = Rolling(days=30)
    grace_days: Annotated[int, msgspec.Meta(ge=0, le=3660)] = 7
    own_points_first: bool = False
    groups: dict[Name, Literal["best", "first"]] = msgspec.field(default_factory=dict)
    calendars: dict[Name, AnyCalendar] = msgspec.field(default_factory=dict)
    campaigns: tuple[Campaign, ...] = ()
    budgets: tuple[Budget, ...] = ()
    acts: tuple[Act, ...] = ()
    tiers: Tiers | None = None
    rewards: tuple[Reward, ...] = ()
    headings_en: dict[Title, Title] = msgspec.field(default_factory=dict)
    referral: Referral | None = None
    reminders: Reminders | None = None
    till: Till = Till()
    households: Households = Households()
    remedies: dict[Name, Remedy] = msgspec.field(default_factory=dict)
    closes_at: datetime | None = None
    leavings: dict[Name, datetime] = msgspec.field(default_factory=dict)
    worths: dict[Name, Worth] = msgspec.field(default_factory=dict)


__all__ = [
    "Act",
    "AnyRule",
    "Bracket",
    "Budget",
    "Campaign",
    "Cap",
    "Combination",
    "Conditions",
    "Flat",
    "Funding",
    "Households",
    "LineFilter",
    "Multiplier",
    "Never",
    "Offline",
    "Offset",
    "Part",
    "PerAmount",
    "PerItem",
    "Rate",
    "Reached",
    "Referral",
    "Remedy",
    "Reminders",
    "Rule",
    "RuleSet",
    "Streak",
    "Till",
    "Worth",
]

"""Campaigns and days that hold at the merchant's own stores: when, on which dates, and who pays."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec
from litestar import Response
from markupsafe import Markup

from jifen.pages import figures
from jifen.pages.naming import said_in, title_of, when_of
from jifen.parties.programs import Store
from jifen.rules.calendars import AnyCalendar, Markets, Openings, stores_on
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, Campaign, Rule, RuleSet
from jifen.rules.when import Conditions
from jifen.site.handovers import short_name
from jifen.site.routing import SHOP, get
from jifen.site.shop.stores import stores_of
from jifen.site.visit import Visit
from jifen.values.periods import local_day

AHEAD_DAYS = 31
PAST_DAYS = 92
"""Campaigns that ended longer ago are not listed any more."""


class Share(msgspec.Struct, frozen=True):
    """Who pays so many parts of a rule's points."""

    who: Markup
    parts: int


class Promise(msgspec.Struct, frozen=True):
    """A rule: what it is called, when it holds, and who pays for its points."""

    title: Markup
    when: Markup
    shares: tuple[Share, ...]

    @property
    def parts(self) -> int:
        """All parts."""
        return sum(share.parts for share in self.shares)


class Running(msgspec.Struct, frozen=True):
    """A campaign. first, last: its days; state: on, later or over."""

    title: Markup
    text: Markup
    first: date
    last: date
    state: str
    promises: tuple[Promise, ...]


class Held(msgspec.Struct, frozen=True):
    """What holds on a day. stores: empty where it holds at all of them; market: it is a market day."""

    title: Markup
    stores: tuple[str, ...]
    market: bool


class Coming(msgspec.Struct, frozen=True):
    """A day ahead with what holds on it."""

    day: date
    held: tuple[Held, ...]


async def show(visit: Visit) -> Response[bytes]:
    """What runs, what comes, and the rules that hold all the time."""
    rules = visit.program.rules_at(visit.now)
    return visit.page(
        "shop/campaigns.html",
        running=_campaigns(visit, rules) if rules else [],
        coming=_coming(visit, rules) if rules else [],
        always=_always(visit, rules) if rules else [],
        ahead=AHEAD_DAYS,
    )


def markets_on(visit: Visit, day: date) -> Sequence[Store]:
    """The own stores that have a market day."""
    rules = visit.program.rules_at(visit.now)
    if rules is None:
        return []
    found: set[str] = set()
    for calendar in rules.definition.calendars.values():
        if isinstance(calendar, Markets):
            found |= stores_on(calendar, day) or frozenset()
    return [store for store in stores_of(visit) if store.code in found]


def concerns(visit: Visit, rules: CompiledRules, when: Conditions) -> bool:
    """Whether something can ever hold at one of the merchant's stores."""
    own = {store.code for store in stores_of(visit)}
    if when.merchants and visit.merchant.code not in when.merchants:
        return False
    calendars = [rules.definition.calendars[name] for name in when.calendars]
    if calendars and all(
        isinstance(one, Markets | Openings) and not own & set(one.stores) for one in calendars
    ):
        return False
    return not when.stores or bool(own & set(when.stores))


def _at_own_stores(visit: Visit, whole: RuleSet) -> RuleSet:
    """The rules with the calendars of stores as far as these are the merchant's."""
    own = {store.code for store in stores_of(visit)}
    calendars: dict[str, AnyCalendar] = {}
    for name, one in whole.calendars.items():
        if isinstance(one, Markets):
            days = {code: when for code, when in one.stores.items() if code in own}
            calendars[name] = msgspec.structs.replace(one, stores=days)
        elif isinstance(one, Openings):
            opened = {code: day for code, day in one.stores.items() if code in own}
            calendars[name] = msgspec.structs.replace(one, stores=opened)
        else:
            calendars[name] = one
    return msgspec.structs.replace(whole, calendars=calendars)


def _campaigns(visit: Visit, rules: CompiledRules) -> Sequence[Running]:
    """The campaigns of which a rule holds here: those that run, those to come, those just over."""
    found = []
    for campaign in rules.definition.campaigns:
        own = [rule for rule in rules.definition.rules if rule.campaign == campaign.code]
        here = [rule for rule in own if concerns(visit, rules, rule.when)]
        if own and not here:
            continue
        one = _running(visit, rules, campaign, here)
        if one.state != "over" or (visit.today - one.last).days <= PAST_DAYS:
            found.append(one)
    order = {"on": 0, "later": 1, "over": 2}
    return sorted(found, key=lambda one: (order[one.state], one.first))


def _running(visit: Visit, rules: CompiledRules, campaign: Campaign, here: Sequence[AnyRule]) -> Running:
    zone, words = visit.program.zone, visit.words
    state = "on" if campaign.since <= visit.now < campaign.until else "later"
    return Running(
        said_in(words, campaign.title, campaign.title_en),
        said_in(words, campaign.text, campaign.text_en),
        local_day(campaign.since, zone),
        local_day(campaign.until - figures.AN_INSTANT, zone),
        "over" if campaign.until <= visit.now else state,
        tuple(_promise(visit, rules, rule) for rule in here),
    )


def _promise(visit: Visit, rules: CompiledRules, rule: AnyRule) -> Promise:
    when = when_of(rule.when, visit.program, _at_own_stores(visit, rules.definition), visit.words)
    return Promise(title_of(rule, visit.words), when, _shares(visit, rule))


def _shares(visit: Visit, rule: Rule) -> tuple[Share, ...]:
    """Who pays for a rule's points, in the order in which it names them."""
    parts: dict[str, int] = {}
    for one in rule.funding:
        parts[one.by] = parts.get(one.by, 0) + one.parts
    return tuple(Share(_party(visit, by), count) for by, count in (parts or {rule.funder: 1}).items())


def _party(visit: Visit, by: str) -> Markup:
    """The merchant itself, the operator, or another merchant by its name."""
    if by in ("merchant", visit.merchant.code):
        return visit.words.t("shop.we")
    if by == "operator":
        return Markup.escape(visit.program.name)
    named = visit.program.merchants.get(by)
    return Markup.escape(named.name if named else by)


def _always(visit: Visit, rules: CompiledRules) -> Sequence[Promise]:
    """The rules of no campaign that can hold here."""
    return [
        _promise(visit, rules, rule)
        for rule in rules.definition.rules
        if rule.campaign is None and concerns(visit, rules, rule.when) and not _of_acts(rule)
    ]


def _of_acts(rule: AnyRule) -> bool:
    """Whether a rule is for acts, and not for purchases."""
    return bool(getattr(rule, "acts", ()))


def _coming(visit: Visit, rules: CompiledRules) -> Sequence[Coming]:
    """The days ahead on which a rule of some calendar holds at one of the stores, today first."""
    places = {store.code: short_name(store) for store in stores_of(visit)}
    own = [
        rule for rule in rules.definition.rules if rule.when.calendars and concerns(visit, rules, rule.when)
    ]
    found = []
    for later in range(AHEAD_DAYS):
        day = visit.today + timedelta(days=later)
        held = [one for rule in own if (one := _held(visit, rules, rule, day, places)) is not None]
        if held:
            found.append(Coming(day, tuple(held)))
    return found


def _held(
    visit: Visit, rules: CompiledRules, rule: AnyRule, day: date, places: Mapping[str, str]
) -> Held | None:
    """A rule on a day: at which of the own stores; None: at none, or its campaign does not run then."""
    if not _in_time(visit, rules, rule, day):
        return None
    here: set[str] = set()
    market = False
    for name in rule.when.calendars:
        calendar = rules.definition.calendars[name]
        stores = stores_on(calendar, day)
        here |= set(places) if stores is None else stores & set(places)
        market = market or isinstance(calendar, Markets)
    if rule.when.stores:
        here &= set(rule.when.stores)
    if not here:
        return None
    named = () if len(here) == len(places) else tuple(places[code] for code in sorted(here))
    return Held(title_of(rule, visit.words), named, market)


def _in_time(visit: Visit, rules: CompiledRules, rule: AnyRule, day: date) -> bool:
    campaign = next((one for one in rules.definition.campaigns if one.code == rule.campaign), None)
    starts = [at for at in (rule.when.since, campaign.since if campaign else None) if at is not None]
    ends = [at for at in (rule.when.until, campaign.until if campaign else None) if at is not None]
    zone = visit.program.zone
    return all(_day(at, zone) <= day for at in starts) and all(
        day <= _day(at - figures.AN_INSTANT, zone) for at in ends
    )


def _day(at: datetime, zone: str) -> date:
    return local_day(at, zone)


ROUTES = (get("/shop/campaigns", "shop.campaigns", show, SHOP, key="shop_campaigns"),)

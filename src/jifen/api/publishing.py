"""Rules on their way to be published: what would fail at the till is refused here, with its field."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from fractions import Fraction

import msgspec

from jifen.api.asking import Asking, utc
from jifen.api.calls import Call
from jifen.api.parsing import read, texts
from jifen.api.problems import Problem, invalid
from jifen.api.routing import Reply, Route
from jifen.api.setup_bodies import NewRules, Published, RulesList, RulesView
from jifen.parties.programs import Program
from jifen.rules.definition import AnyRule, Multiplier, RuleSet
from jifen.values.periods import Active, CalendarYear, Rolling, Sweep, Validity

Finding = tuple[str, object, str]
"""Field, value, and what is wrong with it: what to do."""

_decoder = msgspec.json.Decoder(NewRules)
_encode = msgspec.json.Encoder().encode

MONTHS_MOST = 1_200
DAYS_MOST = 36_600
RULES_MOST = 500


async def publish(call: Call) -> Reply:
    """Publish rules from an instant on."""
    call.query()
    body = read(_decoder, await call.json())
    asking = call.asking
    for field, value, message in findings(asking.program, body.rules):
        raise invalid(f"rules.{field}" if field else "rules", value, message)
    valid_from = utc(body.valid_from, "valid_from")
    not_retroactive(asking, "valid_from", valid_from, [rules.since for rules in asking.program.rules])
    version = await call.house.catalog.publish(asking.program.id, body.rules, valid_from, asking.now)
    return Reply(201, _encode(Published(version, valid_from)))


async def published(call: Call) -> Reply:
    """All versions of the rules."""
    call.query()
    versions = tuple(
        RulesView(rules.version, rules.since, rules.definition) for rules in call.asking.program.rules
    )
    return Reply(200, _encode(RulesList(versions)))


def not_retroactive(asking: Asking, field: str, at: datetime, before: list[datetime]) -> None:
    """Refuse what would change the past. The very first may begin in it, since nothing was promised then."""
    earliest = max((*before, asking.now)) if before else at
    if at < earliest:
        raise Problem(
            "retroactive",
            f"{field} {at.isoformat()} is before {earliest.isoformat()}: what was promised for then stays, "
            "choose a later time",
            invalid(field, at.isoformat(), f"is too early: choose {earliest.isoformat()} or later").errors,
        )


def findings(program: Program, rules: RuleSet) -> Iterator[Finding]:
    """What is wrong with rules, in order."""
    if len(rules.rules) > RULES_MOST:
        yield "rules", len(rules.rules), f"are too many: publish at most {RULES_MOST}"
    for path, text in texts(msgspec.to_builtins(rules)):
        if not text.isprintable():
            yield path, text, "holds letters that cannot be printed: leave them out"
    if rules.unit not in program.units:
        yield "unit", rules.unit, f"is no unit of this programme: use one of {_names(program.units)}"
    yield from _of_validity("validity", rules.validity)
    seen: set[str] = set()
    for index, rule in enumerate(rules.rules):
        field = f"rules[{index}]"
        if rule.id in seen:
            yield f"{field}.id", rule.id, "names another rule already: choose an id of its own"
        seen.add(rule.id)
        yield from _of_rule(program, rules, rule, field)


def _of_rule(program: Program, rules: RuleSet, rule: AnyRule, field: str) -> Iterator[Finding]:
    if rule.unit is not None and rule.unit not in program.units:
        yield f"{field}.unit", rule.unit, f"is no unit of this programme: use one of {_names(program.units)}"
    if rule.validity is not None:
        yield from _of_validity(f"{field}.validity", rule.validity)
    when = rule.when
    for code in when.merchants:
        if code not in program.merchants:
            yield (
                f"{field}.when.merchants",
                code,
                "is no merchant of this programme: check the code, or add it",
            )
    for code in when.stores:
        if code not in program.stores:
            yield f"{field}.when.stores", code, "is no store of this programme: check the code, or add it"
    for name, at in (("since", when.since), ("until", when.until)):
        if at is not None and at.tzinfo is None:
            yield f"{field}.when.{name}", at.isoformat(), "has no zone: add one, such as +08:00"
            return
    if when.since is not None and when.until is not None and when.until <= when.since:
        yield f"{field}.when.until", when.until.isoformat(), "is not after `since`: choose a later time"
    if isinstance(rule, Multiplier):
        yield from _of_multiplier(rules, rule, field)


def _of_multiplier(rules: RuleSet, rule: Multiplier, field: str) -> Iterator[Finding]:
    if Fraction(rule.factor) <= 1:
        yield f"{field}.factor", rule.factor, "gives nothing extra: choose one above 1, such as 2 or 1.5"
    others = {other.id for other in rules.rules if not isinstance(other, Multiplier)}
    for name in rule.of:
        if name not in others:
            yield f"{field}.of", name, f"is no rule that can be multiplied: use one of {_names(others)}"


def _of_validity(field: str, validity: Validity) -> Iterator[Finding]:
    match validity:
        case Rolling(months=months, days=days):
            yield from _within(f"{field}.months", months, 0, MONTHS_MOST)
            yield from _within(f"{field}.days", days, 0, DAYS_MOST)
        case CalendarYear(after=after):
            yield from _within(f"{field}.after", after, 0, MONTHS_MOST // 12)
        case Active(months=months):
            yield from _within(f"{field}.months", months, 1, MONTHS_MOST)
        case Sweep(month=month, day=day, minimum_days=minimum):
            yield from _within(f"{field}.month", month, 1, 12)
            yield from _within(f"{field}.day", day, 1, 31)
            yield from _within(f"{field}.minimum_days", minimum, 0, DAYS_MOST)


def _within(field: str, value: int, least: int, most: int) -> Iterator[Finding]:
    if not least <= value <= most:
        yield field, value, f"is out of range: send a whole number from {least} to {most}"


def _names(known: Iterable[str]) -> str:
    return ", ".join(sorted(known)) or "none yet"


ROUTES = (
    Route(
        method="POST",
        path="/v1/rules",
        name="publish_rules",
        summary="Publish earning rules from an instant on",
        handle=publish,
        who="operator",
        body=NewRules,
        answer=Published,
        statuses=(201,),
        codes=("retroactive", "already_exists"),
    ),
    Route(
        method="GET",
        path="/v1/rules",
        name="list_rules",
        summary="All published earning rules",
        handle=published,
        who="operator",
        answer=RulesList,
    ),
)

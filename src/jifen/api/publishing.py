"""Rules on their way to be published: what would fail at the till is refused here, with its field."""

from datetime import datetime

import msgspec

from jifen.api.asking import Asking, utc
from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid
from jifen.api.routing import Reply, Route
from jifen.api.setup_bodies import NewRules, Published, RulesList, RulesView
from jifen.programs.publications import is_published
from jifen.rules.checking import Known, findings

_decoder = msgspec.json.Decoder(NewRules)
_encode = msgspec.json.Encoder().encode


async def publish(call: Call) -> Reply:
    """Publish rules from an instant on."""
    call.query()
    body = read(_decoder, await call.json())
    asking = call.asking
    program = asking.program
    if await is_published(call.house.pool, program.id):
        raise Problem(
            "programme_as_code",
            f"the rules of {program.code} belong to its published versions: change its folder, and publish "
            "it with `jifen apply` or POST /v1/programmes/apply",
        )
    known = Known(program.units.keys(), program.merchants.keys(), program.stores.keys())
    for field, value, message in findings(body.rules, known):
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
        codes=("retroactive", "already_exists", "programme_as_code"),
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

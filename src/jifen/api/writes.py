"""Single writes: one fact in, its receipt out."""

from collections.abc import Callable
from typing import Any

import msgspec

from jifen.api import bodies
from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.asking import Asking
from jifen.api.calls import Call
from jifen.api.commanding import command_of, look_up
from jifen.api.house import now_in
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem
from jifen.api.redeeming import prepared
from jifen.api.routing import JSON, Duty, Handle, Reply, Route
from jifen.books.refusals import Code
from jifen.engine.command import Command

Named = Callable[[Call, Any], bodies.AnyFact]

MAYBE_NEW = frozenset(("store_unknown", "merchant_unknown", Code.UNIT_UNKNOWN))
"""What another process may have added a moment ago."""


def taking(kind: type, named: Named | None = None) -> Handle:
    """The handler of a route whose body is of that type; `named` adds what the path says."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    async def take(call: Call) -> Reply:
        body = read(decoder, await call.json())
        if named is not None:
            body = named(call, body)
        command = await command_from(call, body)
        status, content = answered(await call.house.engine.submit(command))
        return Reply(status, content, JSON if status < 300 else CONTENT_TYPE)

    return take


async def command_from(call: Call, body: bodies.AnyFact) -> Command:
    """The command of a body; where it names what we do not know, the programme is read again first."""
    key = call.key(body.key)
    asking = call.asking
    try:
        command = command_of(asking, body, key, await look_up(call.house, asking, body))
        return await prepared(call.house, asking.program, command)
    except Problem as problem:
        if problem.code not in MAYBE_NEW:
            raise
        program = await call.house.fresher(asking.program)
        if program is None:
            raise
        asking = Asking(program, asking.owner, now_in(program))
        command = command_of(asking, body, key, await look_up(call.house, asking, body))
        return await prepared(call.house, program, command)


def _of_hold(kind: type) -> Named:
    def named(call: Call, body: Any) -> bodies.AnyFact:
        fields = {name: getattr(body, name) for name in body.__struct_fields__}
        made: bodies.AnyFact = kind(**fields, hold=call.args["id"])
        return made

    return named


SPENDING = (Code.INSUFFICIENT_POINTS, Code.WALLET_FROZEN, Code.UNIT_UNKNOWN, Code.EVENT_IN_FUTURE)
BOOKED = ("member_unknown", Code.KEY_REUSED, "key_missing", "key_differs", "busy")


def _route(
    name: str,
    path: str,
    summary: str,
    body: type,
    *codes: str,
    named: Named | None = None,
    operator: bool = False,
    duty: Duty = "",
) -> Route:
    return Route(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        handle=taking(body, named),
        who="operator" if operator else "merchant",
        duty=duty,
        body=body,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        key=True,
        codes=(*BOOKED, *codes),
    )


ROUTES = (
    _route(
        "book_purchase",
        "/v1/purchases",
        "Book a purchase and earn by the rules",
        bodies.Purchase,
        "store_unknown",
        Code.EVENT_IN_FUTURE,
        Code.NO_RULES,
        Code.POINTS_OVERFLOW,
    ),
    _route(
        "book_act",
        "/v1/acts",
        "Book an act that is no purchase and earn by the rules",
        bodies.Act,
        "store_unknown",
        Code.EVENT_IN_FUTURE,
        Code.NO_RULES,
        Code.POINTS_OVERFLOW,
        Code.ACT_RESERVED,
        Code.ACT_NOT_APPROVED,
        Code.ACT_CODE_UNKNOWN,
    ),
    _route(
        "return_goods",
        "/v1/returns",
        "Take goods back and claw back what they earned",
        bodies.Return,
        Code.ENTRY_UNKNOWN,
        Code.EXCEEDS_ENTRY,
        Code.LINE_UNKNOWN,
        Code.NOTHING_LEFT,
        Code.EVENT_IN_FUTURE,
    ),
    _route(
        "redeem",
        "/v1/redemptions",
        "Pay a merchant with points",
        bodies.Redemption,
        *SPENDING,
        "store_unknown",
        "merchant_unknown",
        Code.OUT_OF_STOCK,
        Code.STOCK_UNKNOWN,
    ),
    _route(
        "redeem_reward",
        "/v1/reward-redemptions",
        "Redeem a reward at its price of the moment",
        bodies.RewardRedemption,
        *SPENDING,
        "store_unknown",
        "merchant_unknown",
        Code.OUT_OF_STOCK,
        Code.STOCK_UNKNOWN,
        Code.REWARD_UNKNOWN,
        Code.REWARD_ELSEWHERE,
        Code.REWARD_NOT_NOW,
        Code.LIMIT_REACHED,
        Code.PRICE_CHANGED,
        Code.CHARITY_UNQUALIFIED,
        Code.CASH_DIFFERS,
        Code.SLOT_UNKNOWN,
        Code.SLOT_FULL,
        Code.PAYERS_REFUSED,
        Code.HOUSEHOLD_REFUSED,
        Code.BENEFICIARY_REFUSED,
        Code.QUOTE_UNKNOWN,
        Code.QUOTE_USED,
        Code.QUOTE_ENDED,
    ),
    _route(
        "hold",
        "/v1/holds",
        "Set points aside until a deadline",
        bodies.Hold,
        *SPENDING,
        "store_unknown",
        "merchant_unknown",
        Code.HOLD_LAPSED,
    ),
    _route(
        "capture_hold",
        "/v1/holds/{id}/capture",
        "Pay with held points",
        bodies.Capturing,
        Code.HOLD_UNKNOWN,
        Code.HOLD_CLOSED,
        Code.HOLD_LAPSED,
        Code.EXCEEDS_HOLD,
        Code.EVENT_IN_FUTURE,
        named=_of_hold(bodies.Capture),
    ),
    _route(
        "release_hold",
        "/v1/holds/{id}/release",
        "Give held points back",
        bodies.Releasing,
        Code.HOLD_UNKNOWN,
        Code.HOLD_CLOSED,
        Code.EVENT_IN_FUTURE,
        named=_of_hold(bodies.Release),
    ),
    _route(
        "reverse",
        "/v1/reversals",
        "Take an earlier fact back",
        bodies.Reversal,
        Code.ENTRY_UNKNOWN,
        Code.NOT_REVERSIBLE,
        Code.EXCEEDS_ENTRY,
        Code.NOTHING_LEFT,
        Code.EVENT_IN_FUTURE,
    ),
    _route(
        "transfer",
        "/v1/transfers",
        "Move points within a household",
        bodies.Transfer,
        *SPENDING,
        Code.SAME_WALLET,
        Code.NOT_ONE_HOUSEHOLD,
        operator=True,
    ),
    _route(
        "donate",
        "/v1/donations",
        "Give points to a charity",
        bodies.Donation,
        *SPENDING,
        "merchant_unknown",
        Code.CHARITY_UNQUALIFIED,
        operator=True,
    ),
    _route(
        "adjust",
        "/v1/adjustments",
        "Correct a balance, with a reason",
        bodies.Adjustment,
        Code.INSUFFICIENT_POINTS,
        Code.UNIT_UNKNOWN,
        Code.POINTS_OVERFLOW,
        operator=True,
        duty="approve",
    ),
    _route(
        "compensate",
        "/v1/compensations",
        "Give points for a fault",
        bodies.Compensation,
        Code.UNIT_UNKNOWN,
        "merchant_unknown",
        Code.POINTS_OVERFLOW,
        operator=True,
        duty="approve",
    ),
    _route(
        "freeze",
        "/v1/freezes",
        "Stop a member's spending, on evidence",
        bodies.Freezing,
        Code.WALLET_ALREADY_FROZEN,
        Code.WALLET_NOT_FROZEN,
        operator=True,
    ),
    _route(
        "unfreeze",
        "/v1/unfreezes",
        "Lift a freeze before its end",
        bodies.Unfreezing,
        Code.WALLET_NOT_FROZEN,
        operator=True,
    ),
    _route(
        "expire",
        "/v1/expiries",
        "Book what is past its date as expired, now",
        bodies.Expiry,
        Code.NOT_REMINDED,
        Code.NOTHING_LEFT,
        Code.UNIT_UNKNOWN,
        operator=True,
    ),
)

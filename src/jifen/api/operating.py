"""Commands that only the operator may give: transfers, donations, corrections, freezes, expiry."""

from typing import Any

from jifen.api import bodies
from jifen.api.asking import Asking, utc
from jifen.api.drafting import Found, Head, content_of, wallet_of
from jifen.api.problems import invalid
from jifen.engine.command import Command
from jifen.mall.spending import Donate, Transfer
from jifen.programs.operating import Adjust, Compensate, Expire
from jifen.risk.freezing import Freeze, Unfreeze


def transfer(asking: Asking, body: bodies.Transfer, key: str, found: Found) -> Command:
    """Points move within a household."""
    asking.only_operator("a transfer")
    wallet = wallet_of(found, body.member)
    to = wallet_of(found, body.to, "to")
    at = None if body.at is None else utc(body.at)
    common = Head(asking, asking.source(body.source), key).common(wallet, at, content_of(body, at))
    return Transfer(**common, to=to, unit=asking.unit(body.unit, common["occurred_at"]), points=body.points)


def donation(asking: Asking, body: bodies.Donation, key: str, found: Found) -> Command:
    """Points go to a charity."""
    asking.only_operator("a donation")
    wallet = wallet_of(found, body.member)
    charity = asking.merchant_called(body.charity, "charity")
    at = None if body.at is None else utc(body.at)
    common = Head(asking, asking.source(body.source), key).common(wallet, at, content_of(body, at))
    return Donate(
        **common, unit=asking.unit(body.unit, common["occurred_at"]), points=body.points, charity=charity
    )


def adjustment(asking: Asking, body: bodies.Adjustment, key: str, found: Found) -> Command:
    """A correction, with its reason."""
    asking.only_second("an adjustment")
    common = _operators("an adjustment", asking, body, key, found)
    if body.points == 0:
        raise invalid("points", 0, "is nothing: send points to add, or negative ones to take")
    return Adjust(**common, unit=asking.unit(body.unit, asking.now), points=body.points)


def compensation(asking: Asking, body: bodies.Compensation, key: str, found: Found) -> Command:
    """Points for a fault."""
    asking.only_second("a compensation")
    common = _operators("a compensation", asking, body, key, found)
    fault = None if body.at_fault is None else asking.merchant_called(body.at_fault, "at_fault")
    return Compensate(**common, unit=asking.unit(body.unit, asking.now), points=body.points, at_fault=fault)


def freeze(asking: Asking, body: bodies.Freezing, key: str, found: Found) -> Command:
    """Spending stops, on evidence."""
    until = utc(body.until, "until")
    common = _operators("a freeze", asking, body, key, found, until=until)
    for field in ("evidence", "notice"):
        _must_say(field, getattr(body, field))
    unit = asking.unit(None, asking.now)
    return Freeze(
        **common, unit=unit, reason=body.reason, evidence=body.evidence, notice=body.notice, until=until
    )


def unfreeze(asking: Asking, body: bodies.Unfreezing, key: str, found: Found) -> Command:
    """A freeze is lifted."""
    common = _operators("lifting a freeze", asking, body, key, found)
    return Unfreeze(**common, unit=asking.unit(None, asking.now))


def expiry(asking: Asking, body: bodies.Expiry, key: str, found: Found) -> Command:
    """What is past its date is booked as expired."""
    common = _operators("running an expiry", asking, body, key, found)
    return Expire(**common, unit=asking.unit(body.unit, asking.now))


def _operators(
    what: str, asking: Asking, body: Any, key: str, found: Found, **resolved: object
) -> dict[str, Any]:
    """What the operator's own commands share: nobody else may, they happen now, a reason says something."""
    asking.only_operator(what)
    wallet = wallet_of(found, body.member)
    if hasattr(body, "reason"):
        _must_say("reason", body.reason)
    return Head(asking, asking.source(body.source), key).common(
        wallet, None, content_of(body, None, **resolved)
    )


def _must_say(field: str, text: str) -> None:
    if not text.strip():
        raise invalid(field, text, "says nothing: write it in words, since it is kept")

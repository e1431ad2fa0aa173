"""From a body to a command of the engine; the same for a single request and for a line in bulk."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from jifen.api import bodies, operating, redeeming
from jifen.api.asking import Asking, entry_unknown, utc
from jifen.api.drafting import Found, Head, content_of, wallet_of
from jifen.api.earlier import NAMED, Earlier, for_hold, for_return, for_reversal
from jifen.api.house import House
from jifen.api.problems import Problem, invalid
from jifen.engine.command import Command
from jifen.events.earning import Earning
from jifen.events.event import act_content, laid_out, purchase_content, return_content
from jifen.mall.holding import Capture, Release, Reserve
from jifen.mall.restoring import Restore
from jifen.mall.spending import Redeem
from jifen.parties.traits import Trait, traits_of
from jifen.till.returning import ReturnGoods
from jifen.values.points import POINTS_MAX


def names_in(asking: Asking, fact: bodies.AnyFact, numbers: list[str], ids: set[UUID]) -> None:
    """Add the members' numbers and the id of the earlier fact that a body names."""
    if fact.member is not None:
        numbers.append(fact.member)
    if isinstance(fact, bodies.Transfer):
        numbers.append(fact.to)
    if isinstance(fact, bodies.RewardRedemption):
        numbers.extend(payer.member for payer in fact.payers or ())
    named_by = NAMED.get(type(fact))
    if named_by is not None:
        ids.add(named_by(asking, fact))


async def look_up(house: House, asking: Asking, fact: bodies.AnyFact) -> Found:
    """What a body names, in at most one query for the members and one for the earlier fact."""
    program = asking.program.id
    numbers: list[str] = []
    ids: set[UUID] = set()
    names_in(asking, fact, numbers, ids)
    wallets = await house.members.wallets(program, numbers) if numbers else {}
    return Found(wallets, await house.gathering.earlier(program, ids) if ids else {}, house.vault)


def command_of(asking: Asking, body: bodies.AnyFact, key: str, found: Found) -> Command:
    """The command that a body asks for.

    Raises:
        Problem: it names what is not there or not the caller's, or contradicts itself.
    """
    if not key.isprintable():
        raise invalid("key", key, "holds letters that cannot be printed: leave them out")
    return MAKERS[type(body)](asking, body, key, found)


def _purchase(asking: Asking, body: bodies.Purchase, key: str, found: Found) -> Command:
    wallet = wallet_of(found, body.member)
    store = asking.store(body.store)
    lines, amount, at = body.lines, body.amount, body.at
    laid = sums, _ = laid_out(lines)
    if lines:
        total = sum(sums.by_category.values())
        if amount is None:
            amount = total
        elif amount != total:
            raise invalid(
                "amount", amount, f"differs from the sum of the lines, {total}: send one that agrees, or none"
            )
        if amount > POINTS_MAX:
            raise invalid(
                "amount", amount, f"is more than can be kept exact: send lines of {POINTS_MAX} fen at most"
            )
    elif not amount:
        raise invalid("amount", amount, "is nothing: send what was paid in fen, or the lines of the basket")
    if at is not None:
        at = utc(at)
    owner = asking.owner
    now = asking.now
    return Earning(
        program=owner.program,
        source=owner.label if body.source is None else asking.source(body.source),
        key=key,
        wallet=wallet,
        occurred_at=at or now,
        recorded_at=now,
        content=purchase_content(store.code, amount, lines, at, body.channel, body.payment, laid=laid),
        store=store,
        amount=amount,
        lines=lines,
        sums=sums,
        channel=body.channel,
        payment=body.payment,
        traits=_traits(asking, body, found) if body.device or body.payer else (),
    )


def _traits(asking: Asking, body: bodies.Purchase, found: Found) -> tuple[Trait, ...]:
    """What the member is known by beside the number; where nobody looked for it, nothing."""
    if found.vault is None:
        return ()
    return traits_of(found.vault, asking.program.id, device=body.device, payer=body.payer)


def _act(asking: Asking, body: bodies.Act, key: str, found: Found) -> Command:
    wallet = wallet_of(found, body.member)
    if body.store is None and not asking.operator:
        raise invalid(
            "store", None, "is missing: a merchant's key names the store at which it was done", "out_of_scope"
        )
    store = None if body.store is None else asking.store(body.store)
    at = None if body.at is None else utc(body.at)
    head = Head(asking, asking.source(body.source), key)
    content = act_content(body.act, body.store or "", at, body.code, body.amount)
    return Earning(
        **head.common(wallet, at, content), store=store, act=body.act, code=body.code, amount=body.amount
    )


def _return(asking: Asking, body: bodies.Return, key: str, found: Found) -> Command:
    head = Head(asking, asking.source(body.source), key)
    of = for_return(asking, head.source, body)
    earlier = _earlier(asking, body.member, found, of, "purchase")
    of_source, of_key = earlier.of_purchase
    if body.lines and body.amount is not None:
        raise invalid("amount", body.amount, "is given beside lines: send one of the two")
    at = None if body.at is None else utc(body.at)
    lines = tuple([(line.sku, line.quantity) for line in body.lines])
    content = return_content(of_key, lines, body.amount, at)
    return ReturnGoods(
        **head.common(earlier.wallet, at, content),
        of_source=of_source,
        of_key=of_key,
        lines=lines,
        amount=body.amount,
    )


def _redemption(asking: Asking, body: bodies.Redemption, key: str, found: Found) -> Command:
    wallet = wallet_of(found, body.member)
    head = Head(asking, asking.source(body.source), key)
    merchant = asking.merchant(body)
    if body.count is not None and body.stock is None:
        raise invalid(
            "count", body.count, "is given without a stock: name the stock that it counts, or leave it out"
        )
    at = None if body.at is None else utc(body.at)
    common = head.common(wallet, at, content_of(body, at))
    unit = asking.unit(body.unit, common["occurred_at"])
    return Redeem(
        **common, unit=unit, points=body.points, merchant=merchant, stock=body.stock, count=body.count or 1
    )


def _hold(asking: Asking, body: bodies.Hold, key: str, found: Found) -> Command:
    wallet = wallet_of(found, body.member)
    head = Head(asking, asking.source(body.source), key)
    merchant = asking.merchant(body)
    at = None if body.at is None else utc(body.at)
    deadline = utc(body.deadline, "deadline")
    common = head.common(wallet, at, content_of(body, at, deadline=deadline))
    unit = asking.unit(body.unit, common["occurred_at"])
    return Reserve(**common, unit=unit, points=body.points, merchant=merchant, deadline=deadline)


def _capture(asking: Asking, body: bodies.Capture, key: str, found: Found) -> Command:
    head = Head(asking, asking.source(body.source), key)
    hold = _earlier(asking, body.member, found, for_hold(asking, head.source, body), "hold")
    at = None if body.at is None else utc(body.at)
    content = content_of(body, at, hold=hold.id, hold_key=None)
    return Capture(
        **head.common(hold.wallet, at, content), hold=hold.id, points=body.points, keep_open=body.keep_open
    )


def _release(asking: Asking, body: bodies.Release, key: str, found: Found) -> Command:
    head = Head(asking, asking.source(body.source), key)
    hold = _earlier(asking, body.member, found, for_hold(asking, head.source, body), "hold")
    at = None if body.at is None else utc(body.at)
    return Release(
        **head.common(hold.wallet, at, content_of(body, at, hold=hold.id, hold_key=None)), hold=hold.id
    )


def _reversal(asking: Asking, body: bodies.Reversal, key: str, found: Found) -> Command:
    head = Head(asking, asking.source(body.source), key)
    earlier = _earlier(asking, body.member, found, for_reversal(asking, head.source, body), "entry")
    at = None if body.at is None else utc(body.at)
    if earlier.kind == "purchase":
        if body.points is not None:
            raise invalid(
                "points",
                body.points,
                "cannot be named for a purchase: leave it out, or send lines to /v1/returns",
            )
        content = return_content(earlier.key, (), None, at)
        return ReturnGoods(
            **head.common(earlier.wallet, at, content), of_source=earlier.source, of_key=earlier.key
        )
    earlier.must_be_spent()
    content = content_of(body, at, entry=earlier.id, entry_key=None)
    return Restore(**head.common(earlier.wallet, at, content), of=earlier.id, points=body.points)


def _earlier(asking: Asking, member: str | None, found: Found, of: UUID, what: str) -> Earlier:
    """The earlier fact, where it is of that kind, of that member, and the caller's to name."""
    earlier = found.earlier.get(of)
    if earlier is None or not asking.sees(earlier.merchant):
        raise entry_unknown(what) if what != "hold" else _no_hold(of)
    if what != "entry" and earlier.kind != what and not (what == "purchase" and earlier.captured_by):
        raise entry_unknown(what) if what != "hold" else _no_hold(of)
    if member is not None:
        wallet = wallet_of(found, member)
        if wallet != earlier.wallet:
            raise invalid(
                "member",
                member,
                f"is not the member of that {what}: leave it out, or check it",
                "entry_unknown",
            )
    return earlier


def _no_hold(of: UUID) -> Problem:
    return invalid(
        "hold",
        str(of),
        "is no hold that you may name: its id is that of the answer to the hold",
        "hold_unknown",
    )


MAKERS: dict[type, Callable[[Asking, Any, str, Found], Command]] = {
    bodies.Purchase: _purchase,
    bodies.Act: _act,
    bodies.Return: _return,
    bodies.Redemption: _redemption,
    bodies.RewardRedemption: redeeming.redemption,
    bodies.Hold: _hold,
    bodies.Capture: _capture,
    bodies.Release: _release,
    bodies.Reversal: _reversal,
    bodies.Transfer: operating.transfer,
    bodies.Donation: operating.donation,
    bodies.Adjustment: operating.adjustment,
    bodies.Compensation: operating.compensation,
    bodies.Freezing: operating.freeze,
    bodies.Unfreezing: operating.unfreeze,
    bodies.Expiry: operating.expiry,
}

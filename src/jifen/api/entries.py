"""An entry in full: its legs, its proof, and why its points moved, rule by rule."""

from typing import Any
from uuid import UUID

import msgspec

from jifen.api.views import (
    BasketView,
    CounterView,
    EntryView,
    ExplanationView,
    LegView,
    LineView,
    MissedView,
    ShareView,
    WholeEntryView,
)
from jifen.books.entries import Entry
from jifen.books.explanation import Explanation, read_explanation
from jifen.books.legs import Kind
from jifen.books.series import Series
from jifen.engine.command import moved
from jifen.events.event import basket_of as goods_of
from jifen.events.event import read_purchase
from jifen.events.then import facts_then
from jifen.parties.programs import Program
from jifen.rules.compiled import CompiledRules
from jifen.rules.reasons import Reason
from jifen.store.queries import q
from jifen.values.ids import SeriesId, cell_of

WHY: dict[Reason, str] = {
    "closed": "the programme was closed, or the merchant had left",
    "weekday": "it is for other days of the week",
    "month_day": "it is for other days of the month",
    "date": "it is for other dates",
    "calendar": "its calendar does not hold here on that day",
    "merchant": "it is for other merchants",
    "store": "it is for other stores",
    "minimum": "the amount is below its minimum",
    "since": "it had not begun",
    "until": "it was over",
    "act": "it is for other acts, or for purchases",
    "campaign": "its campaign did not run",
    "channel": "it is for other channels",
    "payment": "it is for other ways to pay",
    "lines": "no line of the basket is what it rewards",
    "evidence": "no such line had valid green evidence",
    "quantity": "too few pieces were bought",
    "combination": "the combination was not complete",
    "nothing": "nothing in this event is what it rewards",
    "tier": "it is for other tiers",
    "segment": "it is for other members",
    "token": "no credit token was in force",
    "joined": "it is for new members",
    "anniversary": "it was no anniversary",
    "birthday": "it was no birthday",
    "invited": "it depends on whether somebody invited the member",
    "maximum": "the amount is above its maximum",
    "expression": "its expression did not hold",
    "nth": "it is for another purchase of the period",
    "reached": "the spend of the period did not reach its threshold with this purchase",
    "streak": "the streak was not complete",
    "no_code": "the act carried no code",
    "code": "this code had been counted",
    "once": "it had been given in this period",
    "cap": "its cap was reached",
    "budget": "its budget was used up",
    "group": "another rule of its group was given",
}
"""Why a rule gave nothing, by the reason that the rules give."""


def party(program: Program, one: UUID | None) -> str | None:
    """The code of a merchant, `operator` for the programme's own side, None for a wallet or nobody."""
    if one is None:
        return None
    merchant = program.merchants_by_id.get(one)  # type: ignore[call-overload]
    if merchant is not None:
        return str(merchant.code)
    return "operator" if one == program.operator else None


def short(program: Program, entry: Entry) -> EntryView:
    """An entry for a list."""
    return EntryView(**_fields(program, entry))


def _fields(program: Program, entry: Entry) -> dict[str, Any]:
    points, repaid, owed_more = moved(entry.kind, entry.legs)
    return {
        "id": entry.id,
        "no": entry.no,
        "kind": entry.kind,
        "unit": entry.unit,
        "points": points,
        "repaid": repaid,
        "owed_more": owed_more,
        "balance": entry.balance,
        "merchant": party(program, entry.merchant),
        "source": entry.source,
        "key": entry.key,
        "reverses": entry.reverses,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
    }


async def whole(
    conn: Any, program: Program, entry: Entry, member: str | None, series: dict[SeriesId, Series]
) -> WholeEntryView:
    """An entry in full; `series` holds those of its legs."""
    previous = await conn.fetchval(q("api_hash"), cell_of(entry.wallet), entry.wallet, entry.no - 1)
    legs = tuple(
        LegView(
            series=leg.series,
            account=leg.account,
            points=leg.points,
            counterparty=leg.counterparty,
            party=party(program, leg.counterparty),
            expires_at=series[leg.series].expires_at,
        )
        for leg in entry.legs
    )
    return WholeEntryView(
        **_fields(program, entry),
        member=member,
        wallet=entry.wallet,
        legs=legs,
        event=msgspec.Raw(entry.event.encode()),
        basket=basket_of(entry),
        explanation=explanation_of(program, entry),
        hash=entry.hash.hex(),
        previous=(previous or b"").hex(),
    )


def basket_of(entry: Entry) -> BasketView | None:
    """What a purchase was of; None for anything else."""
    if entry.kind is not Kind.PURCHASE:
        return None
    bought = read_purchase(entry.event)
    lines = tuple(
        LineView(
            sku=line.sku,
            category=line.category,
            quantity=line.quantity,
            amount=line.amount,
            tags=line.tags,
            brand=line.brand,
            evidence=line.evidence,
        )
        for line in goods_of(bought)
    )
    return BasketView(store=bought.store, amount=bought.goods, lines=lines, tenders=bought.tenders)


def explanation_of(program: Program, entry: Entry) -> ExplanationView | None:
    """Why an entry moved its points; None for what no rule decides.

    What gave nothing is found by evaluating the rules of then again, with the facts that were stored.
    """
    if entry.kind not in (Kind.PURCHASE, Kind.ACT, Kind.RETURN) or not entry.explanation:
        return None
    stored = read_explanation(entry.explanation)
    rules = program.rules_version(stored.rules)
    titles = {rule.id: rule.title or rule.id for rule in rules.definition.rules}
    return ExplanationView(
        rules=stored.rules,
        contract=stored.contract,
        shares=tuple(
            ShareView(rule=rule, title=titles.get(rule, rule), points=points)
            for rule, points in stored.shares
        ),
        missed=tuple(
            MissedView(rule=rule, title=titles.get(rule, rule), reason=reason, why=WHY[reason])
            for rule, reason in _missed(program, entry, stored, rules)
        ),
        read=tuple(
            CounterView(counter=name, period=period, before=value) for name, period, value in stored.read
        ),
    )


def _missed(
    program: Program, entry: Entry, stored: Explanation, rules: CompiledRules
) -> list[tuple[str, Reason]]:
    if entry.kind is Kind.RETURN:
        return []
    used = {(name, period): value for name, period, value in stored.read}
    return rules.evaluate(facts_then(program, entry, stored), used, explain=True).missed

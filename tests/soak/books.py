"""Answers and books side by side: what was acknowledged is there, once, and makes the balances."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
import msgspec

from jifen.engine.command import entry_id
from jifen.events.event import lines_of, read_purchase, read_return
from jifen.jobs.verify import verify
from jifen.values.ids import ProgramId
from tests.soak.clients import Acknowledged, Client
from tests.soak.facts import SOURCE, Fact

ENTRIES = "SELECT e.*, kind::text AS kind FROM entry e ORDER BY wallet, no"
LOTS = "SELECT wallet, sum(remaining) AS free, sum(held) AS held, sum(owed) AS owed FROM lot GROUP BY wallet"
CLAIMS = "SELECT id, count(*) AS times FROM claim GROUP BY id"

KINDS = {"redemption": "redeem", "reversal": "reverse"}
"""How the books call what is reported under another name."""

DESERVED = frozenset(
    (
        "insufficient_points",
        "hold_unknown",
        "hold_closed",
        "entry_unknown",
        "exceeds_entry",
        "line_unknown",
        "nothing_left",
    )
)
"""Why a story's fact may be refused: too few points, or because what it is the sequel of was refused."""

Totals = dict[str, Counter[str]]
"""Points that each wallet has, holds and owes."""


async def faults_in(dsn: str, program: ProgramId, clients: Sequence[Client]) -> list[str]:
    """Everything that is wrong while all clients rest; empty: nothing was lost, nothing came twice."""
    answers = [one for client in clients for one in client.acknowledged]
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(ENTRIES)
        lots = await connection.fetch(LOTS)
        claims = {row["id"]: row["times"] for row in await connection.fetch(CLAIMS)}
    finally:
        await connection.close()
    receipts = [one for one in answers if one.status < 300]
    found = [fault for client in clients for fault in client.faults]
    found += unlike(program, receipts, rows, claims)
    found += unlike_early([pair for client in clients for pair in client.early], receipts)
    found += unexpected(program, answers, rows)
    found += unbalanced(totals_of(receipts), lots)
    report = await verify(dsn)
    return found + [str(finding) for finding in report.findings]


def unlike(
    program: ProgramId, receipts: Sequence[Acknowledged], rows: Sequence[Any], claims: dict[Any, int]
) -> list[str]:
    """Acknowledged facts that are not in the books once, as they were acknowledged."""
    by_id: dict[str, list[Any]] = {}
    for row in rows:
        by_id.setdefault(str(row["id"]), []).append(row)
    found = []
    for one in receipts:
        key, said = one.fact["key"], one.said
        entry = entry_id(program, SOURCE, key)
        booked = by_id.get(str(entry), [])
        if len(booked) != (2 if one.fact["type"] == "transfer" else 1) or claims.get(entry) != 1:
            found.append(
                f"{key} was acknowledged and has {len(booked)} entries, {claims.get(entry, 0)} claims"
            )
            continue
        row = next((row for row in booked if str(row["wallet"]) == said["wallet"]), booked[0])
        balance = {name: row[name] for name in ("available", "pending", "held", "owed")}
        stored = (str(row["id"]), str(row["wallet"]), row["no"], row["kind"], row["key"], balance)
        kind = KINDS.get(one.fact["type"], one.fact["type"])
        if stored != (said["id"], said["wallet"], said["no"], kind, key, said["balance"]):
            found.append(f"{key} was acknowledged as {said} and is stored as {dict(row)}")
        if said["kind"] != kind or not same_content(one.fact, row["event"]):
            found.append(f"{key} was sent as {one.fact} and is stored as {row['event']}")
    return found


def same_content(fact: Fact, event: str) -> bool:
    """Whether the books have what was sent."""
    match fact["type"]:
        case "purchase":
            bought = read_purchase(event)
            sent = [(line["sku"], line["quantity"], line["amount"]) for line in fact["lines"]]
            stored = [(line.sku, line.quantity, line.amount) for line in lines_of(bought)]
            return (bought.store, bought.at, stored) == (fact["store"], fact["at"], sent)
        case "return":
            back = read_return(event)
            sent_back = tuple((line["sku"], line["quantity"]) for line in fact.get("lines", ()))
            return (back.purchase, back.lines, back.all) == (fact["purchase"], sent_back, not sent_back)
        case _:
            told = msgspec.json.decode(event)
            return all(told.get(name) == fact[name] for name in ("type", "points", "store") if name in fact)


def unlike_early(early: Iterable[tuple[Fact, dict[str, Any]]], receipts: Sequence[Acknowledged]) -> list[str]:
    """Receipts in answers that broke off, to which the answer of the repeat does not hold."""
    final = {one.fact["key"]: one.said for one in receipts}
    return [
        f"{fact['key']} was first acknowledged as {said}, then as {final.get(fact['key'])}"
        for fact, said in early
        if not _same_receipt(said, final.get(fact["key"]))
    ]


def _same_receipt(first: dict[str, Any], then: dict[str, Any] | None) -> bool:
    names = ("id", "wallet", "no", "kind", "points", "repaid", "owed_more", "balance", "occurred_at")
    return then is not None and all(first[name] == then[name] for name in names)


def unexpected(program: ProgramId, answers: Sequence[Acknowledged], rows: Sequence[Any]) -> list[str]:
    """Entries that nobody was told of, and refusals that no client of ours has earned."""
    asked = {entry_id(program, SOURCE, one.fact["key"]): one for one in answers}
    found = [f"{one.fact} was refused: {one.said}" for one in answers if _undeserved(one)]
    for row in rows:
        one = asked.get(row["id"])
        if one is None:
            found.append(f"entry {row['no']} of {row['wallet']} was booked and nobody was told")
        elif one.status >= 300:
            found.append(f"{one.fact} is entry {row['no']} of {row['wallet']}, and was refused: {one.said}")
    return found


def _undeserved(one: Acknowledged) -> bool:
    return one.status >= 300 and one.said["code"] not in DESERVED


def totals_of(receipts: Sequence[Acknowledged]) -> Totals:
    """What each wallet must have, counted from the receipts alone."""
    totals: Totals = {}
    wallets = {one.fact["member"]: one.said["wallet"] for one in receipts}
    held = {one.fact["key"]: one.fact["points"] for one in receipts if one.fact["type"] == "hold"}
    for one in receipts:
        kind, said = one.fact["type"], one.said
        total = totals.setdefault(said["wallet"], Counter())
        owed = said["owed_more"] - said["repaid"]
        total["owed"] += owed
        if kind == "hold":
            total["held"] += one.fact["points"]
        elif kind in ("capture", "release"):
            total["held"] -= held[one.fact["hold_key"]]
        if kind not in ("hold", "release"):
            total["whole"] += said["points"] + owed
        if kind == "transfer":
            totals.setdefault(wallets[one.fact["to"]], Counter())["whole"] -= said["points"]
    return totals


def unbalanced(totals: Totals, lots: Sequence[Any]) -> list[str]:
    """Wallets whose lots are not the sum of what was acknowledged."""
    stored = {
        str(row["wallet"]): {"whole": row["free"] + row["held"], "held": row["held"], "owed": row["owed"]}
        for row in lots
    }
    found = []
    for wallet in sorted({*totals, *stored}):
        due = totals.get(wallet, Counter())
        has = stored.get(wallet, {})
        wrong = {name: (has.get(name, 0), due[name]) for name in ("whole", "held", "owed")}
        if any(is_so != must_be for is_so, must_be in wrong.values()):
            found.append(f"wallet {wallet}, stored and acknowledged: {wrong}")
    return found

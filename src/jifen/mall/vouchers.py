"""Vouchers: issued with a redemption, locked by a bill, spent, freed, given back, taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.mall.voucher_codes import code_hash, code_hashes, code_of, voucher_ids
from jifen.parties.programs import Merchant, Program
from jifen.rules.award import Facts, Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Flat, RuleSet
from jifen.rules.lines import matcher
from jifen.rules.rewards import Reward, VoucherTerms
from jifen.rules.when import Conditions
from jifen.values.ids import EntryId, Id, MerchantId, WalletId, cell_of
from jifen.values.periods import end_of_day, local_day

__all__ = [
    "VoucherRow",
    "code_hash",
    "code_hashes",
    "code_of",
    "free",
    "give_back",
    "issue",
    "judge",
    "lock",
    "read_voucher",
    "spend",
    "take_back",
    "voucher_ids",
]

Effect = tuple[str, dict[str, Any]]

State = Literal["issued", "locked", "spent", "returned"]
"""As stored. A lock that has passed counts as issued, what is past its date as lapsed: no job is needed."""

_terms = msgspec.json.Decoder(VoucherTerms).decode
_encode = msgspec.json.Encoder().encode


class VoucherRow(msgspec.Struct, frozen=True):
    """A voucher as it is stored.

    terms: what it promises, as of its issue (COMPLIANCE R04): a later version of the reward does not touch
    it; rules: the version whose calendars its conditions read. merchant: who gave it and pays for what it
    saves; redemption: whose points paid that merchant. bill: the bill that holds it or has spent it.
    """

    id: Id
    wallet: WalletId
    no: int
    redemption: EntryId
    reward: str
    rules: int
    merchant: MerchantId
    terms: VoucherTerms
    issued_at: datetime
    expires_at: datetime
    state: State
    bill: Id | None
    locked_until: datetime | None

    def locked(self, at: datetime) -> bool:
        """Whether a bill holds it at an instant."""
        return self.state == "locked" and self.locked_until is not None and at < self.locked_until

    def held_by(self, bill: Id) -> bool:
        """Whether this bill holds it still, and no other took it over after the lock had passed."""
        return self.state == "locked" and self.bill == bill

    def lapsed(self, at: datetime) -> bool:
        """Whether its time is over at an instant."""
        return at >= self.expires_at

    def standing(self, at: datetime) -> Literal["issued", "locked", "spent", "returned", "lapsed"]:
        """How it stands at an instant, as members are told."""
        if self.state in ("spent", "returned"):
            return self.state
        if self.locked(at):
            return "locked"
        return "lapsed" if self.lapsed(at) else "issued"


def read_voucher(row: Any) -> VoucherRow:
    """A voucher from a row of needs_voucher or its kin."""
    return VoucherRow(
        row["id"],
        row["wallet"],
        row["no"],
        row["redemption"],
        row["reward"],
        row["rules"],
        row["merchant"],
        _terms(row["terms"]),
        row["issued_at"],
        row["expires_at"],
        row["state"],
        row["bill"],
        row["locked_until"],
    )


# What a plan does to vouchers: rows for the routine effect_voucher.


def issue(
    program: Program,
    rules: CompiledRules,
    reward: Reward,
    redemption: EntryId,
    count: int,
    hashes: Sequence[bytes],
    at: datetime,
    *,
    merchant: Merchant,
) -> list[Effect]:
    """The vouchers that a redemption of a reward gives, for its plan; nothing where it is no voucher.

    hashes: of their codes, one each, as `code_hashes` makes them. merchant: who gives the reward.
    """
    if reward.voucher is None:
        return []
    if len(hashes) != count:
        raise ValueError(f"{count} vouchers need {count} hashes of codes, {len(hashes)} came")
    terms = stamped(reward.voucher, reward)
    text = _encode(terms).decode()
    expires = end_of_day(local_day(at, program.zone) + timedelta(days=terms.valid_days), program.zone)
    return [
        (
            "voucher",
            {
                "id": voucher,
                "program": program.id,
                "redemption": redemption,
                "reward": reward.code,
                "rules": rules.version,
                "merchant": merchant.id,
                "terms": text,
                "issued_at": at,
                "expires_at": expires,
                "state": "issued",
                "hash": found_by.hex(),
            },
        )
        for voucher, found_by in zip(voucher_ids(redemption, count), hashes, strict=True)
    ]


def stamped(terms: VoucherTerms, reward: Reward) -> VoucherTerms:
    """The terms with their place said: where none is, they are good at the reward's merchant."""
    if terms.merchants or terms.stores or reward.merchant is None:
        return terms
    return msgspec.structs.replace(terms, merchants=(reward.merchant,))


def _changed(row: VoucherRow, state: State, **more: Any) -> Effect:
    """The voucher as it is from now on."""
    fields = {"bill": None, "locked_until": None, "expires_at": row.expires_at, **more}
    return "voucher", {
        "cell": cell_of(row.wallet),
        "wallet": row.wallet,
        "id": row.id,
        "state": state,
        **fields,
    }


def lock(row: VoucherRow, bill: Id, until: datetime) -> Effect:
    """A bill holds it until an instant; then it is free again by itself."""
    return _changed(row, "locked", bill=bill, locked_until=until)


def spend(row: VoucherRow, bill: Id) -> Effect:
    """A bill has used it up."""
    return _changed(row, "spent", bill=bill)


def free(row: VoucherRow, program: Program, at: datetime) -> Effect:
    """The bill that held it was voided; a date that passed meanwhile gets the programme's grace."""
    return _changed(row, "issued", expires_at=_living(row, program, at))


def give_back(row: VoucherRow, program: Program, at: datetime) -> Effect:
    """The bill that spent it was refunded: it can be used again, past its date for the programme's grace.

    Source: SCENARIOS S04 (restored on refund), COMPLIANCE §2 (refunded by tender).
    """
    return _changed(row, "issued", expires_at=_living(row, program, at))


def take_back(row: VoucherRow) -> Effect:
    """Its redemption was taken back, so the points are there again and it is not."""
    return _changed(row, "returned")


def _living(row: VoucherRow, program: Program, at: datetime) -> datetime:
    """Until when it can be used, where it comes back at an instant; as with points that come back."""
    if not row.lapsed(at):
        return row.expires_at
    return max(row.expires_at, program.grace_end(at) or row.expires_at)


def must_be_unused(row: VoucherRow, at: datetime) -> Refusal | None:
    """Why its redemption cannot be taken back; None: it can, for nobody has used it."""
    standing = row.standing(at)
    return None if standing == "issued" else _no(row, standing)


# What it saves.


def judge(
    row: VoucherRow,
    program: Program,
    facts: Facts,
    bill_fen: int,
    freight_fen: int,
    at: datetime,
    with_points: bool,
    others: Sequence[VoucherRow],
) -> int | Refusal:
    """What a voucher saves on a bill, in fen, or VOUCHER_REFUSED with `why`.

    facts: the place, the basket (amount: of the goods, before any voucher), the person; facts.at decides its
    terms and its date, so that a quote's instant holds (COMPLIANCE R06). bill_fen, freight_fen: what of the
    goods and of the delivery is left to be paid; never more is saved. at: now, which decides whether another
    bill still holds it. others: the vouchers already used on this bill.
    """
    terms = row.terms
    if row.state in ("spent", "returned"):
        return _no(row, row.state)
    if row.locked(at):
        return _no(row, "locked")
    if row.lapsed(facts.at):
        return _no(row, "lapsed")
    if terms.merchants and facts.merchant not in terms.merchants:
        return _no(row, "merchant", merchants=", ".join(terms.merchants))
    if terms.stores and facts.store not in terms.stores:
        return _no(row, "store", stores=", ".join(terms.stores))
    if with_points and not terms.with_points:
        return _no(row, "points")
    if any(other.id == row.id for other in others):
        return _no(row, "twice")
    if others and not (terms.stacks and all(other.terms.stacks for other in others)):
        return _no(row, "stacking")
    if (reason := _unmet(program.rules_version(row.rules), terms.when, facts)) is not None:
        return _no(row, WHY.get(reason, reason), condition=reason)
    lines = _meant(terms, facts)
    if not lines and (terms.lines is not None or terms.type == "item"):
        return _no(row, "lines")
    base = facts.amount if terms.lines is None else sum(line.amount for line in lines)
    if base < terms.minimum_fen:
        return _no(row, "minimum", minimum_fen=terms.minimum_fen, amount_fen=base)
    saved = _saved(terms, base, lines, bill_fen, freight_fen)
    return saved if saved > 0 else _no(row, "freight" if terms.type == "freight" else "nothing")


def _meant(terms: VoucherTerms, facts: Facts) -> list[Line]:
    if terms.lines is None:
        return list(facts.lines)
    match = matcher(terms.lines)
    return [line for line in facts.lines if match(line, facts.evidence)]


def _saved(terms: VoucherTerms, base: int, lines: Sequence[Line], bill_fen: int, freight_fen: int) -> int:
    """What the terms take off, in fen, at most what is left to be paid.

    percent: to the fen, halves up. item: the dearest piece; of a line whose amount does not divide, the
    larger share, as shares are split by largest remainder.
    """
    left = bill_fen
    match terms.type:
        case "save":
            off = min(terms.save_fen, base)
        case "percent":
            off = (base * (terms.percent or 0) + 50) // 100
        case "item":
            off = max(-(-line.amount // line.quantity) for line in lines)
        case "freight":
            off, left = terms.save_fen, freight_fen
    if terms.most_fen is not None:
        off = min(off, terms.most_fen)
    return max(0, min(off, left))


@lru_cache(maxsize=1024)
def _compiled(rules: CompiledRules, when: Conditions) -> CompiledRules:
    """The conditions as a rule of its own that gives one point where they hold, as prices are compiled."""
    test = RuleSet(rules=(Flat(id="when", when=when, points=1),), calendars=rules.definition.calendars)
    return CompiledRules(test, rules.version, rules.since, rules.zone)


def _unmet(rules: CompiledRules, when: Conditions, facts: Facts) -> str | None:
    """The reason word for which the further conditions do not hold; None: they hold."""
    if when == _ALWAYS:
        return None
    asked = msgspec.structs.replace(facts, act=None, held=None)
    award = _compiled(rules, when).evaluate(asked, {}, explain=True)
    return None if award.shares else dict(award.missed).get("when", "nothing")


_ALWAYS = Conditions()

WHY = {
    **dict.fromkeys(("weekday", "month_day", "date", "calendar", "since", "until", "closed"), "time"),
    **dict.fromkeys(("birthday", "anniversary"), "time"),
    **dict.fromkeys(("lines", "evidence", "quantity"), "lines"),
    **dict.fromkeys(("tier", "segment", "token", "joined", "invited"), "member"),
}
"""Reason words of conditions by the wider word that a refused voucher says; others say themselves."""

SAYS = {
    "spent": "was used on another bill: take another voucher",
    "returned": "was taken back with its redemption, whose points are there again: take another voucher",
    "locked": "is held by an open bill: finish or void that bill first",
    "lapsed": "is past its date: take another voucher",
    "merchant": "is not good at this merchant: use it where its terms say",
    "store": "is not good at this store: use it where its terms say",
    "points": "cannot be used together with points: pay the bill without points, or without the voucher",
    "twice": "is on this bill already: name each voucher once",
    "stacking": "cannot be used together with the other vouchers of this bill: use one of them",
    "lines": "is for goods that are not on this bill: look at its terms",
    "minimum": "needs a larger bill: look at its terms",
    "freight": "saves delivery, and there is none to pay on this bill: keep it for another",
    "nothing": "saves nothing on this bill, which is paid already: keep it for another",
    "time": "is not good at this time: look at its terms",
    "member": "is not for this member now: look at its terms",
}
"""What is said for each word; docs/vouchers.md lists them."""


def _no(row: VoucherRow, why: str, **facts: int | str) -> Refusal:
    said = SAYS.get(why, f"does not fit this bill ({why}): look at its terms")
    known: dict[str, int | str] = {"voucher": str(row.id), "why": why, **facts}
    if why == "locked" and row.locked_until is not None:
        known["locked_until"] = row.locked_until.isoformat()
    if why == "lapsed":
        known["expired_at"] = row.expires_at.isoformat()
    return Refusal(Code.VOUCHER_REFUSED, f"the voucher {said}", known)

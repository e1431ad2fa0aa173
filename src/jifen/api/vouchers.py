"""Vouchers of a member, and whether one can be used on a bill and what it saves there."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.asking import Asking
from jifen.api.bodies import BasketLine, Fen, Name, SomeFen, Word
from jifen.api.calls import Call
from jifen.api.entries import party
from jifen.api.messaging import LAST_ID, limit_in
from jifen.api.parsing import read
from jifen.api.problems import invalid, refused
from jifen.api.reads import LAST, shown, wallet_in_path
from jifen.api.routing import Parameter, Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.events.earning import facts_of
from jifen.mall.voucher_codes import code_hash, code_of, grouped, normal
from jifen.mall.vouchers import VoucherRow, judge, read_voucher
from jifen.pages.vouchers import voucher_of
from jifen.pages.words import words
from jifen.parties.programs import Program
from jifen.rules.person import read_person
from jifen.rules.rewards import Reward, VoucherTerms
from jifen.store.queries import q
from jifen.values.ids import cell_of, parse_id
from jifen.values.points import POINTS_MAX

Standing = Literal["issued", "locked", "spent", "returned", "lapsed"]
STANDINGS = ("issued", "locked", "spent", "returned", "lapsed")

VoucherCode = Annotated[
    str,
    Meta(min_length=1, max_length=40, description="As it is shown; spaces, hyphens and case do not matter."),
]


class VoucherView(msgspec.Struct, frozen=True):
    """A voucher. code: shown to the operator alone, for its holder; null to others.

    state: issued (free), locked by an open bill until `locked_until`, spent, returned (its redemption was
    taken back) or lapsed. merchant: who gave it. bill: the bill that holds or has spent it. terms: as of its
    issue; terms_zh, terms_en: the same in words.
    """

    id: UUID
    code: str | None
    reward: str
    title: str
    title_en: str
    state: Standing
    merchant: str
    redemption: UUID
    issued_at: datetime
    expires_at: datetime
    locked_until: datetime | None
    bill: UUID | None
    terms: VoucherTerms
    terms_zh: str
    terms_en: str


class VouchersView(msgspec.Struct, frozen=True):
    """A page of a member's vouchers, newest first. next: the cursor of the page behind; null: none."""

    member: str
    at: datetime
    vouchers: tuple[VoucherView, ...]
    next: str | None


class VoucherCheck(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A voucher on a bill as it stands: its goods (amount, or lines), its delivery, and what else pays.

    amount is the sum of the lines where both are given. beside: codes of the vouchers used before this one.
    """

    code: VoucherCode
    store: Name
    amount: Fen | None = None
    lines: Annotated[tuple[BasketLine, ...], Meta(max_length=2000)] = ()
    freight_fen: Fen = 0
    channel: Word = ""
    payment: Word = ""
    with_points: bool = False
    beside: Annotated[tuple[VoucherCode, ...], Meta(max_length=20)] = ()


class VoucherCheckView(msgspec.Struct, frozen=True):
    """A voucher that can be used on the bill, and what it saves; nothing is locked by the question."""

    voucher: UUID
    saves_fen: SomeFen
    left_fen: Fen
    left_freight_fen: Fen
    reward: str
    title: str
    title_en: str
    expires_at: datetime
    terms: VoucherTerms
    terms_zh: str
    terms_en: str


_check = msgspec.json.Decoder(VoucherCheck)


async def vouchers(call: Call) -> Reply:
    """A member's vouchers; a merchant sees what it gave and what is good at it."""
    asked = call.query("state", "limit", "cursor")
    state, asking = asked.get("state"), call.asking
    if state is not None and state not in STANDINGS:
        raise invalid("state", state, f"is no state of a voucher: use one of {', '.join(STANDINGS)}")
    limit, behind = limit_in(asked.get("limit")), cursor_in(asked.get("cursor"))
    wallet = await wallet_in_path(call)
    found: list[VoucherRow] = []
    while len(found) <= limit:
        rows = await call.house.pool.fetch(
            q("voucher_list"), cell_of(wallet), wallet, asking.now, state, *behind, limit + 1
        )
        page = [read_voucher(row) for row in rows]
        found += [row for row in page if sees(asking, row)]
        if len(rows) <= limit:
            break
        behind = page[-1].no, page[-1].id
    more = len(found) > limit
    page = found[:limit]
    following = cursor_of(page[-1]) if more else None
    views = tuple(voucher_view(call, row) for row in page)
    return shown(VouchersView(call.args["number"], asking.now, views, following))


def cursor_of(row: VoucherRow) -> str:
    """The cursor behind a voucher of a page."""
    return base64.urlsafe_b64encode(f"{row.no} {row.id}".encode()).decode().rstrip("=")


def cursor_in(text: str | None) -> tuple[int, UUID]:
    """The voucher behind which a page begins, by its entry's number; that of the first page lies beyond."""
    if text is None:
        return LAST, LAST_ID
    try:
        no, _, some_id = base64.urlsafe_b64decode(text.encode() + b"==").decode().partition(" ")
        if no.isascii() and no.isdigit() and 0 < int(no[:11]) <= LAST:
            return int(no), parse_id(some_id)
    except (ValueError, binascii.Error):
        pass
    raise invalid("cursor", text, "is none of ours: send the `next` of the page before as it is, or none")


def sees(asking: Asking, row: VoucherRow) -> bool:
    """Whether a voucher is the caller's to see: the operator's all, a merchant's what it gave or takes."""
    if asking.sees(row.merchant):
        return True
    own, terms = asking.owner.merchant, row.terms
    if not terms.merchants and not terms.stores:
        return True
    program = asking.program
    taken = [program.merchants[code].id for code in terms.merchants if code in program.merchants]
    taken += [program.stores[code].merchant.id for code in terms.stores if code in program.stores]
    return own in taken


def voucher_view(call: Call, row: VoucherRow) -> VoucherView:
    """A voucher as the caller sees it."""
    asking = call.asking
    reward = reward_of(asking.program, row)
    code = grouped(code_of(call.house.vault, row.id)) if asking.operator else None
    return VoucherView(
        row.id,
        code,
        row.reward,
        reward.title if reward else row.reward,
        reward.title_en if reward else "",
        row.standing(asking.now),
        party(asking.program, row.merchant) or "",
        row.redemption,
        row.issued_at,
        row.expires_at,
        row.locked_until if row.locked(asking.now) else None,
        row.bill if row.state == "spent" or row.locked(asking.now) else None,
        row.terms,
        *in_words(asking.program, row),
    )


def reward_of(program: Program, row: VoucherRow) -> Reward | None:
    """The reward as it was when the voucher was issued."""
    rewards = program.rules_version(row.rules).definition.rewards
    return next((reward for reward in rewards if reward.code == row.reward), None)


def in_words(program: Program, row: VoucherRow) -> tuple[str, str]:
    """What a voucher promises, in Chinese and in English."""
    whole = program.rules_version(row.rules).definition
    said = [
        voucher_of(row.terms, row.expires_at, program, whole, words(language)).striptags()
        for language in ("zh", "en")
    ]
    return said[0], said[1]


def voucher_unknown() -> Refusal:
    """The refusal of a code that leads to nothing."""
    return Refusal(
        Code.VOUCHER_UNKNOWN, "no voucher has this code: check it letter by letter, the last one included", {}
    )


async def by_code(call: Call, text: str) -> tuple[VoucherRow, str]:
    """The voucher of a code that somebody typed, and what rules read of its holder.

    Raises:
        Problem: voucher_unknown. A code whose check letter is wrong is not even looked for.
    """
    program, code = call.asking.program.id, normal(text)
    if code is None:
        raise refused(voucher_unknown())
    found_by = code_hash(call.house.vault, program, code)
    row = await call.house.pool.fetchrow(q("voucher_by_code"), found_by[0], program, found_by)
    if row is None:
        raise refused(voucher_unknown())
    return read_voucher(row), row["facts"]


async def check(call: Call) -> Reply:
    """Whether a voucher can be used on a bill, and what it saves."""
    call.query()
    body = read(_check, await call.json())
    asking = call.asking
    store = asking.store(body.store)
    amount = amount_of(body)
    row, holder = await by_code(call, body.code)
    beside = [(await by_code(call, code))[0] for code in body.beside]
    facts = facts_of(asking.program, store, asking.now, amount, body.lines, None)
    facts.channel, facts.payment, facts.person = body.channel, body.payment, read_person(holder)
    left, freight = amount, body.freight_fen
    told: int | Refusal = 0
    used: list[VoucherRow] = []
    for one in (*beside, row):
        told = judge(one, asking.program, facts, left, freight, asking.now, body.with_points, used)
        if isinstance(told, Refusal):
            raise refused(told)
        if one.terms.type == "freight":
            freight -= told
        else:
            left -= told
        used.append(one)
    assert isinstance(told, int)
    reward = reward_of(asking.program, row)
    return shown(
        VoucherCheckView(
            row.id,
            told,
            left,
            freight,
            row.reward,
            reward.title if reward else row.reward,
            reward.title_en if reward else "",
            row.expires_at,
            row.terms,
            *in_words(asking.program, row),
        )
    )


def amount_of(body: VoucherCheck) -> int:
    """What the goods of the bill cost, in fen."""
    if not body.lines:
        if body.amount is None:
            raise invalid("amount", None, "is missing: send what the goods cost in fen, or the lines")
        return body.amount
    total = sum(line.amount for line in body.lines)
    if body.amount is not None and body.amount != total:
        said = f"differs from the sum of the lines, {total}: send one that agrees, or none"
        raise invalid("amount", body.amount, said)
    if total > POINTS_MAX:
        said = f"is more than can be kept exact: send lines of {POINTS_MAX} fen at most"
        raise invalid("amount", total, said)
    return total


_PAGE: tuple[Parameter, ...] = (
    Parameter("state", {"type": "string", "enum": list(STANDINGS)}, "Only those that stand so now."),
    Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "Vouchers a page."),
    Parameter("cursor", {"type": "string"}, "The `next` of the page before."),
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/members/{number}/vouchers",
        name="list_vouchers",
        summary="A member's vouchers, newest first",
        handle=vouchers,
        answer=VouchersView,
        query=_PAGE,
        codes=("member_unknown",),
    ),
    Route(
        method="POST",
        path="/v1/voucher-checks",
        name="check_voucher",
        summary="Whether a voucher can be used on a bill, and what it saves there; nothing is changed",
        handle=check,
        body=VoucherCheck,
        answer=VoucherCheckView,
        codes=(Code.VOUCHER_UNKNOWN, Code.VOUCHER_REFUSED, "store_unknown", "out_of_scope"),
    ),
)

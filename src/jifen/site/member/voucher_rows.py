"""Vouchers of a member: what each is good for, until when, where it stands, and its code."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from markupsafe import Markup

from jifen.api.vouchers import in_words, reward_of
from jifen.mall.voucher_codes import code_of, grouped
from jifen.mall.vouchers import VoucherRow, read_voucher
from jifen.pages import figures, naming
from jifen.site.member.mall_cards import place_of
from jifen.site.member.own import wallet_of
from jifen.site.visit import Visit
from jifen.store.queries import q
from jifen.values.ids import Id, cell_of, parse_id
from jifen.values.periods import local_day


class Voucher(msgspec.Struct, frozen=True):
    """A voucher as its holder sees it. worth: what it takes off; last: its last day; code: in groups."""

    id: str
    title: Markup
    place: str
    worth: str
    terms: str
    state: str
    last: date
    locked_until: datetime | None
    bill: Id | None
    redemption: str
    issued_at: datetime
    code: str
    presses: bool


PRESSING_DAYS = 7
"""From so many days before its last one on, a voucher's date presses."""


async def vouchers_called(visit: Visit, ids: Sequence[str]) -> list[Voucher]:
    """The member's own vouchers of these ids, in their order; those that are another's are left out."""
    if not ids:
        return []
    wallet = wallet_of(visit)
    wanted = [parse_id(one) for one in ids]
    asked = [cell_of(wallet)] * len(wanted), [wallet] * len(wanted), wanted
    rows: Any = await visit.house.pool.fetch(q("needs_voucher"), *asked)
    found = {row["id"]: voucher_of(visit, read_voucher(row)) for row in rows}
    return [found[one] for one in wanted if one in found]


def voucher_of(visit: Visit, row: VoucherRow) -> Voucher:
    """The voucher as its holder sees it now."""
    program, words = visit.program, visit.words
    reward = reward_of(program, row)
    chinese, english = in_words(program, row)
    merchant = program.merchants_by_id.get(row.merchant)
    state = row.standing(visit.now)
    last = local_day(row.expires_at - figures.AN_INSTANT, program.zone)
    return Voucher(
        id=str(row.id),
        title=naming.said_in(words, reward.title, reward.title_en) if reward else Markup.escape(row.reward),
        place=place_of(visit, merchant.code if merchant else None),
        worth=_worth(visit, row),
        terms=english if words.language == "en" else chinese,
        state=state,
        last=last,
        locked_until=row.locked_until if state == "locked" else None,
        bill=row.bill,
        redemption=str(row.redemption),
        issued_at=row.issued_at,
        code=grouped(code_of(visit.house.vault, row.id)),
        presses=state == "issued" and (last - visit.today).days <= PRESSING_DAYS,
    )


def _worth(visit: Visit, row: VoucherRow) -> str:
    terms, t = row.terms, visit.words.t
    match terms.type:
        case "save":
            return figures.yuan(terms.save_fen)
        case "percent":
            return str(t("vouchers.percent", percent=terms.percent or 0))
        case "item":
            return str(t("vouchers.item"))
        case "freight":
            return str(t("vouchers.freight", amount=figures.yuan(terms.save_fen)))

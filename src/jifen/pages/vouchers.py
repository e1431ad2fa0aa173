"""Vouchers and bookings: what a voucher saves and where, what happens when one does not come, in words."""

from datetime import datetime

from markupsafe import Markup

from jifen.pages import days, figures, naming
from jifen.pages.goods import goods_of
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.definition import RuleSet
from jifen.rules.rewards import Slots, VoucherTerms
from jifen.values.periods import local_day


def voucher_of(
    terms: VoucherTerms, expires_at: datetime, program: Program, whole: RuleSet, words: Words
) -> Markup:
    """All that a voucher promises: what it saves, where and when, beside what, and its last day."""
    said = [_saves(terms, words)]
    if terms.lines is not None and terms.type != "item":
        said.append(words.t("voucher.lines", goods=goods_of(terms.lines, words)))
    if terms.merchants:
        said.append(
            words.t("voucher.merchants", merchants=naming.merchants_of(terms.merchants, program, words))
        )
    if terms.stores:
        said.append(words.t("when.stores", stores=days.stores_of(terms.stores, program, words)))
    said.append(naming.when_of(terms.when, program, whole, words))
    said.append(words.t("voucher.stacks") if terms.stacks else words.t("voucher.alone"))
    if not terms.with_points:
        said.append(words.t("voucher.no_points"))
    last = local_day(expires_at - figures.AN_INSTANT, program.zone)
    said.append(words.t("voucher.until", day=words.full_day(last)))
    return words.joined(said)


def _saves(terms: VoucherTerms, words: Words) -> Markup:
    least = words.t("when.minimum", amount=figures.yuan(terms.minimum_fen)) if terms.minimum_fen else ""
    match terms.type:
        case "save":
            what = words.t("voucher.save", amount=figures.yuan(terms.save_fen))
        case "percent":
            what = words.t("voucher.percent", percent=terms.percent or 0)
        case "item":
            goods = goods_of(terms.lines, words) if terms.lines is not None else words.t("goods.any")
            what = words.t("voucher.item", goods=goods)
        case "freight":
            what = words.t("voucher.freight", amount=figures.yuan(terms.save_fen))
    most = words.t("voucher.most", amount=figures.yuan(terms.most_fen)) if terms.most_fen is not None else ""
    return words.joined([least, what, most])


def policy_of(slots: Slots, words: Words) -> Markup:
    """What happens when a booking is cancelled, by whom and when, or nobody comes (SCENARIOS S26)."""
    hours, minutes = slots.cancel_hours, slots.closing_minutes
    said = [words.t("slot.cancel", hours, hours=hours) if hours else words.t("slot.cancel_any")]
    said.append(words.t("slot.late_used") if slots.no_show == "forfeit" else words.t("slot.late_back"))
    said.append(words.t("slot.merchant"))
    if minutes:
        said.append(words.t("slot.closes", minutes, minutes=minutes))
    return words.joined(said, "slot.join")

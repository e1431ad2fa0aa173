"""Billed: what paid a purchase beside money, what an open bill waits for, and what a return gave back."""

from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.events.event import read_purchase, read_refund
from jifen.pages import figures
from jifen.pages.words import Words
from jifen.till.bill import read_content


def paid(entry: Entry, words: Words) -> list[Markup]:
    """What a purchase cost, and which part vouchers, points and money paid of it."""
    bought = read_purchase(entry.event)
    tenders = bought.tenders
    if tenders is None:
        return [words.t("did.purchase", amount=figures.yuan(bought.amount))]
    said = [words.t("did.purchase", amount=figures.yuan(bought.goods + tenders.freight))]
    if tenders.freight:
        said.append(words.t("bill.freight", amount=figures.yuan(tenders.freight)))
    if tenders.vouchers:
        saved = sum(one.saved for one in tenders.vouchers)
        count = len(tenders.vouchers)
        said.append(words.t("bill.vouchers", count, count=count, amount=figures.yuan(saved)))
    if tenders.points:
        points, pays = figures.whole(tenders.points), figures.yuan(tenders.pays)
        said.append(words.t("bill.points", points=points, amount=pays))
    if tenders.cash:
        said.append(words.t("bill.cash", amount=figures.yuan(tenders.cash)))
    else:
        said.append(words.t("bill.no_cash"))
    if tenders.bill == entry.id:
        # A till without the network has no bill of its own: what it reports later is paid by itself.
        said.append(words.t("bill.offline"))
    return said


def is_bill(entry: Entry) -> bool:
    """Whether an entry opens a bill, with points that it holds or without any."""
    return entry.kind in (Kind.HOLD, Kind.BILL) and '"basket":' in entry.explanation


def opened(entry: Entry, until: Markup, words: Words) -> list[Markup]:
    """What an open bill waits for. until: the end of its hold; empty where it holds no points."""
    content = read_content(entry.explanation)
    said = [words.t("bill.opened", amount=figures.yuan(content.due))]
    if until:
        said.append(words.t("did.hold", until=until))
    if content.vouchers:
        count = len(content.vouchers)
        said.append(words.t("bill.locked", count, count=count))
    return said


def given_back(entry: Entry, words: Words) -> list[Markup]:
    """What a return of a bill gave back of each of its tenders; nothing: it was of none."""
    back = read_refund(entry.explanation)
    if back is None:
        return []
    said = []
    if back.cash:
        said.append(words.t("bill.cash_back", amount=figures.yuan(back.cash)))
    if back.points:
        said.append(words.t("bill.points_back", points=figures.whole(back.points)))
    if back.vouchers:
        count = len(back.vouchers)
        said.append(words.t("bill.vouchers_back", count, count=count))
    if back.charged:
        said.append(words.t("bill.charged", amount=figures.yuan(back.charged)))
    if back.clawed:
        said.append(words.t("did.return", points=figures.whole(back.clawed)))
    return said

"""Ordered: rewards that were redeemed alone or together, and the steps of their orders."""

from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.mall.ordering import Stepped, read_stepped
from jifen.mall.orders import By
from jifen.mall.rewarding import Redeemed, read_redeemed
from jifen.pages import figures, naming
from jifen.pages.reading import Seen
from jifen.pages.remembered import moment, reward_title, rules_of
from jifen.pages.words import Words

BY_WHOM: tuple[By, ...] = ("member", "merchant", "operator")
"""At whose word an order may be cancelled."""


def redeemed_of(entry: Entry) -> Redeemed:
    """The reward that an entry paid for; without a reward where it paid for none."""
    return read_redeemed(entry.explanation) if '"reward"' in entry.explanation else Redeemed()


def redeemed(seen: Seen, told: Redeemed, words: Words) -> Markup:
    """What was redeemed, when it is for, and what was to be paid beside the points."""
    title = reward_title(seen.program, told.rules, told.reward, words)
    key = "did.reward" if told.count == 1 else "did.rewards"
    said = [words.t(key, title=title, count=figures.whole(told.count))]
    if told.slot is not None:
        said.append(words.t("order.slot", at=moment(seen, told.slot, words)))
    if told.cash_fen:
        said.append(words.t("order.cash", amount=figures.yuan(told.cash_fen * told.count)))
    if told.shared is not None:
        said.append(words.t("order.shared", points=figures.whole(told.shared)))
    return words.joined(said)


def donated(seen: Seen, told: Redeemed, points: int, words: Words) -> Markup:
    """What points were given for."""
    title = reward_title(seen.program, told.rules, told.reward, words)
    return words.t("order.donated", title=title, points=figures.whole(points))


def booked(seen: Seen, told: Redeemed, words: Words) -> Markup:
    """What was booked for money alone."""
    title = reward_title(seen.program, told.rules, told.reward, words)
    said = [words.t("order.booked", title=title)]
    if told.slot is not None:
        said.append(words.t("order.slot", at=moment(seen, told.slot, words)))
    if told.cash_fen:
        said.append(words.t("bill.cash", amount=figures.yuan(told.cash_fen * told.count)))
    return words.joined(said)


def step_of(entry: Entry) -> Stepped | None:
    """The step of an order that an entry is about; None: it is about something else."""
    about = (Kind.ORDER, Kind.REVERSE, Kind.COMPENSATE)
    return read_stepped(entry.explanation) if entry.kind in about else None


def stepped(seen: Seen, entry: Entry, told: Stepped, points: int, words: Words) -> Markup:
    """How far an order came, and what came back of it. points: that came back in this wallet."""
    title = reward_title(seen.program, told.rules, told.reward, words)
    if entry.kind is Kind.COMPENSATE:
        return words.t("order.made_good", title=title, remedy=_remedy(seen, told, words))
    if told.step == "cancel":
        said = [words.t(f"order.cancel_{told.by}", title=title)]
    else:
        said = [words.t(f"order.{told.step}", title=title)]
    if entry.kind is Kind.REVERSE:
        said.append(words.t("order.back", points=figures.whole(points)))
    if told.kept:
        said.append(words.t("order.kept"))
    if told.back_fen:
        said.append(words.t("order.cash_back", amount=figures.yuan(told.back_fen)))
    return words.joined(said)


def _remedy(seen: Seen, told: Stepped, words: Words) -> Markup:
    """What the published remedy is called."""
    whole = rules_of(seen.program, told.rules)
    remedy = whole.remedies.get(told.remedy) if whole else None
    return naming.said_in(words, remedy.title, remedy.title_en) if remedy else words.t("did.compensate")

"""Rewarded: which reward points paid for, and at which of its prices."""

from markupsafe import Markup

from jifen.books.entries import Entry
from jifen.books.legs import Kind
from jifen.engine.command import moved
from jifen.mall.rewarding import read_redeemed
from jifen.pages import figures, naming
from jifen.pages.explaining import Told
from jifen.pages.remembered import reward_of, reward_title, rules_of
from jifen.pages.words import Words
from jifen.parties.programs import Program


def rewarded(program: Program, entry: Entry, words: Words) -> Told | None:
    """The reward of a redemption, and how its points come about; None: there is none.

    Where another price held than the usual one, it says which and when that holds.
    """
    if entry.kind is not Kind.REDEEM:
        return None
    redeemed = read_redeemed(entry.explanation)
    if not redeemed.reward:
        return None
    title = reward_title(program, redeemed.rules, redeemed.reward, words)
    reward = reward_of(program, redeemed.rules, redeemed.reward)
    whole = rules_of(program, redeemed.rules)
    unit = words.unit(program.units[entry.unit])
    each = words.t("reward.each", points=figures.whole(redeemed.points), unit=unit)
    if redeemed.count > 1:
        each = words.joined([each, words.t("reward.count", count=figures.whole(redeemed.count))])
    said = [each]
    if reward is not None and whole is not None:
        if redeemed.price is not None:
            when = naming.when_of(reward.prices[redeemed.price].when, program, whole, words)
            usual = words.t("reward.usual", points=figures.whole(reward.points))
            said = [words.t("sum.when", when=when, sum=each) if when else each, usual]
        if reward.threshold is not None and not redeemed.points:
            said = [words.t("reward.benefit", points=figures.whole(reward.threshold), unit=unit)]
    if redeemed.cash_fen:
        said.append(words.t("order.cash", amount=figures.yuan(redeemed.cash_fen * redeemed.count)))
    if redeemed.shared is not None:
        said.append(words.t("order.shared", points=figures.whole(redeemed.shared)))
    points, _, _ = moved(entry.kind, entry.legs)
    return Told(redeemed.reward, title, points, Markup(), words.joined(said))

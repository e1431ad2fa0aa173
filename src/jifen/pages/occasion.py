"""An occasion: one purchase or act as the rules of then saw it, and the words in which it is told."""

import msgspec

from jifen.books.entries import Entry
from jifen.books.explanation import Explanation
from jifen.events.earning import facts_of
from jifen.events.then import facts_then
from jifen.pages.words import Words
from jifen.parties.programs import Program
from jifen.rules.award import Facts, Line
from jifen.rules.compiled import CompiledRules, Used

Rest = tuple[int, tuple[Line, ...]]
"""What is left of a basket: fen, and lines."""


class Occasion(msgspec.Struct, frozen=True):
    """What an explanation is told of. used: the counters before it, and what was left of budgets."""

    program: Program
    rules: CompiledRules
    facts: Facts
    used: Used
    words: Words


def facts_left(program: Program, purchase: Entry, stored: Explanation, rest: Rest) -> Facts:
    """What the rules read of what is left of a purchase, with all else as it was then."""
    then = facts_then(program, purchase, stored)
    amount, lines = rest
    facts = facts_of(program, program.stores.get(then.store), then.at, amount, lines, None)
    facts.channel, facts.payment, facts.held = then.channel, then.payment, then.held
    return facts


def used_then(stored: Explanation) -> Used:
    """The counters that the rules read, as they were before it."""
    return {(name, period): value for name, period, value in stored.read}

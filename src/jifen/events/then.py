"""The facts of then: what rules read of an event when it was booked, found again from its entry."""

from jifen.books.entries import Entry
from jifen.books.explanation import Explanation
from jifen.books.legs import Kind
from jifen.events.earning import facts_of
from jifen.events.event import lines_of, read_act, read_purchase
from jifen.parties.programs import Program
from jifen.rules.award import Facts


def facts_then(program: Program, entry: Entry, stored: Explanation) -> Facts:
    """What the rules read of a purchase or an act. Of the person it is only known which conditions held."""
    if entry.kind is Kind.ACT:
        done = read_act(entry.event)
        store = program.stores[done.store] if done.store else None
        facts = facts_of(program, store, entry.occurred_at, done.amount, (), done.act, done.code)
    else:
        bought = read_purchase(entry.event)
        store = program.stores[bought.store] if bought.store else None
        lines, how = lines_of(bought), (bought.channel, bought.payment)
        facts = facts_of(program, store, entry.occurred_at, bought.amount, lines, None, "", *how)
    facts.held = frozenset(stored.held)
    return facts

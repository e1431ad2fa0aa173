"""Parts of a basket: evaluated again with what was counted and held then, nobody has more than before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.rules.award import Award, Facts, Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import AnyRule, Conditions, Flat, Multiplier, PerAmount, Reached, Streak
from jifen.rules.when import Nth
from tests.engine.town import BEFORE, ZONE
from tests.rules.basket import compiled, facts, points
from tests.rules.basket import given as given_by
from tests.rules.worlds import RULES, events, whole

Parties = dict[tuple[str, str], int]


def can_only_shrink(rule: AnyRule) -> bool:
    """Whether a part of a basket can never earn more of a rule than the whole.

    Not so where something is limited from above (a maximum, a rate that falls, an expression that asks for
    less), and where rules leave each other something (groups, budgets, multipliers).
    """
    if isinstance(rule, Multiplier) or rule.group is not None or rule.budget is not None:
        return False
    if rule.when.maximum_fen is not None or rule.when.expression is not None:
        return False
    return not (isinstance(rule, PerAmount) and rule.brackets and rule.bracket_mode == "whole")


def parties(award: Award) -> Parties:
    """Points by rule and funder."""
    sums: Parties = {}
    for share in award.shares:
        sums[share.rule, share.funder] = sums.get((share.rule, share.funder), 0) + share.points
    return sums


def left_of(event: Facts, then: Award, lines: tuple[Line, ...], amount: int) -> Facts:
    """What is left of a basket, with whose conditions held then and nothing of the person."""
    return facts(
        None if lines else amount,
        *lines,
        at=event.at,
        merchant=event.merchant,
        store=event.store,
        channel=event.channel,
        evidence=event.evidence,
        held=frozenset(then.held),
    )


def smaller(line: Line, quantity: int) -> Line:
    """So many pieces of a line, at their share of what was paid."""
    kept = line.amount * quantity // line.quantity
    return Line(line.sku, line.category, quantity, kept, line.tags, line.brand, line.evidence)


@settings(max_examples=150, deadline=None)
@given(
    rules=st.lists(RULES.filter(can_only_shrink), min_size=1, max_size=8),
    event=events().filter(lambda event: event.act is None),
    used=st.dictionaries(
        st.sampled_from(
            [
                ("buys", "2026"),
                ("spend", "ever"),
                ("streak:day", "2026-11-17"),
                ("cap:r0", "ever"),
                ("once:r1", "ever"),
            ]
        ),
        st.integers(0, 60),
    ),
    data=st.data(),
)
def test_nobody_has_more_of_a_part_than_of_the_whole(
    rules: list[AnyRule], event: Facts, used: dict[tuple[str, str], int], data: st.DataObject
) -> None:
    """By rule and by who pays, return after return: so each return takes back, and none gives."""
    ready = CompiledRules(whole(rules), 1, BEFORE, ZONE)
    then = ready.evaluate(event, used)
    read = {counter: value for counter, value in then.read.items() if value}
    lines, amount, before = event.lines, event.amount, parties(then)
    assert parties(ready.evaluate(left_of(event, then, lines, amount), read)) == before
    for _ in range(3):
        kept = [smaller(line, data.draw(st.integers(0, line.quantity))) for line in lines]
        lines = tuple(line for line in kept if line.quantity)
        amount = 0 if event.lines else data.draw(st.integers(0, amount))
        after = parties(ready.evaluate(left_of(event, then, lines, amount), read))
        assert all(before.get(party, 0) >= points for party, points in after.items())
        before = after


@settings(max_examples=150, deadline=None)
@given(
    rules=st.lists(RULES, min_size=1, max_size=12),
    event=events(),
    used=st.dictionaries(st.sampled_from([("buys", "ever"), ("cap:r0", "day")]), st.integers(0, 60)),
)
def test_evaluated_again_the_whole_gives_the_same(
    rules: list[AnyRule], event: Facts, used: dict[tuple[str, str], int]
) -> None:
    """From what the entry keeps alone: counters that were read, and whose conditions held."""
    ready = CompiledRules(whole(rules), 1, BEFORE, ZONE)
    used |= {("budget:fund", "left"): 21}
    then = ready.evaluate(event, used)
    read = {counter: value for counter, value in then.read.items() if value}
    left = left_of(event, then, event.lines, event.amount)
    left.act, left.code = event.act, event.code
    again = ready.evaluate(left, read)
    assert (again.shares, again.counts, again.drawn) == (then.shares, then.counts, then.drawn)
    assert again.held == then.held


def test_a_streak_and_a_spend_are_found_again_in_what_was_read() -> None:
    """A part of the purchase that completed them keeps their points, as long as it still does."""
    rules = compiled(
        Streak(id="row", points=30, length=3),
        Reached(id="goal", points=50, spend_fen=10_000),
        Flat(id="third", points=5, when=Conditions(nth=Nth(per="year", every=3))),
    )
    used = {
        ("streak:month", "2026-10"): 2,
        ("streak:month", "2026-09"): 1,
        ("spend", "2026-11"): 9_000,
        ("buys", "2026"): 2,
    }
    then = rules.evaluate(facts(3_000), used)
    assert {counter: value for counter, value in then.read.items() if value} == used
    assert given_by(then) == {"row": 30, "goal": 50, "third": 5}
    assert points(rules, facts(1_000), then.read) == {"row": 30, "goal": 50, "third": 5}
    assert points(rules, facts(999), then.read) == {"row": 30, "third": 5}
    assert points(rules, facts(0), then.read) == {}
    assert then.counts[("once:row", "2026-11")] == 1

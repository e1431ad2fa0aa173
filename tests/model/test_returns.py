"""Returns: whatever basket, rules and pieces in which it comes back, in the end all is as it was before."""

from collections import Counter
from datetime import timedelta

import msgspec
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jifen.books.legs import Account
from jifen.books.refusals import Refusal
from jifen.rules.award import Facts, Line
from jifen.rules.definition import RuleSet
from jifen.values.ids import SeriesId
from jifen.values.periods import Rolling, local_day
from tests.engine.town import START, ZONE
from tests.model.paper import Paper
from tests.model.strategies import PIECES, baskets, rule_sets

OTHERS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(("air", "sea")), baskets()), max_size=3)
CUTS = st.lists(PIECES, max_size=6)
AT = START + timedelta(days=40)


def before_and_after(paper: Paper, others: list[tuple[int, str, tuple[Line, ...]]], prefix: str) -> None:
    """Other purchases of the same member, which fill up caps."""
    for number, (day, store, lines) in enumerate(others):
        at = START + timedelta(days=day)
        paper.do(paper.orders.purchase(f"{prefix}{number}", "ann", at, AT, store=store, lines=lines))


def kept(paper: Paper, used: dict[tuple[str, str], int], store: str, lines: list[Line]) -> Counter[str]:
    """By rule, what the rules give for a basket with what was counted then."""
    amount = sum(line.amount for line in lines)
    if not lines:
        return Counter()
    facts = Facts(store, store, AT, local_day(AT, ZONE), amount, tuple(lines))
    award = paper.program.rules[0].evaluate(facts, used)
    return Counter({share.rule: share.points for share in award.shares})


def take(lines: list[Line], pieces: tuple[tuple[str, int], ...]) -> list[Line]:
    """A basket less some pieces, first line first; it is known that they are there."""
    left = list(lines)
    for sku, wanted in pieces:
        for place, line in enumerate(left):
            if line.sku == sku and wanted:
                taken = min(wanted, line.quantity)
                wanted -= taken
                stays = line.quantity - taken
                left[place] = Line(sku, line.category, stays, line.amount * stays // line.quantity, line.tags)
        left = [line for line in left if line.quantity]
    return left


@settings(deadline=None, max_examples=300)
@given(rules=rule_sets(), lines=baskets(), earlier=OTHERS, later=OTHERS, cuts=CUTS)
def test_what_is_clawed_back_sums_to_what_was_earned(
    rules: RuleSet,
    lines: tuple[Line, ...],
    earlier: list[tuple[int, str, tuple[Line, ...]]],
    later: list[tuple[int, str, tuple[Line, ...]]],
    cuts: list[tuple[tuple[str, int], ...]],
) -> None:
    """Per series and to the point, through broken thresholds, caps, firsts and multipliers.

    After each piece the member keeps exactly what the rest of the basket would have earned then. In the end
    lots and counters are as if the purchase had never been.
    """
    paper = Paper(rules)
    before_and_after(paper, earlier, "e")
    lots, counters = paper.lots(), paper.counters()
    paper.do(paper.orders.purchase("bought", "ann", AT, store="sea", lines=lines))
    counted = Counter(paper.counters())
    counted.subtract(counters)
    others = dict(paper.wallet.counters)
    before_and_after(paper, later, "l")
    after = Counter(paper.counters())
    after.subtract(others)
    others_lots = Counter(
        {
            one: sum(paper.moved("issued", f"l{number}")[one] for number in range(len(later)))
            for one in paper.lots()
        }
    )
    issued = paper.moved("issued", "bought")
    earned = sum(issued.values())
    assert earned == sum(kept(paper, counters, "sea", list(lines)).values())
    left, keys = list(lines), list[str]()
    for number, pieces in enumerate(cuts):
        key = f"b{number}"
        answer = paper.ask(paper.orders.give_back(key, "ann", AT, of="bought", lines=pieces))
        if isinstance(answer, Refusal):
            continue
        keys.append(key)
        left = take(left, pieces)
        assert answer.owed_more == 0
        back = -sum(paper.moved("clawed_back", *keys).values())
        assert earned - back == sum(kept(paper, counters, "sea", left).values())
    if left:
        paper.do(paper.orders.give_back("rest", "ann", AT, of="bought"))
        keys.append("rest")
    assert paper.moved("clawed_back", *keys) == Counter({one: -points for one, points in issued.items()})
    for leg in (leg for key in keys for leg in paper.entry(key).legs):
        assert (leg.account, leg.counterparty) == (Account.CLAWED_BACK, paper.program.merchants["sea"].id)
    expected = {one: lots.get(one, (0, 0, 0))[0] + others_lots[one] for one in {*lots, *others_lots}}
    assert paper.lots() == {one: (points, 0, 0) for one, points in expected.items() if points}
    final = Counter(paper.counters())
    final.subtract(counters)
    assert {c: n for c, n in final.items() if n} == {c: n for c, n in after.items() if n}
    gone = paper.ask(paper.orders.give_back("more", "ann", AT, of="bought"))
    assert isinstance(gone, Refusal)


@settings(deadline=None, max_examples=200)
@given(
    rules=rule_sets(),
    earlier=OTHERS,
    lines=baskets(),
    percent=st.integers(1, 100),
    steps=st.lists(
        st.tuples(st.booleans(), PIECES | st.just(()), st.sampled_from((1, 1, 2, 3, 10, 60))), max_size=12
    ),
)
def test_goods_and_points_that_come_back_in_any_order_leave_no_trace(
    rules: RuleSet,
    earlier: list[tuple[int, str, tuple[Line, ...]]],
    lines: tuple[Line, ...],
    percent: int,
    steps: list[tuple[bool, tuple[tuple[str, int], ...], int]],
) -> None:
    """Earned, spent with what was there before, and both taken back piece by piece, one or the other first.

    Every lot has what it had, with its dates and merchants; nothing is owed; counters are what they were.
    """
    lasting = [
        msgspec.structs.replace(rule, validity=Rolling(months=12 * place), pending_days=0)
        for place, rule in enumerate(rules.rules, start=1)
    ]
    paper = Paper(msgspec.structs.replace(rules, rules=tuple(lasting)))
    before_and_after(paper, earlier, "e")
    lots, counters = paper.lots(), paper.counters()
    paper.do(paper.orders.purchase("bought", "ann", AT, store="sea", lines=lines))
    available = paper.wallet.balance("point", AT).available
    assume(available >= 3)
    paper.do(paper.orders.redeem("spent", "ann", AT, points=max(1, available * percent // 100)))
    of = paper.entry("spent").id
    restored: list[str] = []
    for number, (goods, pieces, some) in enumerate(steps):
        if goods:
            paper.ask(paper.orders.give_back(f"b{number}", "ann", AT, of="bought", lines=pieces))
        elif not isinstance(
            paper.ask(paper.orders.restore(f"r{number}", "ann", AT, of=of, points=some)), Refusal
        ):
            restored.append(f"r{number}")
            out: dict[SeriesId, int] = {one: -paid for one, paid in paper.moved("redeemed", "spent").items()}
            back = paper.moved("redeemed", *restored)
            assert all(0 <= back[one] <= paid for one, paid in out.items())
    paper.ask(paper.orders.give_back("goods", "ann", AT, of="bought"))
    paper.ask(paper.orders.restore("points", "ann", AT, of=of))
    assert paper.lots() == lots
    assert paper.counters() == counters
    assert paper.wallet.balance("point", AT).owed == 0

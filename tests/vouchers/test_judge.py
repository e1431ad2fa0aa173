"""What a voucher saves on a bill, and for which reason it is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.refusals import Code, Refusal
from jifen.mall.vouchers import VoucherRow, judge, stamped
from jifen.rules.award import Facts
from jifen.rules.calendars import Weekdays
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import Person
from jifen.rules.rewards import VoucherTerms
from jifen.rules.when import Conditions, LineFilter
from jifen.values.ids import hashed_id
from tests.vouchers.market import CALENDARS, NOW, bill, line, market, reward, voucher

MARKET = market()
BILL = hashed_id("bill", "1")


def judged(
    row: VoucherRow, facts: Facts, *, freight: int = 0, points: bool = False, left: int | None = None,
    others: tuple[VoucherRow, ...] = (), now: datetime = NOW,
) -> int | Refusal:  # fmt: skip
    """What it saves, or the refusal."""
    return judge(row, MARKET, facts, facts.amount if left is None else left, freight, now, points, others)


def refused(told: int | Refusal, why: str) -> dict[str, Any]:
    """The facts of a refusal for that reason."""
    assert isinstance(told, Refusal), told
    assert told.code is Code.VOUCHER_REFUSED
    assert told.facts["why"] == why, told
    assert ": " in told.message
    return dict(told.facts)


SAVE = VoucherTerms(minimum_fen=10_000, save_fen=2_000)


def test_spend_x_save_y() -> None:
    """From the minimum on, and a fen less is refused with what is missing."""
    row = voucher(SAVE)
    assert judged(row, bill(10_000)) == 2_000
    assert judged(row, bill(123_456)) == 2_000
    facts = refused(judged(row, bill(9_999)), "minimum")
    assert (facts["minimum_fen"], facts["amount_fen"]) == (10_000, 9_999)


@pytest.mark.parametrize(
    ("amount", "percent", "most", "saves"),
    [
        (10_000, 10, None, 1_000),
        (10_000, 99, None, 9_900),
        (105, 10, None, 11),  # 10.5 fen: halves up
        (104, 10, None, 10),
        (1, 50, None, 1),
        (20_000, 10, 1_500, 1_500),
        (15_000, 10, 1_500, 1_500),
        (14_999, 10, 1_500, 1_500),
        (14_990, 10, 1_500, 1_499),
    ],
)
def test_percent(amount: int, percent: int, most: int | None, saves: int) -> None:
    """To the fen, halves up, at most so much."""
    assert (
        judged(voucher(VoucherTerms(type="percent", percent=percent, most_fen=most)), bill(amount)) == saves
    )


def test_an_item_is_the_dearest_piece_of_the_lines_meant() -> None:
    """Not of others; of three for a yuan, the larger share of 34 fen."""
    drinks = VoucherTerms(type="item", lines=LineFilter(categories=("drink",)))
    basket = (line("soup", 9_900, 1, "food"), line("tea", 1_500, 2, "drink"), line("juice", 700, 1, "drink"))
    assert judged(voucher(drinks), bill(0, *basket)) == 750
    assert judged(voucher(drinks), bill(0, line("cola", 100, 3, "drink"))) == 34
    refused(judged(voucher(drinks), bill(0, basket[0])), "lines")
    refused(judged(voucher(drinks), bill(5_000)), "lines")
    capped = VoucherTerms(type="item", lines=LineFilter(categories=("drink",)), most_fen=500)
    assert judged(voucher(capped), bill(0, *basket)) == 500


def test_freight_is_saved_up_to_the_amount() -> None:
    """Of the delivery alone; where none is to be paid the voucher is not wasted."""
    row = voucher(VoucherTerms(type="freight", save_fen=1_000, minimum_fen=5_000))
    assert judged(row, bill(5_000), freight=800) == 800
    assert judged(row, bill(5_000), freight=1_200) == 1_000
    refused(judged(row, bill(5_000)), "freight")
    refused(judged(row, bill(4_999), freight=800), "minimum")


def test_the_minimum_is_of_the_lines_meant() -> None:
    """What else is in the basket does not help."""
    row = voucher(VoucherTerms(save_fen=500, minimum_fen=2_000, lines=LineFilter(skus=("tea",))))
    assert judged(row, bill(0, line("tea", 2_000), line("soup", 9_000))) == 500
    refused(judged(row, bill(0, line("tea", 1_999), line("soup", 9_000))), "minimum")


def test_at_another_merchant_or_store_it_is_refused() -> None:
    """Without a word about places it is good at its reward's merchant (S04); with one, there."""
    assert judged(voucher(SAVE), bill(10_000, store="noodles-2")) == 2_000
    assert refused(judged(voucher(SAVE), bill(10_000, store="tea-1")), "merchant")["merchants"] == "noodles"
    both = voucher(VoucherTerms(save_fen=100, merchants=("noodles", "tea")))
    assert judged(both, bill(10_000, store="tea-1")) == 100
    store = voucher(VoucherTerms(save_fen=100, stores=("noodles-2",)))
    assert judged(store, bill(10_000, store="noodles-2")) == 100
    assert refused(judged(store, bill(10_000)), "store")["stores"] == "noodles-2"


def test_a_reward_of_any_merchant_gives_a_voucher_that_is_good_anywhere() -> None:
    """Unless its terms say where."""
    anywhere = reward("off", merchant=None)
    assert stamped(SAVE, anywhere) == SAVE
    row = msgspec.structs.replace(voucher(SAVE), terms=stamped(SAVE, anywhere))
    assert judged(row, bill(10_000, store="tea-1")) == 2_000


@pytest.mark.parametrize(
    ("when", "why", "condition"),
    [
        (Conditions(weekdays=(1, 2)), "time", "weekday"),
        (Conditions(calendars=("holiday",)), "time", "calendar"),
        (Conditions(since=NOW + timedelta(seconds=1)), "time", "since"),
        (Conditions(until=NOW), "time", "until"),
        (Conditions(channels=("app",)), "channel", "channel"),
        (Conditions(minimum_fen=20_000), "minimum", "minimum"),
        (Conditions(lines=LineFilter(skus=("tea",))), "lines", "lines"),
        (Conditions(tiers=("gold",)), "member", "tier"),
        (Conditions(invited=True), "member", "invited"),
    ],
)
def test_further_conditions_say_which_of_them_does_not_hold(
    when: Conditions, why: str, condition: str
) -> None:
    """Compiled as prices are, so they read calendars, baskets and people alike."""
    row = voucher(VoucherTerms(save_fen=100, when=when))
    assert (
        refused(judged(row, bill(10_000, line("soup", 10_000), channel="till")), why)["condition"]
        == condition
    )


def test_calendars_are_those_of_its_issue() -> None:
    """A later version says that weekends are Mondays; what was promised for weekends is good on Saturday."""
    row = voucher(VoucherTerms(save_fen=100, when=Conditions(calendars=("weekend",))))
    first = MARKET.rules[0]
    mondays = {**CALENDARS, "weekend": Weekdays(weekdays=(1,))}
    later = CompiledRules(
        msgspec.structs.replace(first.definition, calendars=mondays), 2, first.since, first.zone
    )
    changed = msgspec.structs.replace(MARKET, rules=(first, later))
    assert judge(row, changed, bill(10_000), 10_000, 0, NOW, False, ()) == 100
    fresh = msgspec.structs.replace(row, rules=2)
    refused(judge(fresh, changed, bill(10_000), 10_000, 0, NOW, False, ()), "time")


def test_conditions_that_hold() -> None:
    """On a weekend, by one who was invited."""
    terms = VoucherTerms(save_fen=100, when=Conditions(calendars=("weekend",), invited=True))
    invited = Person(inviter=str(hashed_id("wallet", "bob")))
    assert judged(voucher(terms), bill(10_000, person=invited)) == 100
    monday = NOW + timedelta(days=2)
    refused(judged(voucher(terms), bill(10_000, at=monday, person=invited)), "time")


def test_beside_points_and_other_vouchers() -> None:
    """Two go together only where both stack; none twice."""
    alone, no_points = voucher(SAVE), voucher(VoucherTerms(save_fen=1, with_points=False))
    assert judged(alone, bill(10_000), points=True) == 2_000
    refused(judged(no_points, bill(10_000), points=True), "points")
    stack = VoucherTerms(save_fen=300, stacks=True)
    one, other = voucher(stack), voucher(stack, id=hashed_id("voucher", "2"))
    assert judged(one, bill(10_000), others=(other,)) == 300
    refused(judged(one, bill(10_000), others=(one,)), "twice")
    lone = voucher(SAVE, id=hashed_id("voucher", "3"))
    refused(judged(one, bill(10_000), others=(lone,)), "stacking")
    refused(judged(lone, bill(10_000), others=(one,)), "stacking")


def test_states() -> None:
    """A lock holds until its deadline and not a moment longer; no job frees it, nor lapses a voucher."""
    until = NOW + timedelta(minutes=30)
    held = voucher(SAVE, state="locked", bill=BILL, locked_until=until)
    assert refused(judged(held, bill(10_000)), "locked")["locked_until"] == until.isoformat()
    assert judged(held, bill(10_000), now=until) == 2_000
    assert [held.standing(at) for at in (NOW, until)] == ["locked", "issued"]
    assert held.held_by(BILL)
    assert not held.held_by(hashed_id("bill", "2"))
    refused(judged(voucher(SAVE, state="spent", bill=BILL), bill(10_000)), "spent")
    refused(judged(voucher(SAVE, state="returned"), bill(10_000)), "returned")
    old = voucher(SAVE, expires_at=NOW)
    refused(judged(old, bill(10_000)), "lapsed")
    assert old.standing(NOW) == "lapsed"
    # A quote's instant decides its date (R06), though it is later now.
    assert judged(old, bill(10_000, at=NOW - timedelta(seconds=1)), now=NOW) == 2_000


def test_a_bill_that_is_paid_already_does_not_waste_it() -> None:
    """Vouchers before it left nothing, or less than it saves."""
    assert judged(voucher(SAVE), bill(10_000), left=500) == 500
    refused(judged(voucher(SAVE), bill(10_000), left=0), "nothing")


fen = st.integers(0, 10**9)
terms = st.one_of(
    st.builds(VoucherTerms, save_fen=fen, minimum_fen=fen),
    st.builds(
        VoucherTerms,
        type=st.just("percent"),
        percent=st.integers(1, 99),
        most_fen=st.none() | fen,
    ),
    st.builds(VoucherTerms, type=st.just("item"), lines=st.just(LineFilter()), most_fen=st.none() | fen),
    st.builds(VoucherTerms, type=st.just("freight"), save_fen=fen, minimum_fen=fen),
)
lines = st.lists(st.builds(line, st.just("x"), fen, st.integers(1, 1000)), max_size=5)


@given(terms, fen, lines, fen, fen)
def test_it_never_saves_more_than_is_to_be_paid_nor_less_than_nothing(
    promised: VoucherTerms, amount: int, basket: list[Any], left: int, freight: int
) -> None:
    """Of whatever terms, on whatever bill."""
    facts = bill(amount, *basket)
    left = min(left, facts.amount)
    told = judged(voucher(promised), facts, freight=freight, left=left)
    if isinstance(told, int):
        assert 0 < told <= (freight if promised.type == "freight" else left)
        assert promised.most_fen is None or told <= promised.most_fen


@given(st.integers(1, 99), st.integers(1, 10**12))
def test_percent_is_the_nearest_fen(percent: int, amount: int) -> None:
    """Never off by more than half a fen."""
    told = judged(voucher(VoucherTerms(type="percent", percent=percent)), bill(amount))
    if isinstance(told, int):
        assert abs(2 * (100 * told - percent * amount)) <= 100
    else:
        assert percent * amount < 50


def test_a_day_is_that_of_the_programme() -> None:
    """Monday begins at midnight in Shanghai, four in the afternoon before in London."""
    mondays = voucher(VoucherTerms(save_fen=100, when=Conditions(weekdays=(1,))))
    before, after = (
        datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 11, 22, 16, 0, tzinfo=UTC),
    )
    refused(judged(mondays, bill(10_000, at=before)), "time")
    assert judged(mondays, bill(10_000, at=after)) == 100

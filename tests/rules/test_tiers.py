"""Tiers: reached at once, kept for a time, put down at a review, and lost again with the goods."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from jifen.rules.person import Standing
from jifen.rules.tiers import (
    Tier,
    Tiers,
    after_earning,
    after_return,
    due,
    kept_until,
    level,
    rank,
    reviewed,
    total,
    window,
)

LEVELS = (
    Tier(code="silver", title="银卡", at=100_000),
    Tier(code="gold", title="金卡", at=500_000, keep_at=300_000),
    Tier(code="black", title="黑卡", at=2_000_000),
)
YEARLY = Tiers(levels=LEVELS, grace_days=30)
MONTHLY = Tiers(levels=LEVELS, window="months", months=12)
FOR_EVER = Tiers(levels=LEVELS, window="ever")
DAY = date(2026, 3, 15)


def test_a_level_is_reached_at_once_and_kept_to_the_end_of_next_year() -> None:
    """999.99 yuan are not silver, 1 000.00 are."""
    assert after_earning(YEARLY, Standing(), 99_999, DAY) is None
    reached = after_earning(YEARLY, Standing(), 100_000, DAY)
    assert reached == Standing("silver", DAY, date(2027, 12, 31), "")
    assert after_earning(YEARLY, Standing(), 2_500_000, DAY) == Standing("black", DAY, date(2027, 12, 31), "")


def test_reaching_the_same_level_again_keeps_it_longer() -> None:
    """Gold of 2026, reached again in 2027, is kept to the end of 2028; a lower count takes nothing."""
    gold = Standing("gold", DAY, date(2027, 12, 31), "silver")
    again = after_earning(YEARLY, gold, 500_000, date(2027, 5, 1))
    assert again == Standing("gold", DAY, date(2028, 12, 31), "silver")
    assert after_earning(YEARLY, gold, 100_000, date(2027, 5, 1)) is None


def test_the_windows() -> None:
    """A year; the last twelve months, this one counted, across the new year; ever."""
    assert window(YEARLY, DAY) == [("tier", "2026")]
    months = [period for _, period in window(MONTHLY, DAY)]
    assert (months[0], months[2], months[3], months[11], len(months)) == (
        "2026-03",
        "2026-01",
        "2025-12",
        "2025-04",
        12,
    )
    assert window(FOR_EVER, DAY) == [("tier", "ever")]
    counters = {("tier", "2026-03"): 5, ("tier", "2025-04"): 7, ("tier", "2025-03"): 100, ("buys", "ever"): 9}
    assert total(MONTHLY, DAY, counters) == 12
    assert kept_until(MONTHLY, date(2026, 2, 28)) == date(2027, 2, 28)
    assert kept_until(FOR_EVER, DAY) is None


def test_the_review_comes_after_the_grace() -> None:
    """31 December and 30 days of grace: the review is on 31 January, and never for who has no level."""
    gold = Standing("gold", DAY, date(2027, 12, 31), "silver")
    assert due(YEARLY, gold) == date(2028, 1, 31)
    assert due(YEARLY, Standing()) is None
    assert due(FOR_EVER, Standing("gold", DAY, None)) is None
    assert due(Tiers(levels=LEVELS, downgrade="never"), gold) is None


def test_what_keeps_a_level_is_less_than_what_reaches_it() -> None:
    """Gold is kept with 3 000 yuan; with less it falls to what was reached, or by one level at most."""
    gold = Standing("gold", DAY, date(2027, 12, 31), "silver")
    assert reviewed(YEARLY, gold, 300_000) == Standing("gold", DAY, date(2028, 12, 31), "silver")
    assert reviewed(YEARLY, gold, 299_999) == Standing("silver", date(2028, 1, 1), date(2028, 12, 31), "")
    assert reviewed(YEARLY, gold, 0) == Standing("", date(2028, 1, 1), None, "")
    by_one = Tiers(levels=LEVELS, downgrade="one_level")
    black = Standing("black", DAY, date(2027, 12, 31), "gold")
    assert reviewed(by_one, black, 0).tier == "gold"
    assert reviewed(by_one, Standing("silver", DAY, date(2027, 12, 31)), 0).tier == ""


def test_a_level_goes_with_the_goods_that_reached_it() -> None:
    """The purchase that made the member gold comes back: silver again. An older level is not touched."""
    gold = Standing("gold", DAY, date(2027, 12, 31), "silver")
    assert after_return(YEARLY, gold, 200_000, DAY) == Standing("silver", DAY, date(2027, 12, 31), "")
    assert after_return(YEARLY, gold, 500_000, DAY) is None
    assert after_return(YEARLY, gold, 200_000, date(2026, 4, 1)) is None
    leapt = Standing("black", DAY, date(2027, 12, 31), "silver")
    assert after_return(YEARLY, leapt, 600_000, DAY) == Standing("gold", DAY, date(2027, 12, 31), "silver")


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000), st.sampled_from(["", "silver", "gold", "black"]))
def test_earning_never_lowers_and_a_review_never_raises(first: int, second: int, tier: str) -> None:
    """Whatever was reached before."""
    standing = Standing(tier, DAY, date(2027, 12, 31)) if tier else Standing()
    earned = after_earning(YEARLY, standing, first, DAY) or standing
    assert rank(YEARLY, earned.tier) >= max(rank(YEARLY, tier), rank(YEARLY, level(YEARLY, first)))
    if earned.tier:
        after = reviewed(YEARLY, earned, second)
        assert rank(YEARLY, after.tier) <= rank(YEARLY, earned.tier)
        assert rank(YEARLY, after.tier) >= min(rank(YEARLY, earned.tier), rank(YEARLY, level(YEARLY, second)))

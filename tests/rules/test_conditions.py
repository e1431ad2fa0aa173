"""When a rule applies, why it gives nothing where it does not, and how long its points live."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jifen.rules.award import Facts
from jifen.rules.definition import Cap, Conditions, Flat, Multiplier, PerAmount, Rate
from jifen.values.periods import Active, CalendarYear, Never, Rolling, Validity
from tests.rules.basket import BASE, NOON, compiled, facts, points

MIDNIGHT = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)  # the 18th begins in Shanghai
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("when", "holds", "fails", "why"),
    [
        (Conditions(merchants=("air", "sea")), facts(500), facts(500, merchant="mall"), "merchant"),
        (Conditions(stores=("air",)), facts(500), facts(500, store="sea"), "store"),
        (Conditions(weekdays=(3,)), facts(500), facts(500, at=NOON + timedelta(days=1)), "weekday"),
        (Conditions(month_days=(8, 18)), facts(500), facts(500, at=NOON + timedelta(days=10)), "month_day"),
        (
            Conditions(dates=(date(2026, 11, 18),)),
            facts(500),
            facts(500, at=NOON + timedelta(days=365)),
            "date",
        ),
        (Conditions(minimum_fen=500), facts(500), facts(499), "minimum"),
        (Conditions(since=NOON), facts(500), facts(500, at=NOON - MOMENT), "since"),
        (Conditions(until=NOON), facts(500, at=NOON - MOMENT), facts(500), "until"),
        (
            Conditions(month_days=(18,)),
            facts(500, at=MIDNIGHT),
            facts(500, at=MIDNIGHT - MOMENT),
            "month_day",
        ),
    ],
)
def test_a_condition_and_its_reason(when: Conditions, holds: Facts, fails: Facts, why: str) -> None:
    """The last instant within and the first without; days are those of the programme's zone."""
    rules = compiled(Flat(id="bonus", points=5, when=when))
    assert points(rules, holds) == {"bonus": 5}
    award = rules.evaluate(fails, {}, explain=True)
    assert award.shares == []
    assert award.missed == [("bonus", why)]
    assert rules.evaluate(fails, {}).missed == []


def test_all_conditions_that_are_given_must_hold() -> None:
    """The first that does not is the reason."""
    rules = compiled(
        Flat(id="bonus", points=5, when=Conditions(merchants=("air",), weekdays=(3,), minimum_fen=100))
    )
    assert points(rules, facts(500)) == {"bonus": 5}
    award = rules.evaluate(facts(50, at=NOON + timedelta(days=1)), {}, explain=True)
    assert award.missed == [("bonus", "weekday")]


def test_every_rule_that_gives_nothing_says_why() -> None:
    """In the order in which they run."""
    rules = compiled(
        Multiplier(id="double", factor="2"),
        PerAmount(id="none", rate=Rate(0, 1)),
        Flat(id="first", points=5, once="ever"),
        Flat(id="capped", points=5, caps=(Cap(5, "day"),)),
        Flat(id="elsewhere", points=5, when=Conditions(merchants=("sea",))),
        Flat(id="given", points=5),
    )
    used = {("once:first", "ever"): 1, ("cap:capped", "2026-11-18"): 5}
    award = rules.evaluate(facts(500), used, explain=True)
    assert [share.rule for share in award.shares] == ["given"]
    assert award.missed == [
        ("none", "nothing"),
        ("first", "once"),
        ("capped", "cap"),
        ("elsewhere", "merchant"),
        ("double", "nothing"),
    ]


END_OF_30_DAYS = datetime(2026, 12, 18, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("validity", "pending", "matures", "expires", "idle"),
    [
        (None, 0, None, END_OF_30_DAYS, None),
        (None, 7, datetime(2026, 11, 24, 16, tzinfo=UTC), END_OF_30_DAYS, None),
        (None, 60, datetime(2027, 1, 16, 16, tzinfo=UTC), datetime(2027, 1, 17, 16, tzinfo=UTC), None),
        (None, 31, datetime(2026, 12, 18, 16, tzinfo=UTC), datetime(2026, 12, 19, 16, tzinfo=UTC), None),
        (None, 30, datetime(2026, 12, 17, 16, tzinfo=UTC), END_OF_30_DAYS, None),
        (Never(), 7, datetime(2026, 11, 24, 16, tzinfo=UTC), None, None),
        (Active(months=12), 0, None, None, 12),
        (Active(months=12), 7, datetime(2026, 11, 24, 16, tzinfo=UTC), None, 12),
        (CalendarYear(), 0, None, datetime(2027, 12, 31, 16, tzinfo=UTC), None),
        (Rolling(months=1, to="month_end"), 0, None, datetime(2026, 12, 31, 16, tzinfo=UTC), None),
    ],
)
def test_how_long_points_live(
    validity: Validity | None,
    pending: int,
    matures: datetime | None,
    expires: datetime | None,
    idle: int | None,
) -> None:
    """A rule's own validity before that of the set; points that mature always live for a day at least."""
    rules = compiled(PerAmount(id="base", rate=Rate(1, 100), validity=validity, pending_days=pending))
    (share,) = rules.evaluate(facts(500), {}).shares
    promise = share.promise
    assert (promise.matures_at, promise.expires_at, promise.idle_months) == (matures, expires, idle)


def test_unit_and_funder_are_those_of_the_rule() -> None:
    """The set's unit where the rule names none."""
    rules = compiled(BASE, Flat(id="green", points=3, unit="green", funder="operator"), unit="mile")
    shares = {share.rule: (share.unit, share.funder) for share in rules.evaluate(facts(500), {}).shares}
    assert shares == {"base": ("mile", "merchant"), "green": ("green", "operator")}

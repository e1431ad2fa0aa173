"""What a change means for members is found by comparing, whatever its author calls it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jifen.programs.changes import Weighed, weigh
from jifen.programs.definition import AuthorityPlan, Programme, StorePlan, UnitPlan
from jifen.programs.measures import Exact, Life, Measure, More, Steps, Wide, compared
from jifen.programs.regulation import regulation
from jifen.rules.calendars import Weekdays
from jifen.rules.definition import Act, Bracket, Cap, Flat, PerAmount, Rate, Referral, Reminders
from jifen.rules.rewards import Limit, Price, Reward
from jifen.rules.when import Conditions, LineFilter, Nth
from jifen.values.periods import Active, CalendarYear, Never, Rolling, Sweep, Validity, last_day

from .villages import (
    NOW,
    shorter,
    village,
    with_merchant,
    with_reward,
    with_rule,
    with_rules,
    with_terms,
    with_unit,
)

Turn = Callable[[Programme], Programme]


def weighed(old: Programme, new: Programme, members: int = 10, at: datetime = NOW) -> Weighed:
    """A change announced now and in force soon."""
    return weigh(
        old,
        new,
        published_at=at,
        valid_from=at + timedelta(days=60),
        members=members,
        law=regulation(),
    )


def base(**changes: object) -> Turn:
    """A change of the first rule."""
    return lambda programme: with_rule(programme, 0, **changes)


def when(**changes: object) -> Turn:
    """A change of its conditions."""
    return lambda programme: with_rule(
        programme, 0, when=msgspec.structs.replace(programme.rules.rules[0].when, **changes)
    )


def reward(**changes: object) -> Turn:
    """A change of the reward."""
    return lambda programme: with_reward(programme, **changes)


def rules(**changes: object) -> Turn:
    """A change of the rule set."""
    return lambda programme: with_rules(programme, **changes)


def terms(**changes: object) -> Turn:
    """A change of the terms."""
    return lambda programme: with_terms(programme, **changes)


def tier(index: int, **changes: object) -> Turn:
    """A change of a tier."""

    def turn(programme: Programme) -> Programme:
        tiers = programme.rules.tiers
        assert tiers is not None
        levels = list(tiers.levels)
        levels[index] = msgspec.structs.replace(levels[index], **changes)
        return with_rules(programme, tiers=msgspec.structs.replace(tiers, levels=tuple(levels)))

    return turn


SATURDAYS = {"sat": Weekdays(weekdays=(6,))}

# Name, change, its weight, the weight of its inverse.
ONE_WAY: list[tuple[str, Turn, str, str]] = [
    ("points live shorter", shorter, "adverse", "favourable"),
    ("to the day instead of the month's end", rules(validity=Rolling(months=12)), "adverse", "favourable"),
    ("points live for ever", rules(validity=Never()), "favourable", "adverse"),
    ("points come back without grace", rules(grace_days=0), "adverse", "favourable"),
    ("a rule's own validity", base(validity=Rolling(days=30)), "adverse", "favourable"),
    ("reminders end", rules(reminders=None), "adverse", "favourable"),
    ("one reminder less", rules(reminders=Reminders(days_before=(30,))), "major", "favourable"),
    ("points are worth less", lambda one: with_unit(one, offset_fen=50), "adverse", "favourable"),
    ("a dearer reward", reward(points=3500), "adverse", "favourable"),
    ("a smaller bag of rice", reward(value_fen=2500), "adverse", "favourable"),
    ("a member day for the reward", reward(prices=(Price(points=2500, when=Conditions(month_days=(8,))),)),
     "favourable", "adverse"),
    ("fewer bags a month", reward(limits=(Limit(1, "month"),)), "major", "favourable"),
    ("no limit", reward(limits=()), "favourable", "major"),
    ("for gold alone", reward(when=Conditions(tiers=("gold",))), "major", "favourable"),
    ("the reward is gone", rules(rewards=()), "major", "offer"),
    ("a lower rate", base(rate=Rate(1, 200)), "major", "favourable"),
    ("one category earns nothing", base(rates={"FUEL": Rate(0, 1)}), "major", "favourable"),
    ("rounded up", base(rounding="ceiling"), "favourable", "major"),
    ("more above a hundred yuan", base(brackets=(Bracket(10_000, Rate(2, 100)),), bracket_mode="whole"),
     "major", "major"),
    ("a lower cap", base(caps=(Cap(300, "day"),)), "major", "favourable"),
    ("another cap", base(caps=(Cap(500, "day"), Cap(2000, "month"))), "major", "favourable"),
    ("no cap", base(caps=()), "favourable", "major"),
    ("once a day", base(once="day"), "major", "favourable"),
    ("pending for a week", base(pending_days=7), "major", "favourable"),
    ("on Sundays", when(weekdays=(7,)), "major", "favourable"),
    ("from ten yuan", when(minimum_fen=1000), "major", "favourable"),
    ("at one merchant", when(merchants=("shop",)), "major", "favourable"),
    ("for goods of one kind", base(lines=LineFilter(categories=("RICE",))), "major", "favourable"),
    ("only the first purchase", when(nth=Nth(exactly=(1,))), "major", "favourable"),
    ("until New Year's Eve", when(until=datetime(2027, 2, 5, tzinfo=UTC)), "major", "favourable"),
    ("a rule is gone", lambda one: with_rules(one, rules=one.rules.rules[1:]), "major", "offer"),
    ("nothing earns any more", rules(rules=()), "adverse", "offer"),
    ("gold is harder", tier(1, at=600_000), "major", "favourable"),
    ("gold is harder to keep", tier(1, keep_at=550_000), "major", "favourable"),
    ("gold has a benefit", tier(1, benefits=("免费磨面",)), "favourable", "major"),
    ("shorter notice is promised", terms(notice_days=14), "major", "favourable"),
    ("referrals pay", rules(referral=Referral()), "offer", "major"),
    ("calendars narrow", lambda one: when(calendars=("sat",))(with_rules(one, calendars=SATURDAYS)), "major",
     "favourable"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("turn", "there", "back"), [row[1:] for row in ONE_WAY], ids=[row[0] for row in ONE_WAY]
)
def test_a_change_and_its_inverse_weigh_as_the_law_says(turn: Turn, there: str, back: str) -> None:
    """What is worse one way is better the other, and never both favourable."""
    old = village()
    new = turn(old)
    assert weighed(old, new).weight == there
    assert weighed(new, old).weight == back


def by_points(programme: Programme) -> Programme:
    """Tiers count points instead of money."""
    tiers = programme.rules.tiers
    assert tiers is not None
    return with_rules(programme, tiers=msgspec.structs.replace(tiers, by="points"))


NEITHER: list[tuple[str, Turn, str]] = [
    ("another clause", terms(clauses=("积分商城周一休息。",)), "ordinary"),
    ("another operator", terms(operator="青禾供销社"), "ordinary"),
    ("other words for a rule", base(title="每元一分"), "neutral"),
    ("another contact", terms(contact="村委会二楼"), "neutral"),
    ("another payer", base(funder="operator"), "neutral"),
    ("a higher threshold for many members", terms(many_members=10**9), "neutral"),
    ("tiers count another way", by_points, "major"),
    ("other days", when(weekdays=(6,)), "major"),
    ("another expression", when(expression="facts.amount > 100"), "major"),
]  # fmt: skip


@pytest.mark.parametrize(("turn", "weight"), [row[1:] for row in NEITHER], ids=[row[0] for row in NEITHER])
def test_what_is_neither_better_nor_worse(turn: Turn, weight: str) -> None:
    """What cannot be told is taken for the worse; what is only worded otherwise weighs nothing."""
    old = village()
    assert weighed(old, turn(old)).weight == weight
    back = weighed(turn(old), old).weight
    assert (
        back in ("neutral", "favourable")
        if weight == "neutral"
        else back in ("ordinary", "major", "favourable")
    )


def test_no_change_is_neutral_and_needs_nothing() -> None:
    """And neither does the first version of all."""
    found = weighed(village(), village())
    assert (found.weight, found.days, found.changes) == ("neutral", 0, ())
    first = weigh(None, village(), published_at=NOW, valid_from=NOW, members=0, law=regulation())
    assert (first.weight, first.earliest) == ("neutral", NOW)


def test_what_is_added_beside_is_an_offer() -> None:
    """A campaign's rule, a reward, a merchant, a store, a unit: nothing that stood gets worse."""
    old = village()
    new = with_rules(
        old,
        rules=(*old.rules.rules, Flat(id="spring", points=5)),
        rewards=(*old.rules.rewards, Reward(code="oil", title="油", points=5000)),
        acts=(Act(code="survey", title="问卷"),),
    )
    new = msgspec.structs.replace(
        new, units=(*new.units, UnitPlan(code="green", name="绿色积分", offset_points=100, offset_fen=0))
    )
    new = with_merchant(new, 0, stores=(*new.merchants[0].stores, StorePlan(code="shop-2", name="村尾")))
    found = weighed(old, new)
    assert found.weight == "offer"
    assert {change.kind for change in found.changes} == {"rule", "reward", "act", "unit"}
    assert found.days == 0


def test_a_rule_that_takes_from_others_is_no_offer() -> None:
    """Where it joins a group of which the first gives, or draws on a budget that another draws on."""
    old = village()
    grouped = with_rule(with_rules(old, groups={"one": "first"}), 0, group="one")
    joined = with_rules(grouped, rules=(*grouped.rules.rules, Flat(id="x", points=1, group="one")))
    assert weighed(grouped, joined).weight == "ordinary"
    drawing = with_rules(old, rules=(*old.rules.rules, Flat(id="x", points=1, budget="harvest")))
    assert weighed(old, drawing).weight == "ordinary"


def test_what_is_over_by_then_may_go() -> None:
    """A campaign that ended is cleared away without notice; one that runs is not."""
    old = village()
    without = with_rules(old, rules=old.rules.rules[:1], campaigns=(), budgets=())
    assert weighed(old, without).weight == "major"
    later = weigh(
        old,
        without,
        published_at=NOW,
        valid_from=datetime(2027, 7, 1, tzinfo=UTC),
        members=10,
        law=regulation(),
    )
    assert later.weight == "neutral"


def test_many_members_make_an_ordinary_change_a_major_one() -> None:
    """From the threshold on, which a new version cannot lift above the old one's."""
    old = village()
    new = with_terms(old, clauses=("积分商城周一休息。",), many_members=10**9)
    few, many = weighed(old, new, members=999), weighed(old, new, members=1000)
    assert (few.weight, few.days) == ("ordinary", 7)
    assert (many.weight, many.days) == ("major", 15)


def test_a_programme_may_promise_longer_notice_and_never_shorter_than_the_law() -> None:
    """S01: thirty days by default; what is promised holds until it is no longer promised."""
    old = village()
    longer = with_terms(old, notice_days=60)
    assert weighed(longer, shorter(longer)).days == 60
    assert weighed(longer, shorter(old)).days == 60
    seven = with_terms(old, notice_days=7)
    found = weighed(seven, shorter(seven))
    assert (found.days, found.article) == (30, "消费者权益保护法实施条例 第21条")


def test_the_days_are_those_in_force_on_the_day_of_the_notice() -> None:
    """Before the rule of fifteen days held, seven were enough for the same change."""
    old = village()
    new = with_rule(old, 0, rate=Rate(1, 200))
    before = weighed(old, new, at=datetime(2026, 1, 20, tzinfo=UTC))
    after = weighed(old, new, at=datetime(2026, 2, 20, tzinfo=UTC))
    assert (before.days, after.days) == (7, 15)


def test_closing_and_leaving_weigh_most_and_end_on_days_of_their_own() -> None:
    """The version itself may hold at once; taking either back is favourable."""
    old = village()
    closing = with_terms(old, closes_on=date(2027, 3, 31))
    leaving = with_merchant(old, 1, leaves_on=date(2027, 3, 31))
    for new, how in ((closing, "closing"), (leaving, "leaving")):
        found = weighed(old, new)
        assert (found.weight, found.days) == ("adverse", 0)
        (change,) = found.changes
        assert (change.how, change.until, change.days) == (how, date(2027, 3, 31), 30)
        assert weighed(new, old).weight == "favourable"


def test_an_authority_that_grants_less_is_told_of() -> None:
    """S21: what a token may grant is part of what is promised."""
    both = AuthorityPlan(code="city", name="市", key={"kty": "OKP"}, grants=("trusted", "rescuer"))
    old = msgspec.structs.replace(village(), authorities=(both,))
    new = msgspec.structs.replace(old, authorities=(msgspec.structs.replace(both, grants=("trusted",)),))
    assert weighed(old, new).weight == "ordinary"


# Properties.

VALIDITIES = st.one_of(
    st.builds(
        Rolling, months=st.integers(0, 40), days=st.integers(0, 400), to=st.sampled_from(["day", "month_end"])
    ),
    st.builds(CalendarYear, after=st.integers(0, 5)),
    st.builds(Active, months=st.integers(1, 40)),
    st.builds(Sweep, month=st.integers(1, 12), day=st.integers(1, 31), minimum_days=st.integers(0, 400)),
    st.just(Never()),
)
RATES = st.builds(Rate, points=st.integers(0, 5), fen=st.sampled_from([1, 100, 150, 1000]))
SETS = st.sets(st.sampled_from(["a", "b", "c"])).map(lambda found: tuple(sorted(found)))
CONDITIONS = st.builds(
    Conditions,
    channels=SETS,
    payments=SETS,
    weekdays=st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))),
    minimum_fen=st.integers(0, 3),
    maximum_fen=st.none() | st.integers(10, 12),
    invited=st.none() | st.booleans(),
    anniversary=st.sampled_from([None, "day", "month"]),
)
RULES = st.builds(
    PerAmount,
    id=st.just("base"),
    rate=RATES,
    rates=st.dictionaries(st.sampled_from(["X", "Y"]), RATES),
    brackets=st.lists(st.builds(Bracket, from_fen=st.integers(0, 4), rate=RATES), max_size=2).map(tuple),
    caps=st.lists(
        st.builds(Cap, points=st.integers(1, 3), per=st.sampled_from(["day", "month"])), max_size=2
    ).map(tuple),
    once=st.sampled_from([None, "day", "ever"]),
    pending_days=st.integers(0, 2),
    validity=st.none() | VALIDITIES,
    when=CONDITIONS,
)
REWARDS = st.builds(
    Reward,
    code=st.just("rice"),
    title=st.just("大米"),
    points=st.integers(1, 4),
    value_fen=st.integers(0, 3),
    prices=st.lists(st.builds(Price, points=st.integers(0, 4), when=CONDITIONS), max_size=1).map(tuple),
    limits=st.lists(st.builds(Limit, count=st.integers(1, 3), per=st.just("day")), max_size=1).map(tuple),
    when=CONDITIONS,
)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    """Villages of many kinds."""
    one = with_rules(
        village(),
        rules=(draw(RULES),),
        validity=draw(VALIDITIES),
        rewards=(draw(REWARDS),) if draw(st.booleans()) else (),
        grace_days=draw(st.integers(0, 2)),
    )
    return with_unit(one, offset_fen=draw(st.integers(0, 3)))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(programmes(), programmes())
def test_a_change_and_its_inverse_are_never_both_for_the_better(one: Programme, other: Programme) -> None:
    """Term by term; and only what is the same on both sides weighs nothing."""
    there, back = weighed(one, other), weighed(other, one)
    mild = ("neutral", "offer", "favourable")
    kinds = {
        "better": "worse", "worse": "better", "mixed": "mixed", "added": "dropped", "dropped": "added"
    }  # fmt: skip
    inverse = {(one.kind, one.code, one.term): one.how for one in back.changes}
    for change in there.changes:
        assert inverse[(change.kind, change.code, change.term)] == kinds[change.how]
    assert len(inverse) == len(there.changes)
    assert not (there.weight in mild and back.weight in mild) or not there.changes


@settings(max_examples=60, deadline=None)
@given(programmes())
def test_no_programme_changes_against_itself(one: Programme) -> None:
    """Also one that was written to JSON and read again."""
    again = msgspec.json.decode(msgspec.json.encode(one), type=Programme)
    assert weighed(one, again).changes == ()


@given(VALIDITIES, VALIDITIES)
@settings(max_examples=80, deadline=None)
def test_a_validity_that_is_not_worse_never_ends_earlier(old: Validity, new: Validity) -> None:
    """Compared day by day with what the books stamp."""
    since = date(2026, 11, 1)
    verdict = compared(Life(old, since), Life(new, since))
    for offset in range(0, 800, 13):
        day = since + timedelta(days=offset)
        before, after = last_day(old, day), last_day(new, day)
        if verdict in ("same", "better"):
            assert after is None or (before is not None and after >= before)


def test_measures_of_another_kind_are_neither() -> None:
    """So that a rule that becomes another kind of rule never counts as better."""
    kinds: list[Measure] = [More(Fraction(1)), Steps(((0, Fraction(1)),)), Wide(None), Exact("a")]
    for one in kinds:
        for other in kinds:
            assert compared(one, other) == ("same" if one is other else "mixed")

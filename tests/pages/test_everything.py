"""One programme with every kind of rule and every condition: whatever happens in it can be explained."""

from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.pages.words import LANGUAGES
from jifen.parties.programs import Evidence, Program
from jifen.rules.award import Line
from jifen.rules.calendars import MonthDays, NthWeekday
from jifen.rules.definition import AnyRule, Budget, Cap, Conditions, Flat, Multiplier, PerAmount, Rate
from jifen.rules.person import Anniversary, Person, Standing, Token
from tests.pages.telling import AT, booked, program, whole
from tests.pages.test_days import MARKETS
from tests.pages.test_kinds import KINDS
from tests.pages.test_reasons import CASES, CODE, JULY, evidence


def named(number: int, rule: AnyRule) -> AnyRule:
    """The rule under a name of its own."""
    return msgspec.structs.replace(rule, id=f"r{number}", title="")


def options() -> dict[str, Any]:
    """All that the rules refer to."""
    found: dict[str, Any] = {"calendars": {"fair": MARKETS, "last": MonthDays(last=True)}}
    for case in CASES.values():
        for field, value in case.options.items():
            if field not in ("leavings", "calendars"):
                found[field] = value
    found["calendars"]["sunday"] = NthWeekday(weekday=7, nth=-1)
    found["groups"] = {"best": "best", "first": "first"}
    found["budgets"] = (Budget(code="fair", points=1000),)
    return found


RULES: tuple[AnyRule, ...] = (
    *(named(100 + number, rule) for number, (rule, _, _, _) in enumerate(KINDS)),
    *(named(200 + number, case.rule) for number, case in enumerate(CASES.values())),
    Flat(id="first1", points=4, group="first", priority=2, when=Conditions(calendars=("last", "fair"))),
    Flat(id="first2", points=6, group="first", caps=(Cap(9, "month"),)),
    PerAmount(id="cents", rate=Rate(1, 3), rounding="half_up", budget="fair", caps=(Cap(900, "event"),)),
    Multiplier(id="acts", factor="1.5", of=("r200", "cents")),
    Multiplier(id="all", factor="2.25", group="best"),
)
PROOFS = (evidence(AT + timedelta(days=9)), Evidence("X1", "fsc", "FSC", JULY, AT))
HERE: Program = program(*RULES, evidence=PROOFS, **options())

WORDS = st.sampled_from(["SNACK", "DRINK", "PRODUCE", "HOME"])
LINES = st.lists(
    st.builds(
        Line,
        st.sampled_from(["薯片", "可乐", "<b>"]),
        WORDS,
        st.integers(1, 9),
        st.integers(0, 90_000),
        st.sampled_from([(), ("有机",), ("环保",)]),
        st.just(""),
        st.sampled_from(["", CODE, "X1", "nowhere"]),
    ),
    max_size=5,
).map(tuple)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
PEOPLE = st.builds(
    Person,
    st.one_of(st.none(), DAYS),
    st.sampled_from([Standing(), Standing("gold"), Standing("silver")]),
    st.sampled_from([(), ("churn-risk",)]),
    st.sampled_from([(), (Token("city", "trusted", AT + timedelta(days=1), "t1"),)]),
    st.sampled_from([(), (Anniversary("self", "self", 11, 21), Anniversary("pet", "p", 10, 13, True))]),
    st.sampled_from(["", "w"]),
)


def counted(number: int) -> dict[tuple[str, str], int]:
    """Every counter that the rules may read, at one value."""
    asked = [*HERE.rules[0].reads(AT.date(), "L1"), ("budget:fair", "left")]
    return dict.fromkeys(asked, number) if number else {}


@settings(deadline=None, max_examples=150)
@given(
    lines=LINES,
    amount=st.integers(0, 300_000),
    act=st.sampled_from([None, "lecture", "bill", "survey"]),
    code=st.sampled_from(["", "L1"]),
    channel=st.sampled_from(["", "app"]),
    payment=st.sampled_from(["", "ecny"]),
    store=st.sampled_from(["liuhe", "qingshi", "muyan1"]),
    person=PEOPLE,
    number=st.integers(0, 3),
    days=st.integers(0, 40),
)
def test_every_rule_is_either_given_or_told_why_not(
    lines: Any, act: str | None, number: int, days: int, **bought: Any
) -> None:
    """In both languages, with a sentence each; and a member is never told of more than an operator."""
    bought["lines"] = () if act else lines
    entry = booked(HERE, act=act, used=counted(number), at=AT + timedelta(days=days), **bought)
    for language in LANGUAGES:
        told = whole(HERE, entry, language, every=True)
        assert {one.rule for one in (*told.given, *told.missed)} == {rule.id for rule in RULES}
        assert all(one.said for one in (*told.given, *told.missed))
        assert all("<b>" not in one.said for one in (*told.given, *told.missed))
        assert all(one.points > 0 and not one.reason for one in told.given)
        assert all(one.points == 0 and one.reason for one in told.missed)
        member = whole(HERE, entry, language)
        assert member.given == told.given
        assert member.missed == tuple(one for one in told.missed if one.concerns)
        for one in told.given:
            assert sum(points for _, points in one.funding) == one.points

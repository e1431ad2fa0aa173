"""Returns: what is left is judged with the facts of the purchase, not with those of the return."""

from jifen.books.explanation import explained
from jifen.books.legs import Kind
from jifen.engine.view import Booked
from jifen.events.event import return_content
from jifen.rules.definition import Conditions, Flat, PerAmount, Rate
from jifen.rules.person import Person, Standing
from tests.pages.telling import AT, BASE, booked, entry_of, program, said, whole

GOLD = Person(standing=Standing("gold"))
TRIPLE = PerAmount(
    id="gold",
    title="金卡",
    rate=Rate(3, 100),
    when=Conditions(tiers=("gold",), channels=("app",), payments=("ecny",)),
)
BIG = Flat(id="big", title="满百", points=10, when=Conditions(minimum_fen=10_000, tiers=("gold",)))


def test_what_held_of_the_person_then_still_holds_of_the_rest() -> None:
    """Nobody asks which tier the member has today, how it was paid, or through which channel."""
    here = program(BASE, TRIPLE, BIG)
    purchase = booked(here, amount=12_000, person=GOLD, channel="app", payment="ecny")
    lost = explained(1, 0, {"base": -50, "gold": -150, "big": -10})
    back = entry_of(Kind.RETURN, return_content("k", (), 5_000, AT).decode(), lost, no=2, reverses=1)
    found = whole(here, back, purchase=Booked(purchase, (back,)))
    assert said(found.given) == {
        "基础": "退货之后还得 70",
        "金卡": "退货之后还得 210",
        "满百": "退货之后：这单 ¥70.00，差 ¥30.00",
    }
    assert found.total == -210


def test_a_return_whose_purchase_is_not_at_hand_says_what_went() -> None:
    """The points of each rule, without a reason."""
    here = program(BASE)
    lost = explained(1, 0, {"base": -50})
    back = entry_of(Kind.RETURN, return_content("k", (), 5_000, AT).decode(), lost, no=2, reverses=1)
    found = whole(here, back)
    assert [(one.rule, one.points, str(one.said)) for one in found.given] == [("base", -50, "")]


def test_an_entry_of_rules_that_are_not_known_here_names_them() -> None:
    """By their ids, with what they gave."""
    stored = explained(9, 0, {"base": 50})
    entry = entry_of(Kind.PURCHASE, '{"store":"liuhe","amount":5000}', stored)
    found = whole(program(BASE), entry)
    assert [(one.title, one.points) for one in found.given] == [("base", 50)]
    assert (found.version, found.since, found.missed) == (9, None, ())

"""Groups, budgets and funding: who competes, what is left, and who pays."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.rules.definition import Budget, Cap, Conditions, Flat, Funding, Multiplier, PerAmount, Rate
from jifen.rules.funding import dealt
from tests.rules.basket import BASE, compiled, facts, points, why

USED = {("budget:fund", "left"): 31}
"""30 points are left."""


def test_the_best_of_a_group_gives_alone() -> None:
    """Ten points, or one a yuan: whichever is more for this basket; of equals the higher priority."""
    rules = compiled(
        Flat(id="gift", points=10, group="offer"),
        PerAmount(id="amount", rate=Rate(1, 100), group="offer", priority=1),
        Flat(id="apart", points=1),
        groups={"offer": "best"},
    )
    assert points(rules, facts(500)) == {"gift": 10, "apart": 1}
    assert why(rules, facts(500)) == {"amount": "group"}
    assert points(rules, facts(2000)) == {"amount": 20, "apart": 1}
    assert points(rules, facts(1000)) == {"amount": 10, "apart": 1}


def test_the_first_of_a_group_gives_alone() -> None:
    """By priority, then as written; one that does not hold makes way, and its own reason is said."""
    rules = compiled(
        Flat(id="plain", points=50, group="offer"),
        Flat(id="vip", points=5, group="offer", priority=9, when=Conditions(minimum_fen=1000)),
        Flat(id="sea", points=7, group="offer", priority=5, when=Conditions(merchants=("sea",))),
        groups={"offer": "first"},
    )
    assert points(rules, facts(1000)) == {"vip": 5}
    assert why(rules, facts(1000)) == {"plain": "group", "sea": "merchant"}
    assert points(rules, facts(999)) == {"plain": 50}
    assert why(rules, facts(999)) == {"vip": "minimum", "sea": "merchant"}
    assert points(rules, facts(999, merchant="sea")) == {"sea": 7}


def test_who_loses_uses_up_nothing() -> None:
    """Neither its cap, its once nor its budget; but what was read of them is kept."""
    rules = compiled(
        Flat(id="loser", points=9, group="offer", once="day", caps=(Cap(20, "day"),), budget="fund"),
        Flat(id="winner", points=10, group="offer", once="day"),
        groups={"offer": "best"},
        budgets=(Budget(code="fund", points=100),),
    )
    award = rules.evaluate(facts(500), USED)
    assert award.counts == {("once:winner", "2026-11-18"): 1}
    assert award.drawn == {}
    assert ("cap:loser", "2026-11-18") in award.read
    assert points(rules, facts(500), {("once:winner", "2026-11-18"): 1}) == {"loser": 9}


def test_multipliers_compete_with_gifts() -> None:
    """Double points or 30 more; what is multiplied is given before."""
    rules = compiled(
        Multiplier(id="double", factor="2", group="offer"),
        Flat(id="gift", points=30, group="offer"),
        BASE,
        groups={"offer": "best"},
    )
    assert points(rules, facts(2000)) == {"base": 20, "gift": 30}
    assert points(rules, facts(5000)) == {"base": 50, "double": 50}


def test_two_multipliers_of_a_group_do_not_add_up() -> None:
    """The better one gives, the other one rests."""
    rules = compiled(
        BASE,
        Multiplier(id="silver", factor="1.2", group="tier"),
        Multiplier(id="gold", factor="1.5", group="tier"),
        Multiplier(id="day", factor="2"),
        groups={"tier": "best"},
    )
    assert points(rules, facts(1000)) == {"base": 10, "gold": 5, "day": 10}


def test_a_budget_gives_what_is_left() -> None:
    """Two rules share it in their order; it is noted as read only where it mattered."""
    rules = compiled(
        PerAmount(id="base", rate=Rate(1, 100), budget="fund"),
        Flat(id="gift", points=8, budget="fund"),
        Flat(id="free", points=1),
        budgets=(Budget(code="fund", points=1000),),
    )
    assert rules.budgets == ("fund",)
    for fen, gives, noted in (
        (2000, {"base": 20, "gift": 8}, False),
        (2200, {"base": 22, "gift": 8}, False),
        (2500, {"base": 25, "gift": 5}, True),
        (3000, {"base": 30}, True),
        (9000, {"base": 30}, True),
    ):
        award = rules.evaluate(facts(fen), USED)
        assert points(rules, facts(fen), USED) == gives | {"free": 1}
        assert award.drawn == {"fund": sum(gives.values())}
        assert award.read == (USED if noted else {})
    assert why(rules, facts(9000), USED) == {"gift": "budget"}
    assert why(rules, facts(9000), {("budget:fund", "left"): 1}) == {"base": "budget", "gift": "budget"}
    assert points(rules, facts(9000)) == {"base": 90, "gift": 8, "free": 1}


def test_who_shares_the_cost_has_a_share_each() -> None:
    """Two thirds the merchant, one third the operator; who pays nothing of a single point has no share."""
    funding = (Funding("merchant", 2), Funding("operator", 1))
    rules = compiled(PerAmount(id="base", rate=Rate(1, 100), funding=funding, caps=(Cap(100, "day"),)))
    shares = rules.evaluate(facts(900), {}).shares
    assert [(share.rule, share.funder, share.points) for share in shares] == [
        ("base", "merchant", 6),
        ("base", "operator", 3),
    ]
    assert [share.funder for share in rules.evaluate(facts(100), {}).shares] == ["merchant"]
    assert rules.evaluate(facts(900), {}).counts == {("cap:base", "2026-11-18"): 9}


def test_shared_points_are_multiplied_whole() -> None:
    """A multiplier sees what the rule gave, whoever paid."""
    funding = (Funding("merchant", 1), Funding("sea", 1))
    rules = compiled(PerAmount(id="base", rate=Rate(1, 100), funding=funding), Multiplier(id="x", factor="2"))
    assert points(rules, facts(500)) == {"base": 5, "x": 5}


@given(parts=st.lists(st.integers(1, 60), min_size=1, max_size=6), whole=st.integers(0, 5000))
def test_every_point_is_paid_by_somebody_and_none_comes_back_to_another(parts: list[int], whole: int) -> None:
    """The shares sum to the whole; one point more takes none from anybody; each is within one of its part."""
    funding = tuple(Funding(f"m{place}", part) for place, part in enumerate(parts))
    rules = compiled(PerAmount(id="base", rate=Rate(1, 1), funding=funding))

    def split(points: int) -> dict[str, int]:
        return {share.funder: share.points for share in rules.evaluate(facts(points), {}).shares}

    now, more = split(whole), split(whole + 1)
    assert sum(now.values()) == whole
    assert all(more[party] >= points for party, points in now.items())
    if len(parts) == 2:
        exact = Fraction(whole * parts[0], sum(parts))
        assert abs(now.get("m0", 0) - exact) < 1


@pytest.mark.parametrize("weights", [(1,), (2, 1), (3, 5, 7), (1, 1, 1, 1), (999, 1)])
def test_a_round_gives_each_party_its_weight(weights: tuple[int, ...]) -> None:
    """The last point of a round completes it."""
    turns = dealt(weights)
    assert len(turns) == sum(weights)
    last = [weight - have for weight, have in zip(weights, turns[-1], strict=True)]
    assert sorted(last) == [0] * (len(weights) - 1) + [1]

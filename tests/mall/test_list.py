"""The list of the mall: pages, filters, search in Chinese, what one can afford, and one reward in full."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.mall.searching import Index, terms
from jifen.rules.award import Facts
from jifen.rules.calendars import Weekdays
from jifen.rules.compiled import CompiledRules
from jifen.rules.definition import Flat, RuleSet
from jifen.rules.person import Person, Standing, Token
from jifen.rules.pricing import Pricing
from jifen.rules.rewards import Early, Price, Reward
from jifen.rules.when import Conditions, Nth
from tests.mall.stalls import REWARDS, ZONE, Stalls


def codes(told: Any) -> list[str]:
    """The rewards of a page."""
    return [one["code"] for one in told["rewards"]]


ALL = [reward.code for reward in REWARDS]


async def test_pages_follow_one_another_in_every_order(stalls: Stalls) -> None:
    """Three at a time are all there are, each once, as one page of all tells them."""
    assert codes(await stalls.mall()) == ALL
    told = await stalls.mall()
    assert told["categories"] == ["家电", "住宿", "服务", "票券", "公益", "食品"]
    assert told["categories_en"] == ["家电", "Stays", "Services", "票券", "公益", "食品"]
    assert {one["category"] for one in (await stalls.mall("q=stays"))["rewards"]} == {"住宿"}
    for sort in ("listed", "points", "-points", "value"):
        whole = codes(await stalls.mall(f"member=ann&sort={sort}"))
        found: list[str] = []
        query = f"member=ann&sort={sort}&limit=3"
        told = await stalls.mall(query)
        while True:
            found += codes(told)
            if told["next"] is None:
                break
            told = await stalls.mall(f"{query}&cursor={told['next']}")
        assert found == whole, sort
        assert sorted(found) == sorted(ALL)
    assert codes(await stalls.mall("sort=points"))[:3] == ["lounge", "school", "walk"]
    assert codes(await stalls.mall("sort=-points"))[0] == "tea"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=绿茶", ["tea"]),
        ("q=茶", ["tea"]),
        ("q=明前 绿茶", ["tea"]),
        ("q=ＧＲＥＥＮ", ["tea"]),
        ("q=Night view", ["night"]),
        ("q=景观的房", []),
        ("q=观景房", []),
        ("q=满100", ["coupon"]),
        ("q=服务", ["spa", "walk", "lounge"]),
        ("q=%25", []),
        ("q=", ALL),
        ("category=服务", ["spa", "walk", "lounge"]),
        ("category=服务&q=导览", ["walk"]),
        ("kind=voucher", ["coupon"]),
        ("merchant=sea", ["lamp", "spa", "walk", "tea", "lounge"]),
        ("category=无", []),
    ],
)
async def test_what_is_looked_for_is_found(stalls: Stalls, query: str, found: list[str]) -> None:
    assert codes(await stalls.mall(query)) == found


def test_a_row_of_chinese_letters_is_asked_for_in_pairs() -> None:
    assert terms("电影票 Gift") == ["电影", "影票", "gift"]
    assert terms("茶") == ["茶"]
    assert terms("满100减20") == ["满", "100", "减", "20"]
    rewards = [Reward(code="a", title="电影通票", points=1), Reward(code="b", title="影票电影", points=1)]
    assert Index(rewards).find("电影票") == {1}


async def test_what_the_member_can_afford(stalls: Stalls) -> None:
    """Points, limits, stock and conditions count; for nobody it cannot be said."""
    assert codes(await stalls.mall("member=ann&affordable=true")) == ALL
    await stalls.gives(310, "cat")
    assert codes(await stalls.mall("member=cat&affordable=true")) == [
        "lamp",
        "spa",
        "walk",
        "coupon",
        "school",
    ]
    await stalls.redeems("ann", "lamp", store="air-1", count=2)
    assert "lamp" not in codes(await stalls.mall("member=ann&affordable=true"))
    told = {one["code"]: one for one in (await stalls.mall("member=ann"))["rewards"]}
    assert (told["lamp"]["why_not"], told["lamp"]["left"]) == ("limit", 3)
    told = {one["code"]: one for one in (await stalls.mall("member=cat"))["rewards"]}
    assert (told["tea"]["why_not"], told["tea"]["missing"], told["tea"]["points"]) == ("points", 140, 450)
    assert (told["night"]["cash_fen"], told["spa"]["booked"]) == (5_000, True)
    assert (told["lounge"]["why_not"], told["lounge"]["missing"]) == ("threshold", 190)


async def test_a_limit_of_a_month_that_is_over_for_the_member(stalls: Stalls) -> None:
    """Ann had her two lamps of November and one of December; then the trial's clock is set back.

    Bob's first lamp is still under way: each of the two is told what holds, in one list as in another.
    """
    await stalls.redeems("ann", "lamp", store="air-1", count=2)
    await stalls.redeems("bob", "lamp", store="air-1")
    await stalls.at("2026-12-05 10:00")
    assert "lamp" in codes(await stalls.mall("member=ann&affordable=true"))
    await stalls.redeems("ann", "lamp", store="air-1")
    await stalls.at("2026-11-25 10:00")
    assert "lamp" not in codes(await stalls.mall("member=ann&affordable=true"))
    assert "lamp" in codes(await stalls.mall("member=bob&affordable=true"))
    told = await stalls.refused("limit_reached", "ann", "lamp", store="air-1")
    assert (told["had"], told["most"]) == (2, 2)
    await stalls.proves_clean()


async def test_how_many_there_are_is_said_where_it_is_asked(stalls: Stalls) -> None:
    """Of all pages, of what is looked for; whatever of it is shown. Nobody has no points and no limits."""
    await stalls.gives(310, "cat")
    told = await stalls.mall("member=cat&affordable=true&counted=true&limit=2")
    assert (told["counted"], len(told["rewards"])) == ({"found": len(ALL), "can_have": 5}, 2)
    told = await stalls.mall("member=cat&category=服务&counted=true")
    assert told["counted"] == {"found": 3, "can_have": 2}
    assert (await stalls.mall("counted=true"))["counted"] == {"found": len(ALL), "can_have": len(ALL)}
    await stalls.publish(Reward(code="tea", title="茶", points=1, stock="gone"))
    assert (await stalls.mall("counted=true"))["counted"] == {"found": 1, "can_have": 0}
    assert (await stalls.mall())["counted"] is None


async def test_evidence_is_told_as_long_as_it_is_valid(stalls: Stalls) -> None:
    """A code that nobody made known proves nothing; withdrawn, it proves nothing any more."""
    code = "00125000001082185"
    await stalls.publish(Reward(code="box", title="蔬菜箱", points=100, evidence=code))
    assert [one["evidence"] for one in (await stalls.mall())["rewards"]] == [""]
    span = {"valid_from": "2026-01-01T00:00:00+08:00", "valid_until": "2026-12-01T00:00:00+08:00"}
    await stalls.operator.done("/v1/evidence", code=code, kind="organic", **span)
    assert [one["evidence"] for one in (await stalls.mall())["rewards"]] == ["organic"]
    await stalls.at("2026-12-01 00:00")
    assert [one["evidence"] for one in (await stalls.mall())["rewards"]] == [""]


async def test_queries_that_mean_nothing_are_refused(stalls: Stalls) -> None:
    for query, field in (
        ("affordable=true", "affordable"),
        ("affordable=perhaps&member=ann", "affordable"),
        ("counted=many", "counted"),
        ("sort=price", "sort"),
        ("kind=thing", "kind"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=nonsense", "cursor"),
        ("cursor=bGlzdGVkIDAgMg&sort=points", "cursor"),
        (f"q={'x' * 65}", "q"),
        ("color=red", "color"),
    ):
        told = (await stalls.operator.get(f"/v1/rewards?{query}")).json()
        assert (told["code"], told["errors"][0]["field"]) == ("invalid_request", field), query
    assert (await stalls.operator.get("/v1/rewards?member=zoe")).json()["code"] == "member_unknown"


async def test_one_reward_says_all_that_is_promised(stalls: Stalls) -> None:
    """What happens to who does not come is said before anybody books (S26), in both languages."""
    told = (await stalls.operator.get("/v1/rewards/spa?member=ann")).json()
    assert "24" in told["policy_zh"]
    assert "24" in told["policy_en"]
    assert told["slots"]["no_show"] == "forfeit"
    assert told["reward"]["can_have"] is True
    lamp = (await stalls.operator.get("/v1/rewards/lamp?member=ann")).json()
    assert (lamp["may_have"], lamp["limits"], lamp["slots"], lamp["policy_zh"]) == (
        2,
        [{"count": 2, "per": "month"}],
        None,
        "",
    )
    assert (await stalls.operator.get("/v1/rewards/tree")).json()["code"] == "reward_unknown"
    assert (await stalls.operator.get("/v1/rewards/coupon")).json()["voucher"]["save_fen"] == 2_000


async def test_what_a_merchant_that_has_left_would_give_is_not_to_be_had(stalls: Stalls) -> None:
    """From that instant on; at the others nothing changes."""
    program = await stalls.house.catalog.refresh(stalls.alliance.id)
    rules = program.rules[-1].definition
    left = msgspec.structs.replace(rules, leavings={"sea": datetime(2026, 11, 22, tzinfo=ZONE)})
    assert program.test_clock is not None
    await stalls.house.catalog.publish(program.id, left, program.test_clock, program.test_clock)
    assert (await stalls.operator.get("/v1/rewards/walk?member=ann")).json()["reward"]["can_have"]
    await stalls.at("2026-11-22 00:00")
    told = {one["code"]: one["why_not"] for one in (await stalls.mall("member=ann"))["rewards"]}
    assert {code for code, why in told.items() if why == "closed"} == {"spa", "walk"}
    slot = "2026-11-28T10:00:00+08:00"
    refused = await stalls.refused("reward_not_now", "ann", "walk", slot=slot)
    assert refused["why"] == "closed"


# The price list against the slow way: each reward priced by itself, with nothing remembered.

DAYS = (date(2026, 11, 21), date(2026, 11, 23))
CONDITIONS = (
    Conditions(),
    Conditions(tiers=("gold",)),
    Conditions(calendars=("saturdays",)),
    Conditions(merchants=("air",)),
    Conditions(since=datetime(2026, 11, 21, 12, tzinfo=ZONE)),
    Conditions(until=datetime(2026, 11, 21, 12, tzinfo=ZONE)),
    Conditions(tokens=("good",)),
    Conditions(invited=True),
    Conditions(nth=Nth(exactly=(2,))),
    Conditions(joined_within_days=30),
    Conditions(expression="tier == 'gold' && hour >= 12"),
    Conditions(expression="'vip' in segments"),
    Conditions(weekdays=(6,), tiers=("gold",)),
)
CONDITION = st.sampled_from(CONDITIONS)
PERSONS = (
    Person(),
    Person(joined=date(2026, 11, 1), standing=Standing("gold"), segments=("vip",)),
    Person(joined=date(2020, 1, 1), inviter="somebody"),
    Person(tokens=(Token("office", "good", datetime(2026, 11, 21, 13, tzinfo=ZONE), "t"),)),
)


@st.composite
def asked(draw: st.DrawFn) -> tuple[Facts, Mapping[tuple[str, str], int]]:
    """Somebody, somewhere, at some time, after some purchases."""
    day, hour = draw(st.sampled_from(DAYS)), draw(st.sampled_from((11, 12, 14)))
    at = datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)
    merchant = draw(st.sampled_from(("air", "sea", "")))
    used = {("buys", "ever"): draw(st.sampled_from((0, 1, 2)))}
    return Facts(merchant, "", at, day, 1, person=draw(st.sampled_from(PERSONS))), used


@given(
    conditions=st.lists(st.tuples(CONDITION, CONDITION, st.none() | CONDITION), min_size=1, max_size=6),
    several=st.lists(asked(), min_size=1, max_size=6),
)
def test_members_who_share_a_price_list_would_each_get_the_same(
    conditions: list[tuple[Conditions, Conditions, Conditions | None]],
    several: list[tuple[Facts, Mapping[tuple[str, str], int]]],
) -> None:
    """What is remembered for one member, place or instant never reaches another for whom it differs."""
    early = datetime(2026, 11, 20, tzinfo=ZONE)
    rewards = tuple(
        Reward(
            code=f"r{place}",
            title="r",
            points=100,
            when=when,
            prices=(Price(points=90, when=price), Price(points=90, cash_fen=1, when=Conditions())),
            early=None if first is None else Early(since=early, when=first),
        )
        for place, (when, price, first) in enumerate(conditions)
    )
    whole = RuleSet(
        rules=(Flat(id="x", points=1),),
        calendars={"saturdays": Weekdays(weekdays=(6,))},
        rewards=rewards,
        leavings={"sea": datetime(2026, 11, 23, tzinfo=ZONE)},
    )
    compiled = CompiledRules(whole, 1, early, "Asia/Shanghai")
    shared = Pricing(compiled)
    for facts, used in several:
        alone = Pricing(CompiledRules(whole, 1, early, "Asia/Shanghai"))
        assert shared.offers(facts, used) == alone.offers(facts, used)
        assert slowly(whole, facts, used) == [
            (one.points, one.price, not one.why_not) for one in alone.offers(facts, used)
        ]


def slowly(whole: RuleSet, facts: Facts, used: Mapping[tuple[str, str], int]) -> list[Any]:
    """(points, price, whether it can be had) of each reward, every condition evaluated as a rule alone."""

    def holds(when: Conditions) -> bool:
        rules = RuleSet(rules=(Flat(id="c", when=when, points=1),), calendars=whole.calendars)
        compiled = CompiledRules(rules, 1, facts.at, "Asia/Shanghai")
        award = compiled.evaluate(msgspec.structs.replace(facts, amount=1), used)
        return bool(award.shares)

    found = []
    for reward in whole.rewards:
        prices = [
            (price.points, price.cash_fen, at) for at, price in enumerate(reward.prices) if holds(price.when)
        ]
        points, _, place = min([(reward.points, reward.cash_fen, None), *prices], key=lambda one: one[:2])
        left = whole.leavings.get(facts.merchant)
        can = holds(reward.when)
        if not can and reward.early is not None and reward.when.since is not None:
            waiting = msgspec.structs.replace(reward.when, since=None)
            can = facts.at < reward.when.since and holds(waiting) and holds(reward.early.when)
        found.append((points, place, can and not (left is not None and left <= facts.at)))
    return found

"""The guard finds the worst path of a rule set, shows it, and refuses what breaks a bound."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.guarding import guard
from jifen.programs.guard.reference import reference_day
from jifen.programs.guard.worst import worst_year

CASES: list[dict[str, Any]] = msgspec.yaml.decode(Path(__file__).with_name("ruinous.yaml").read_bytes())
WARNINGS = {
    "rebate_high", "export_on", "campaign_without_budget", "search_cut", "remedy_farm", "offline_high",
}  # fmt: skip
WORDS = ("name", "says", "at", "trail")

PLAIN = """
code: plain
name: 青禾
units: [{code: point, name: 积分, offset_points: 100, offset_fen: 100}]
merchants: [{code: shop, name: 百货, stores: [{code: east, name: 东店}, {code: west, name: 西店}]}]
terms: {operator: 青禾公司, contact: 柜台}
rules:
  reminders: {}
  validity: {type: rolling, months: 12}
  rules: [{type: per_amount, id: base, rate: {points: 1, fen: 100}}]
"""


def programme(**changes: Any) -> Programme:
    """The plain programme with other parts; of its rules only those that are named are replaced."""
    made = msgspec.yaml.decode(PLAIN)
    rules = {**made["rules"], **changes.pop("rules", {})}
    return msgspec.convert({**made, **changes, "rules": rules}, Programme)


def of_case(case: dict[str, Any]) -> Programme:
    return programme(**{field: value for field, value in case.items() if field not in WORDS})


def named(findings: list[Finding], code: str, severity: str = "error") -> list[Finding]:
    return [one for one in findings if one.code == code and one.severity == severity]


def in_order(trail: tuple[str, ...], words: list[str]) -> bool:
    """Whether the words stand in the trail one after another."""
    told, place = " | ".join(trail), 0
    for word in words:
        place = told.find(word, place)
        if place < 0:
            return False
    return True


def test_a_plain_programme_passes() -> None:
    """One point a yuan, a hundred points a yuan: 1 %, and nothing to say."""
    assert guard(programme()) == []


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_ruinous_is_refused_with_its_path(case: dict[str, Any]) -> None:
    found = guard(of_case(case))
    refused = [one for one in named(found, case["says"]) if one.path == case["at"]]
    assert refused, [str(one) for one in found]
    trails = [one.trail for one in refused]
    assert any(in_order(trail, case.get("trail", [])) for trail in trails), trails
    assert all(one.remedy and one.what for one in refused)


def test_every_code_of_the_page_is_shown() -> None:
    """docs/guard.md lists the codes; of each error there is a definition that is refused with it."""
    page = (Path(__file__).parents[2] / "docs" / "guard.md").read_text()
    rows = re.findall(
        r"^\| ([a-z_, ();]+?) \|", page.split("## What is refused")[1].split("A referral")[0], re.M
    )
    listed = {
        code for row in rows for code in re.findall(r"[a-z]+(?:_[a-z]+)*", re.sub(r"\([^)]*\)", "", row))
    }
    assert listed - {"code", *WARNINGS} == {case["says"] for case in CASES}
    assert listed >= WARNINGS


def voucher(**terms: Any) -> dict[str, Any]:
    """A voucher worth 20 yuan for 2 000 points."""
    return {
        "code": "twenty-off", "title": "满100减20券", "kind": "voucher", "points": 2000, "value_fen": 2000,
        "voucher": terms,
    }  # fmt: skip


LAWFUL: dict[str, dict[str, Any]] = {
    "unbounded_act": {
        "acts": [{"code": "sign-in", "title": "签到"}],
        "rules": [{"type": "flat", "id": "signing", "points": 1, "acts": ["sign-in"], "once": "day"}],
    },
    "referral_without_cap": {
        "referral": {},
        "rules": [
            {
                "type": "flat", "id": "invite", "points": 200, "acts": ["referral"],
                "caps": [{"points": 2000, "per": "year"}],
            }
        ],
    },
    "free_without_limit": {
        "rewards": [
            {
                "code": "facial", "title": "面部护理", "kind": "benefit", "points": 0, "threshold": 10000,
                "value_fen": 5000, "limits": [{"count": 1, "per": "year"}],
            }
        ],
    },
    "cycle_with_gain": {"rewards": [{"code": "pot", "title": "锅", "points": 10000, "value_fen": 10000}]},
    "expiry_without_reminder": {"reminders": None, "validity": {"type": "never"}},
    "validity_too_short": {"validity": {"type": "rolling", "days": 7}},
    "voucher_unbounded": {"rewards": [voucher(type="percent", percent=10, most_fen=2000)]},
    "voucher_beyond_value": {"rewards": [voucher(minimum_fen=10000, save_fen=2000)]},
    "vouchers_beyond_bill": {
        "rewards": [
            voucher(minimum_fen=10000, save_fen=2000, stacks=True),
            {**voucher(minimum_fen=5000, save_fen=500, stacks=True), "code": "five-off"},
        ]
    },
    "a bill's voucher twice, but once a year": {
        "rewards": [
            {
                **voucher(minimum_fen=3000, save_fen=2000, stacks=True),
                "limits": [{"count": 1, "per": "year"}],
            }
        ]
    },
    "points and cash": {
        "rewards": [{"code": "pot", "title": "锅", "points": 90, "cash_fen": 9910, "value_fen": 10000}]
    },
    "a couple's item": {
        "rewards": [{"code": "dinner", "title": "双人餐", "points": 9000, "value_fen": 9000, "payers": 2}]
    },
    "remedy_beyond_loss": {
        "rewards": [voucher(minimum_fen=10000, save_fen=2000)],
        "remedies": {"unfulfilled": {"title": "未能提供", "permille": 100, "points": 50, "grace_days": 30}},
    },
    "offline_risk": {"till": {"confirm_points": 20000, "offline": {"points_most": 10000, "bills_most": 2}}},
    "chance": {"rewards": [{"code": "shirt", "title": "印花衬衫", "points": 9000, "value_fen": 9000}]},
}  # fmt: skip


@pytest.mark.parametrize("code", LAWFUL)
def test_what_is_near_to_it_passes(code: str) -> None:
    """The refused case has a lawful neighbour."""
    found = guard(programme(rules=LAWFUL[code]))
    assert not [one for one in found if one.severity == "error"], [str(one) for one in found]


def test_a_voucher_makes_points_worth_what_it_saves() -> None:
    """Though it names no value: 50 yuan off for 100 points are half of what is spent."""
    made = {**voucher(minimum_fen=10000, save_fen=5000), "points": 100, "value_fen": 0}
    found = guard(programme(rules={"rewards": [made]}))
    [one] = named(found, "rebate_high", "warning")
    assert "on twenty-off at 50.00 fen each" in " | ".join(one.trail)
    assert named(found, "rebate_too_high") == []
    assert named(guard(programme(rules={"rewards": [{**made, "points": 99}]})), "rebate_too_high")


def test_cash_beside_points_makes_them_worth_less() -> None:
    """An item of 100 yuan for 1 000 points and 90 yuan gives a point a fen, not ten."""
    dear = {"code": "pot", "title": "锅", "points": 1000, "value_fen": 10000}
    assert named(guard(programme(rules={"rewards": [dear]})), "rebate_high", "warning") == []
    twice = {**dear, "points": 900}
    assert named(guard(programme(rules={"rewards": [twice]})), "rebate_high", "warning")
    assert guard(programme(rules={"rewards": [{**twice, "cash_fen": 9000}]})) == []


WARNED_OF: dict[str, dict[str, Any]] = {
    "remedy_farm": {
        "rewards": [{"code": "salt", "title": "盐", "points": 100, "value_fen": 100}],
        "remedies": {"unfulfilled": {"title": "未能提供", "points": 101}},
    },
    "offline_high": {"till": {"confirm_points": 20001, "offline": {"points_most": 20001}}},
    "voucher_unbounded": {
        "rewards": [{**voucher(type="item", lines={"categories": ["cake"]})}],
    },
}


@pytest.mark.parametrize("code", WARNED_OF)
def test_what_is_doubtful_is_warned_of(code: str) -> None:
    """With the steps that lead to it."""
    found = named(guard(programme(rules=WARNED_OF[code])), code, "warning")
    assert found
    assert all(one.trail for one in found)


@pytest.mark.parametrize(("rate", "severity"), [(10, None), (11, "warning"), (50, "warning"), (51, "error")])
def test_the_bounds_are_ten_and_fifty_per_cent(rate: int, severity: str | None) -> None:
    """Above 10 % the guard warns, above 50 % it refuses; at the bound it does neither."""
    found = guard(
        programme(
            rules={"rules": [{"type": "per_amount", "id": "base", "rate": {"points": rate, "fen": 100}}]}
        )
    )
    said = [one.severity for one in found if one.code.startswith("rebate")]
    assert said == ([severity] if severity else [])


def test_a_birthday_gift_is_weighed_over_a_year() -> None:
    """500 points once a year for any purchase are five yuan, not a rebate of 500 %."""
    gift = {
        "type": "flat",
        "id": "gift",
        "points": 500,
        "once": "year",
        "when": {"birthday": {"span": "month"}},
    }
    base = {"type": "per_amount", "id": "base", "rate": {"points": 1, "fen": 100}}
    worst = worst_year(
        programme(rules={"rules": [base, gift]}),
        reference_day(programme()),
        Bounds(reference_day(programme())),
    )
    assert worst.points["point"] == worst.spend_fen // 100 + 500
    assert not guard(programme(rules={"rules": [base, gift]}))


def test_a_cap_is_used_up_and_no_more() -> None:
    """Ten times the points, up to 1 000 a month: a year's worst is twelve caps and the base."""
    base = {"type": "per_amount", "id": "base", "rate": {"points": 1, "fen": 100}}
    tenfold = {"type": "multiplier", "id": "ten", "factor": "10", "caps": [{"points": 50, "per": "month"}]}
    made = programme(rules={"rules": [base, tenfold]})
    worst = worst_year(made, reference_day(made), Bounds(reference_day(made)))
    assert worst.points["point"] <= worst.spend_fen // 100 + 12 * 50
    assert worst.points["point"] >= worst.spend_fen // 100 + 11 * 50


def test_a_referral_deeper_than_one_level_cannot_be_written() -> None:
    """Impossible by type: there is no field for it."""
    for extra in ({"levels": 2}, {"depth": 3}, {"parent": "invite"}):
        with pytest.raises(msgspec.ValidationError, match="unknown field"):
            programme(rules={"referral": extra})


def test_no_bonus_of_the_stack_is_too_much_by_itself() -> None:
    """Only together do they break the bound, so it is the stacking that the search found."""
    stacked = next(case for case in CASES if case["name"].startswith("bonuses"))
    for without in ("festival", "happy", "snack"):
        rules = [rule for rule in stacked["rules"]["rules"] if rule["id"] != without]
        made = of_case({**stacked, "rules": {**stacked["rules"], "rules": rules}})
        assert not named(guard(made), "rebate_too_high"), without


def test_the_same_bonuses_in_a_group_pass() -> None:
    """Of a group only the best gives: 5 % + 20 % + 20 % stay below the bound."""
    stacked = next(case for case in CASES if case["name"].startswith("bonuses"))
    rules = [
        {**rule, "group": "bonus"} if rule["type"] == "multiplier" else rule
        for rule in stacked["rules"]["rules"]
    ]
    made = of_case({**stacked, "rules": {**stacked["rules"], "rules": rules, "groups": {"bonus": "best"}}})
    assert not named(guard(made), "rebate_too_high")


def test_what_is_written_wrongly_is_left_to_the_checks_of_structure() -> None:
    """A calendar that is not there stops the search, not the guard."""
    lost = {
        "type": "per_amount",
        "id": "base",
        "rate": {"points": 90, "fen": 100},
        "when": {"calendars": ["lost"]},
    }
    assert named(guard(programme(rules={"rules": [lost], "reminders": None})), "expiry_without_reminder")


def test_what_is_doubtful_is_a_warning() -> None:
    """A campaign without an end to its cost, an export with its opinion, an act that somebody approves."""
    when = {"since": "2026-06-01T00:00:00+08:00", "until": "2026-07-01T00:00:00+08:00"}
    rules = {
        "campaigns": [{"code": "june", "title": "六月", **when}],
        "acts": [{"code": "suggestion", "title": "建议", "moderated": True}],
        "rules": [
            {"type": "per_amount", "id": "base", "rate": {"points": 1, "fen": 100}},
            {"type": "multiplier", "id": "double", "factor": "2", "campaign": "june"},
            {"type": "flat", "id": "idea", "points": 5, "acts": ["suggestion"]},
        ],
    }
    opinion = {"legal_opinion": "正和律师事务所 2026 意见字第 12 号", "purpose": "试点名单"}
    found = guard(programme(rules=rules, eligibility_export=opinion))
    assert {(one.severity, one.code) for one in found} == {
        ("warning", "campaign_without_budget"),
        ("warning", "unbounded_act"),
        ("warning", "export_on"),
    }


def test_a_very_large_programme_is_searched_from_its_most_generous_rules_on() -> None:
    """A hundred rules with days, stores and goods of their own: the one that ruins is found, and it is told
    that not all was searched.
    """
    stores = [{"code": f"s{n}", "name": f"{n}店"} for n in range(100)]
    rules: list[dict[str, Any]] = [{"type": "per_amount", "id": "base", "rate": {"points": 1, "fen": 100}}]
    for n in range(100):
        own = {"stores": [f"s{n}"], "minimum_fen": 5000 + n * 100, "weekdays": [1 + n % 7]}
        points = 90_000 if n == 77 else 5
        line = {"categories": [f"c{n}"]}
        rules.append({"type": "flat", "id": f"f{n}", "points": points, "when": own, "lines": line})
    merchants = [{"code": "shop", "name": "百货", "stores": stores}]
    found = guard(programme(merchants=merchants, rules={"rules": rules}))
    [ruinous] = named(found, "rebate_too_high")
    assert in_order(ruinous.trail, ["shop:s77", "c77", "f77 90000"])
    assert named(found, "search_cut", "warning")

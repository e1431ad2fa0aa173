"""The programmes under examples/: each loads, is whole, lawful, bounded, and gives its scenario's numbers."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import msgspec
import pytest

from jifen.programs.checking import checked
from jifen.programs.claims import findings_of as claims
from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.rebates import rebates
from jifen.programs.linter.linting import found_in
from jifen.programs.loading import load
from jifen.programs.regulation import regulation
from jifen.programs.terms.writing import written
from jifen.rules.award import Award, Facts, Line
from jifen.rules.compiled import CompiledRules
from jifen.rules.person import Anniversary, Person, Standing, Token
from jifen.rules.pricing import Pricing

FOLDER = Path(__file__).resolve().parents[2] / "examples"
NAMES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
TODAY = date(2026, 11, 22)

# What a scenario asks to be warned of; every other finding is a fault of the example.
WARNED = {
    "S05-car-dealer": {"rebate_high"},  # 12 % at the anniversary price
    "S06-beauty-brand": {"rebate_high"},  # 13.3 % at the member-day price
}


@cache
def example(name: str) -> Programme:
    """The programme of a scenario, by its number (and what tells variants apart)."""
    folder = next(found for found in NAMES if found == name or found.split("-")[0] == name)
    loaded = load(FOLDER / folder)
    assert loaded.programme is not None, [str(one) for one in loaded.findings]
    return loaded.programme


def said(programme: Programme) -> list[Finding]:
    return list(checked(programme, TODAY))


@cache
def compiled(name: str) -> CompiledRules:
    return CompiledRules(example(name).rules, 1, datetime(2026, 1, 1, tzinfo=UTC), example(name).zone)


def facts(
    fen: int,
    *lines: Line,
    on: date = date(2027, 3, 3),
    store: str = "",
    merchant: str = "",
    act: str | None = None,
    code: str = "",
    payment: str = "",
    person: Person | None = None,
    evidence: dict[str, str] | None = None,
) -> Facts:
    """A purchase, or an act, at noon in Shanghai."""
    at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
    return Facts(
        merchant=merchant, store=store, at=at, day=on, amount=fen, lines=lines, act=act, code=code,
        payment=payment, person=person or Person(), evidence=evidence or {},
    )  # fmt: skip


def earned(name: str, event: Facts, used: dict[tuple[str, str], int] | None = None) -> Award:
    return compiled(name).evaluate(event, used or {})


def points(name: str, event: Facts, used: dict[tuple[str, str], int] | None = None) -> int:
    return sum(share.points for share in earned(name, event, used).shares)


def test_all_28_scenarios_are_there() -> None:
    """And S07 in both variants."""
    assert {name.split("-")[0] for name in NAMES} == {f"S{number:02d}" for number in range(1, 29)}
    assert len(NAMES) == 30


@pytest.mark.parametrize("name", NAMES)
def test_it_loads_without_a_word(name: str) -> None:
    loaded = load(FOLDER / name)
    assert loaded.findings == ()
    assert loaded.programme is not None


@pytest.mark.parametrize("name", NAMES)
def test_it_is_whole_lawful_and_bounded(name: str) -> None:
    """Structure, rules, linter, guard, value claims."""
    found = said(example(name))
    assert not [one for one in found if one.severity == "error"], [str(one) for one in found]
    assert {one.code for one in found} == WARNED.get(name, set()), [str(one) for one in found]


@pytest.mark.parametrize("name", NAMES)
def test_it_speaks_both_languages(name: str) -> None:
    """Whatever members read has an English text beside the Chinese one."""
    made = example(name)
    titled = [*made.rules.rules, *made.rules.rewards, *made.rules.campaigns, *made.rules.acts]
    assert all(one.title and one.title_en for one in titled)
    assert all(bool(one.text) == bool(one.text_en) for one in made.rules.rewards)
    assert all(one.text and one.text_en for one in made.rules.campaigns)
    assert len(made.terms.clauses) == len(made.terms.clauses_en) > 0
    assert {one.language for one in made.messages.templates} == {"zh", "en"}


@pytest.mark.parametrize("name", NAMES)
def test_it_tells_members_in_time(name: str) -> None:
    """Of points that lapse, where any do, and of changed terms; by short message and in the inbox."""
    made = example(name)
    told = {(one.event, one.channel) for one in made.messages.templates}
    assert {("terms_changed", "sms"), ("terms_changed", "in_app")} <= told
    if made.rules.reminders is not None:
        assert {("points_lapsing", "sms"), ("points_lapsing", "in_app")} <= told
    assert made.rules.campaigns == () or ("campaign_started", "in_app") in told


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_through_json_unchanged(name: str) -> None:
    made = example(name)
    assert msgspec.json.decode(msgspec.json.encode(made), type=Programme) == made


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_that_follow_from_it_are_lawful_too(name: str) -> None:
    """The whole text as members read it, in both languages."""
    terms = written(example(name), regulation(), TODAY)
    assert found_in(terms.zh) == []
    assert found_in(terms.en) == []


@pytest.mark.scenario
@pytest.mark.parametrize(
    ("name", "percent"),
    [
        ("S05", "10 %"),
        ("S06", "10 %"),
        ("S07-telecom", "10 %"),
        ("S07-telecom-one-percent", "1 %"),
        ("S01", "1 %"),
    ],
)
def test_the_effective_rebate_of_a_rule_set(name: str, percent: str) -> None:
    """S07: what the advertising called 1 % is 10 %."""
    found = {one.rule: one for one in rebates(example(name))}
    assert found[""].percent == percent
    first = example(name).rules.rules[0].id
    assert found[first].percent == percent
    assert found[first].permille == Fraction(percent.removesuffix(" %")) * 10


@pytest.mark.scenario
def test_s05_twelve_bills_of_a_thousand_yuan() -> None:
    """12 000 points, two services, 2 000 left."""
    total = sum(points("S05", facts(100_000, on=date(2027, month, 3))) for month in range(1, 13))
    service = next(one for one in example("S05").rules.rewards if one.code == "service")
    assert total == 12_000
    assert divmod(total, service.points) == (2, 2_000)
    assert 2 * service.value_fen == 100_000


@pytest.mark.scenario
def test_s05_wrong_copy_is_flagged_with_the_right_figure() -> None:
    made = example("S05")
    copy = "店庆当月5000分可兑换原本6000分的空调清洗，让积分价值提升16.7%"
    campaign = msgspec.structs.replace(made.rules.campaigns[0], text=copy)
    wrong = msgspec.structs.replace(made, rules=msgspec.structs.replace(made.rules, campaigns=(campaign,)))
    [one] = claims(wrong)
    assert (one.code, one.path) == ("claim_wrong", "rules.campaigns[0].text")
    assert "20 %" in one.remedy


@pytest.mark.scenario
def test_s06_the_member_day_price_holds_that_day_and_not_a_second_longer() -> None:
    """From 00:00 to 24:00 in Shanghai; the day of a fact is that of the programme's zone."""
    pricing = Pricing(compiled("S06"))
    for at, asked in (
        (datetime(2027, 3, 7, 15, 59, 59, tzinfo=UTC), 4000),
        (datetime(2027, 3, 7, 16, 0, 0, tzinfo=UTC), 3000),
        (datetime(2027, 3, 8, 15, 59, 59, tzinfo=UTC), 3000),
        (datetime(2027, 3, 8, 16, 0, 0, tzinfo=UTC), 4000),
    ):
        day = (at + timedelta(hours=8)).date()
        offer = pricing.offer("serum", Facts(merchant="", store="", at=at, day=day, amount=0), {})
        assert offer is not None
        assert offer.points == asked, at


@pytest.mark.scenario
def test_s06_fifteen_months_reach_the_lipstick() -> None:
    lipstick = next(one for one in example("S06").rules.rewards if one.code == "lipstick")
    assert 14 * points("S06", facts(20_000)) < lipstick.points <= 15 * points("S06", facts(20_000))


@pytest.mark.scenario
@pytest.mark.parametrize(
    ("name", "points_", "net"), [("S07-telecom", 1000, 90), ("S07-telecom-one-percent", 100, 99)]
)
def test_s07_a_bill_of_a_hundred_yuan(name: str, points_: int, net: int) -> None:
    unit = example(name).units[0]
    assert points(name, facts(10_000)) == points_
    assert 100 - points_ * unit.offset_fen // unit.offset_points // 100 == net


@pytest.mark.scenario
def test_s08_soy_milk_and_a_bun() -> None:
    """8 points; with a snack the drink earns 5 more, once a basket, and not across two receipts."""
    milk, bun = Line("soy-milk", "drink", 1, 500), Line("bun", "bakery", 1, 300)
    nuts = Line("nuts", "snack", 3, 600)
    assert points("S08", facts(800, milk, bun)) == 8
    assert points("S08", facts(1100, milk, nuts)) == 11 + 5
    assert points("S08", facts(500, milk)) + points("S08", facts(600, nuts)) == 11


@pytest.mark.scenario
@pytest.mark.parametrize(
    ("store", "day", "fen", "asked"),
    [
        # 2027-03-15 is the 8th day of the 2nd lunar month, a Monday, and neither 子 nor 午.
        ("liuhe", date(2027, 3, 15), 8800, 176),
        ("liuhe", date(2027, 3, 15), 8799, 87),
        ("baisha", date(2027, 3, 15), 8800, 88),
        ("longtan", date(2027, 3, 15), 8800, 88),
        ("shiqiao", date(2027, 3, 15), 8800, 176),
        ("shiqiao", date(2027, 3, 16), 8800, 88),
        ("liuhe", date(2027, 3, 16), 8800, 88),
        ("baisha", date(2027, 3, 17), 8800, 176),
        ("longtan", date(2027, 3, 10), 8800, 176),
    ],
)
def test_s09_market_days(store: str, day: date, fen: int, asked: int) -> None:
    """Double over the threshold on the township's own market day and nowhere else."""
    assert (
        points("S09", facts(fen, Line("x", "food", 1, fen), on=day, store=store, merchant="wanjiafu"))
        == asked
    )


@pytest.mark.scenario
def test_s10_points_never_lapse_and_gold_earns_a_fifth_more() -> None:
    plain = earned("S10", facts(40_000, Line("r", "room", 1, 40_000)))
    assert [(share.points, share.promise.expires_at) for share in plain.shares] == [(800, None)]
    gold = Person(standing=Standing("gold"))
    assert points("S10", facts(40_000, Line("r", "room", 1, 40_000), person=gold)) == 960


@pytest.mark.scenario
def test_s11_a_pets_birthday() -> None:
    assert points("S11", facts(0, act="birthday.pet")) == 300
    assert points("S11", facts(0, act="birthday.self")) == 0


@pytest.mark.scenario
def test_s12_a_lectures_code_counts_once() -> None:
    first = earned("S12", facts(0, act="lecture", code="sleep-0112"))
    assert [share.points for share in first.shares] == [50]
    assert points("S12", facts(0, act="lecture", code="sleep-0112"), dict(first.counts)) == 0
    assert points("S12", facts(0, act="lecture", code="feeding-0126"), dict(first.counts)) == 50
    suggestion = next(act for act in example("S12").rules.acts if act.code == "suggestion")
    assert suggestion.moderated


@pytest.mark.scenario
def test_s16_three_members_reach_the_rice_cooker() -> None:
    cooker = next(one for one in example("S16").rules.rewards if one.code == "rice-cooker")
    assert 2 * 4000 < cooker.points <= 3 * 4000


@pytest.mark.scenario
def test_s18_the_green_card_needs_green_evidence_on_the_line() -> None:
    line = Line("veg", "food", 1, 10_000, evidence="LB-1")
    proven = {"LB-1": "green_food"}
    by_unit = {
        share.rule: share.points
        for share in earned("S18", facts(10_000, line, payment="green-card", evidence=proven)).shares
    }
    assert by_unit == {"card": 10, "green-spend": 10, "green-card": 10}
    bare = earned("S18", facts(10_000, line, payment="green-card"))
    assert [share.rule for share in bare.shares] == ["card"]


@pytest.mark.scenario
def test_s21_a_token_raises_what_is_earned_until_it_ends() -> None:
    until = datetime(2027, 3, 3, 4, tzinfo=UTC)
    holder = Person(tokens=(Token("credit-office", "trustworthy", until, "t1"),))
    assert points("S21", facts(10_000, on=date(2027, 3, 2), person=holder)) == 150
    assert points("S21", facts(10_000, on=date(2027, 3, 3), person=holder)) == 100
    assert points("S21", facts(10_000, on=date(2027, 3, 2))) == 100


@pytest.mark.scenario
def test_s22_the_inviter_is_capped_and_the_invitee_earns_once() -> None:
    assert points("S22", facts(0, act="referral")) == 200
    full = {("cap:inviter", "2027"): 2000}
    assert points("S22", facts(0, act="referral"), full) == 0
    guest = Person(joined=date(2027, 3, 1), inviter="somebody")
    first = earned("S22", facts(10_000, person=guest))
    assert sum(share.points for share in first.shares) == 100 + 100
    assert points("S22", facts(10_000, person=guest), dict(first.counts)) == 100


@pytest.mark.scenario
def test_s24_the_bakery_and_the_operator_share_a_bonus() -> None:
    event = facts(4000, Line("b", "bread", 1, 4000), store="bakery-1", merchant="bakery")
    bonus = [
        (share.funder, share.points)
        for share in earned("S24", event).shares
        if share.rule == "first-at-bakery"
    ]
    assert bonus == [("merchant", 10), ("operator", 10)]


@pytest.mark.scenario
def test_s25_without_evidence_nothing_green_and_the_reason_is_told() -> None:
    line = Line("rice", "food", 1, 10_000, evidence="ORG-1")
    valid = earned("S25", facts(10_000, line, evidence={"ORG-1": "organic"}))
    assert {share.rule: share.points for share in valid.shares} == {"base": 100, "green-produce": 200}
    bare = compiled("S25").evaluate(facts(10_000, line), {}, explain=True)
    assert [share.rule for share in bare.shares] == ["base"]
    assert dict(bare.missed)["green-produce"] == "evidence"


@pytest.mark.scenario
def test_s11_s12_no_birthday_of_a_child_stands_in_a_rule_without_a_reason() -> None:
    """Only the shop for mothers uses a child's birthday, and its terms say for what."""
    using = [
        name
        for name in NAMES
        if any("birthday.child" in getattr(rule, "acts", ()) for rule in example(name).rules.rules)
    ]
    assert using == ["S12-mother-and-baby"]
    assert any("单独同意" in clause for clause in example("S12").terms.clauses)


def test_a_birthday_is_not_kept_with_its_year() -> None:
    """What rules may read of a birthday is month and day."""
    assert "year" not in {field.name for field in msgspec.structs.fields(Anniversary)}

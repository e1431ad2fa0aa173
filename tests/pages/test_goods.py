"""Goods and their evidence: what a filter means, what proves it, and what is said where nothing does."""

from datetime import UTC, datetime, timedelta

import pytest

from jifen.pages.goods import goods_of
from jifen.pages.words import words
from jifen.parties.programs import Evidence
from jifen.rules.award import Line
from jifen.rules.definition import Combination, Flat, Part, PerAmount, PerItem, Rate
from jifen.rules.when import LineFilter
from tests.pages.telling import AT, booked, program, said, told, whole

CODE, OTHER = "13126004185739206", "LB-15-2601010001A"
YEAR = datetime(2026, 1, 1, tzinfo=UTC)
NEXT = datetime(2027, 3, 14, 16, tzinfo=UTC)
ORGANIC = LineFilter(tags=("环保",), evidence=("organic",))
GREEN = PerAmount(id="green", title="绿色积分", rate=Rate(2, 100), lines=ORGANIC, unit="green")
CABBAGE = Line("小白菜", "PRODUCE", 1, 1_200, ("环保",), evidence=CODE)
SOAP = Line("洗衣液", "HOUSEHOLD", 1, 1_600, ("环保",))


def proof(code: str = CODE, kind: str = "organic", **more: datetime) -> Evidence:
    """Evidence that is valid all year."""
    times = {"valid_from": YEAR, "valid_until": NEXT, **more}
    return Evidence(code, kind, "", times["valid_from"], times["valid_until"], times.get("withdrawn_at"))


@pytest.mark.parametrize(
    ("lines", "zh", "en"),
    [
        (LineFilter(), "商品", "goods"),
        (LineFilter(categories=("SNACK", "DRINK")), "“SNACK、DRINK”类的商品", "goods of “SNACK, DRINK”"),
        (
            LineFilter(brands=("禾",), tags=("有机",)),
            "“禾”牌、有“有机”标记的商品",
            "goods by “禾” and marked “有机”",
        ),
        (
            LineFilter(evidence=("organic", "fsc")),
            "附有机、fsc凭证的商品",
            "goods with organic, fsc evidence",
        ),
    ],
)
def test_goods_are_said(lines: LineFilter, zh: str, en: str) -> None:
    """What a filter names, and what it leaves open."""
    assert goods_of(lines, words("zh")).striptags() == zh
    assert goods_of(lines, words("en")).striptags() == en


@pytest.mark.scenario
def test_green_points_name_their_evidence() -> None:
    """S25: what earned names its number and until when it is good; what lacks one says so."""
    given_, _ = told(GREEN, lines=(CABBAGE, SOAP), evidence=(proof(),))
    assert given_["绿色积分"] == (
        "有“环保”标记、附有机凭证的商品：¥12.00 × 2 绿色积分/元，"
        "有机凭证 131 26 004185739206，有效到 2027 年 3 月 14 日，“洗衣液”没有附凭证，不计"
    )


@pytest.mark.scenario
@pytest.mark.parametrize(
    ("line", "evidence", "zh", "en"),
    [
        (SOAP, (), "“洗衣液”没有附凭证", "“洗衣液” names none"),
        (
            CABBAGE,
            (),
            "“小白菜”的凭证 131 26 004185739206 没有登记",
            "131 26 004185739206 of “小白菜” is not on record",
        ),
        (
            CABBAGE,
            (proof(valid_until=datetime(2026, 10, 31, 16, tzinfo=UTC)),),
            "“小白菜”的凭证 131 26 004185739206 到 2026 年 10 月 31 日就过期了",
            "131 26 004185739206 of “小白菜” ran out on 31 Oct 2026",
        ),
        (
            CABBAGE,
            (proof(valid_from=AT + timedelta(days=2)),),
            "“小白菜”的凭证 131 26 004185739206 从 2026 年 11 月 23 日才有效",
            "131 26 004185739206 of “小白菜” is good from 23 Nov 2026 only",
        ),
        (
            CABBAGE,
            (proof(withdrawn_at=AT - timedelta(days=1)),),
            "“小白菜”的凭证 131 26 004185739206 在 2026 年 11 月 20 日撤销了",
            "131 26 004185739206 of “小白菜” was withdrawn on 20 Nov 2026",
        ),
        (
            CABBAGE,
            (proof(valid_until=AT - timedelta(days=1), withdrawn_at=AT + timedelta(days=1)),),
            "“小白菜”的凭证 131 26 004185739206 到 2026 年 11 月 20 日就过期了",
            "131 26 004185739206 of “小白菜” ran out on 20 Nov 2026",
        ),
        (
            Line("小白菜", "PRODUCE", 1, 1_200, ("环保",), evidence=OTHER),
            (proof(OTHER, "green_food"),),
            "“小白菜”的凭证 LB-15-2601010001A 是绿色食品的，要有机的",
            "LB-15-2601010001A of “小白菜” is of green food, not of organic",
        ),
    ],
)
def test_without_valid_evidence_it_earns_0_and_says_why(
    line: Line, evidence: tuple[Evidence, ...], zh: str, en: str
) -> None:
    """S25: none named, unknown, run out, not yet good, withdrawn, or of another kind."""
    assert told(GREEN, lines=(line,), evidence=evidence) == (
        {},
        {"绿色积分": f"没有有效的绿色凭证，得 0：{zh}"},
    )
    _, missed = told(GREEN, lines=(line,), evidence=evidence, language="en")
    assert missed == {"绿色积分": f"no valid green evidence, so 0: {en}"}


def test_goods_that_are_not_there_lack_no_evidence() -> None:
    """Then it is the goods that are named."""
    plain = Line("毛巾", "HOME", 1, 900)
    assert told(GREEN, lines=(plain,))[1] == {"绿色积分": "这单没有有“环保”标记的商品"}


def test_goods_that_never_claimed_to_be_green_are_not_named() -> None:
    """Where a rule asks for nothing but evidence, a towel without any lacks nothing."""
    rule = PerAmount(id="r", title="r", rate=Rate(1, 100), lines=LineFilter(evidence=("organic",)))
    towel = Line("毛巾", "HOME", 1, 900)
    assert told(rule, lines=(towel,))[1] == {"r": "没有有效的绿色凭证，得 0：这单的商品没有附凭证"}
    given_, _ = told(rule, lines=(towel, CABBAGE), evidence=(proof(),))
    assert "毛巾" not in given_["r"]
    _, missed = told(rule, lines=(towel, CABBAGE))
    assert missed == {"r": "没有有效的绿色凭证，得 0：“小白菜”的凭证 131 26 004185739206 没有登记"}


def test_every_kind_of_rule_tells_of_its_evidence() -> None:
    """By the piece, for any such line, and in a combination."""
    rules = (
        PerItem(id="a", title="a", points=1, lines=ORGANIC),
        Flat(id="b", title="b", points=1, lines=ORGANIC),
        Combination(id="c", title="c", points=1, parts=(Part(ORGANIC), Part(LineFilter(skus=("洗衣液",))))),
    )
    unproved = (CABBAGE, SOAP)
    _, missed = told(*rules, lines=unproved)
    assert set(missed) == {"a", "b", "c"}
    assert all("“小白菜”的凭证 131 26 004185739206 没有登记" in sentence for sentence in missed.values())


def test_evidence_that_came_on_record_later_changes_nothing_that_was_booked() -> None:
    """The rule would give today; the entry says that it was not on record then."""
    entry = booked(program(GREEN), lines=(CABBAGE,))
    found = whole(program(GREEN, evidence=(proof(),)), entry)
    assert found.given == ()
    assert said(found.missed) == {"绿色积分": "没有有效的绿色凭证，得 0：买的时候凭证还没有登记"}


def test_evidence_that_was_withdrawn_later_was_good_then() -> None:
    """What was given stays explained."""
    entry = booked(program(GREEN, evidence=(proof(),)), lines=(CABBAGE,))
    later = proof(withdrawn_at=AT + timedelta(days=5))
    assert "131 26 004185739206" in said(whole(program(GREEN, evidence=(later,)), entry).given)["绿色积分"]

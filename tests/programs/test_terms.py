"""The terms that members read: made of what is promised, in both languages, and marked where they change."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from jifen.parties.catalog import Conflict
from jifen.programs.linter.linting import lint
from jifen.programs.loading import load
from jifen.programs.receipts import Receipt, receipts, record
from jifen.programs.regulation import regulation
from jifen.programs.terms.writing import Terms, marked, text_hash, written
from jifen.rules.definition import (
    Combination,
    Flat,
    LineFilter,
    Multiplier,
    Part,
    PerItem,
    Reached,
    Referral,
    Streak,
)
from jifen.rules.rewards import Early, Price, Reward
from jifen.rules.when import Birthday, Conditions, Nth
from jifen.values.periods import Active, CalendarYear, Never, Rolling, Sweep, Validity

from .office import Office
from .villages import NOW, SINCE, UNTIL, shorter, village, with_rule, with_rules, with_terms

ON = date(2026, 11, 1)
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/"))


def terms_of(programme: object) -> Terms:
    """The terms as they are published on 1 November."""
    return written(programme, regulation(), ON)  # type: ignore[arg-type]


def test_they_say_what_is_promised() -> None:
    """Sections in order, each number from the definition."""
    terms = terms_of(village())
    sections = [line for line in terms.zh.splitlines() if "、" in line[:3]]
    assert sections == [
        "一、如何获得积分", "二、积分值多少", "三、有效期", "四、到期提醒", "五、在收银台用积分",
        "六、活动与数量", "七、会员等级", "八、退货与积分不足", "九、兑换", "十、出错时的补救",
        "十一、家庭与受益人", "十二、条款的修改与通知", "十三、终止", "十四、咨询与投诉",
    ]  # fmt: skip
    for sentence in (
        "消费得积分：消费每1元得1积分；每天最多500积分。",
        "每100积分可抵1元。",
        "积分自获得之日起12个月内有效，至到期月的月末；有效期在获得时确定，以后的修改不会缩短。",
        "到期前30、7天提醒您。未能送达提醒的积分不作过期处理，延长30天并再次提醒。",
        "金：一个自然年消费达5000元，保级5000元。",
        "大米一袋：3000积分；平时售价30元；每月每人最多2份；兑换后7天内可以退，积分退回原来的批次。",
        "一般修改提前7天，涉及重大利益或者较多会员的提前15天，缩短有效期、降低价值、终止方案或者商户退出提前30天。",
    ):
        assert sentence in terms.zh, sentence
    for sentence in (
        "100 points pay 1 yuan.",
        "Points can be used for 12 months from the day of earning, to the end of that month.",
        "大米一袋: 3000 points; ordinary price 30 yuan; at most 2 a month; can be given back within 7 days "
        "of redemption, and the points return as they were.",
    ):
        assert sentence in terms.en, sentence
    assert len([line for line in terms.en.splitlines() if line[:1].isdigit() and ". " in line[:4]]) == len(
        sections
    )


VALIDITIES: list[tuple[Validity, str, str]] = [
    (Rolling(days=30), "30天内有效", "for 30 days"),
    (CalendarYear(after=1), "其后第1个自然年的12月31日", "31 December of calendar year 1 after"),
    (CalendarYear(after=0), "当年12月31日", "31 December of the year of earning"),
    (Active(months=24), "连续24个月没有", "lapse after 24 months in which"),
    (Sweep(month=6, day=30), "下一个6月30日有效，至少30天", "the next 30/6"),
    (Never(), "长期有效", "never lapse"),
]


@pytest.mark.parametrize(("validity", "zh", "en"), VALIDITIES)
def test_every_kind_of_validity_has_words(validity: Validity, zh: str, en: str) -> None:
    """In both languages."""
    terms = terms_of(with_rules(village(), validity=validity))
    assert zh in terms.zh
    assert en in terms.en


def test_every_kind_of_rule_and_condition_has_words() -> None:
    """No part of a definition is left out of what members read."""
    when = Conditions(
        merchants=("shop",), stores=("shop-1",), weekdays=(6,), month_days=(8,), dates=(ON,),
        minimum_fen=1000, maximum_fen=50_000, minimum_quantity=2, since=SINCE, until=UNTIL,
        channels=("app",), payments=("card",),
        lines=LineFilter(tags=("rice",)), tiers=("gold",), segments=("farmer",), tokens=("trusted",),
        joined_within_days=30, anniversary="month", birthday=Birthday(whose="pet", span="week"), invited=True,
        nth=Nth(per="month", every=3), expression="true",
    )  # fmt: skip
    rules = (
        Flat(id="f", points=1, acts=("survey",), once="ever", when=when, pending_days=3, once_per_code=True),
        PerItem(id="i", points=2, every=3, lines=LineFilter(skus=("a",))),
        Combination(id="c", points=4, parts=(Part(LineFilter(tags=("a",))), Part(LineFilter(tags=("b",))))),
        Reached(id="r", points=5, spend_fen=20_000, per="month"),
        Streak(id="s", points=6, length=3, per="week"),
        Multiplier(id="m", factor="1.5", group="g"),
    )
    rich = Reward(
        code="x", title="礼", points=9, prices=(Price(points=8, when=Conditions(tiers=("gold",))),),
        early=Early(since=SINCE, when=Conditions(tokens=("trusted",))), merchant="mill",
    )  # fmt: skip
    benefit = Reward(code="y", title="护理", points=0, threshold=10_000)
    one = with_rules(village(), rules=rules, rewards=(rich, benefit), referral=Referral())
    terms = terms_of(one)
    for word in (
        "在村口小店", "周六", "每月8日", "2026-11-01", "单笔满10元", "单笔不超过500元", "满2件",
        "2026年6月1日",
        "渠道为app", "支付方式为card", "等级为金", "属于farmer", "信用凭证（trusted）", "入会30天内",
        "入会周年当月", "宠物生日当周", "由会员邀请入会", "当月每第3次消费", "满足 true", "3天后生效",
        "每个编号只有一次", "指定商品每3件得2积分", "买齐2类", "当月累计消费满200元", "连续3周", "1.5倍",
        "等级为金为8积分", "由磨坊提供", "可用积分达10000即可享受，不扣积分", "奖励只有一级",
    ):  # fmt: skip
        assert word in terms.zh, word
    for word in (
        "at 村口小店", "on Saturday", "from 10 yuan", "up to 500 yuan", "for 金", "your pet's birthday",
        "purchase number every 3", "2 points for every 3", "1.5 times",
        "for who has 10000 points; nothing is taken",
    ):  # fmt: skip
        assert word in terms.en, word


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_what_we_write_ourselves_passes_our_own_linter(folder: Path) -> None:
    """For every example: the derived words are lawful ones."""
    programme = load(folder).programme
    assert programme is not None
    terms = terms_of(programme)
    ours = {"".join(lines) for lines in (programme.terms.clauses, programme.terms.clauses_en)}
    for line in terms.zh.splitlines():
        if line not in programme.terms.clauses and line not in ours:
            assert not [one for one in lint(line, "zh") if one.severity == "error"], line


def test_the_same_programme_has_the_same_text_and_hash() -> None:
    """The hash is that of both texts, so a change of either is seen."""
    one, again = terms_of(village()), terms_of(village())
    assert (one, one.hash) == (again, again.hash)
    assert one.hash == text_hash(one.zh, one.en)
    assert text_hash(one.zh + " ", one.en) != one.hash != text_hash(one.zh, one.en + " ")


def test_changes_are_marked_against_the_version_before() -> None:
    """What went, what came, and the rest; read in order it is the new text."""
    before, after = terms_of(village()).zh, terms_of(shorter(village())).zh
    lines = marked(before, after)
    assert [line.text for line in lines if line.mark != "removed"] == after.splitlines()
    changed = [(line.mark, line.text[:14]) for line in lines if line.mark != "same"]
    assert changed == [("removed", "积分自获得之日起12个月内有"), ("added", "积分自获得之日起9个月内有效")]


async def test_what_a_member_was_shown_is_kept(office: Office) -> None:
    """R01: version, channel, time and hash; the hash of another text is refused."""
    await office.publish(village())
    await office.enrol("ann")
    program = await office.program()
    (one,) = await office.versions()
    wallet = (await office.members.wallets(program.id, ["ann"]))["ann"]
    seen = Receipt(1, "displayed", "app", NOW, "zh", one.terms_hash.hex())
    agreed = Receipt(1, "acknowledged", "till", NOW + timedelta(days=1), "zh", one.terms_hash.hex())
    for receipt in (seen, agreed, seen):
        await record(office.pool, program.id, wallet, one, receipt)
    assert await receipts(office.pool, wallet) == (agreed, seen)
    other = Receipt(1, "displayed", "app", NOW, "zh", "0" * 64)
    with pytest.raises(Conflict, match="not the hash of version 1"):
        await record(office.pool, program.id, wallet, one, other)


def test_clauses_of_the_operator_stand_in_both_languages() -> None:
    """In their own section; without English ones the Chinese stand."""
    one = with_terms(village(), clauses=("周一休息。",), clauses_en=("Closed on Mondays.",))
    assert "周一休息。" in terms_of(one).zh
    assert "Closed on Mondays." in terms_of(one).en
    assert "周一休息。" in terms_of(with_terms(village(), clauses=("周一休息。",))).en
    assert "其他约定" not in terms_of(with_rule(village(), 0, title="x")).zh

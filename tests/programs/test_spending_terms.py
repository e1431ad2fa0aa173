"""What is promised of spending: how its changes weigh, what its terms say, and what of it is not whole."""

from typing import Any

import msgspec
import pytest

from jifen.programs.checking import checked
from jifen.programs.definition import Programme
from jifen.programs.regulation import regulation
from jifen.programs.terms.summary import summary
from jifen.programs.terms.writing import Terms, written
from jifen.rules.calendars import Weekdays
from jifen.rules.definition import Households, Offline, Offset, Remedy, Till
from jifen.rules.rewards import Opening, Price, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions, LineFilter

from .test_changes import weighed
from .villages import NOW, village, with_merchant, with_reward, with_rules

HALF = Till(
    offset=Offset(
        most_permille=500, step_points=100, minimum_points=200, minimum_fen=1000, merchants=("shop",)
    ),
    quote_minutes=20,
    confirm_points=2000,
    offline=Offline(points_most=500, bills_most=2),
)
SAVE = VoucherTerms(minimum_fen=10_000, save_fen=2000, valid_days=60, merchants=("shop", "mill"))
MORNING = Opening(since="09:00", until="11:00", every_minutes=60, capacity=3, weekdays=(6, 7))
BOOKED = Slots(openings=(MORNING,), cancel_hours=12, closed=("fair",))
FAMILY = Households()
FAULT = Remedy(title="未能提供", permille=100, points=20, grace_days=30, extend_days=7)


def whole() -> Programme:
    """A village with a voucher, a service by the hour, a till, families and a remedy."""
    rewards = (
        Reward(code="off", title="满100减20券", kind="voucher", points=2000, value_fen=2000, voucher=SAVE),
        Reward(code="tour", title="采摘一次", kind="service", points=3000, slots=BOOKED, fulfil="order"),
        Reward(code="pot", title="铁锅", points=500, cash_fen=4000, value_fen=9000, payers=2),
    )
    return with_rules(
        village(), rewards=rewards, till=HALF, households=FAMILY, remedies={"unfulfilled": FAULT},
        calendars={"fair": Weekdays(weekdays=(3,))},
    )  # fmt: skip


def at_till(**fields: Any) -> Programme:
    return with_rules(whole(), till=msgspec.structs.replace(HALF, **fields))


def paying(**fields: Any) -> Programme:
    return at_till(offset=msgspec.structs.replace(HALF.offset, **fields))


def reward(place: int, **fields: Any) -> Programme:
    one = whole()
    rewards = list(one.rules.rewards)
    rewards[place] = msgspec.structs.replace(rewards[place], **fields)
    return with_rules(one, rewards=tuple(rewards))


def voucher(**fields: Any) -> Programme:
    return reward(0, voucher=msgspec.structs.replace(SAVE, **fields))


def slots(**fields: Any) -> Programme:
    return reward(1, slots=msgspec.structs.replace(BOOKED, **fields))


def family(**fields: Any) -> Programme:
    return with_rules(whole(), households=msgspec.structs.replace(FAMILY, **fields))


def remedy(**fields: Any) -> Programme:
    return with_rules(whole(), remedies={"unfulfilled": msgspec.structs.replace(FAULT, **fields)})


# What becomes worse, the term that says so, how it weighs, and what its notice says.
WORSE: list[tuple[Programme, str, str, str]] = [
    (paying(most_permille=300), "offset.most_permille", "adverse", "积分最多可抵的比例降低"),
    (paying(step_points=200), "offset.step_points", "adverse", "积分使用的步长增大"),
    (paying(minimum_points=500), "offset.minimum_points", "adverse", "积分使用的起点提高"),
    (paying(minimum_fen=5000), "offset.minimum_fen", "adverse", "可用积分的账单金额提高"),
    (at_till(quote_minutes=5), "quote_minutes", "major", "报价有效时间缩短"),
    (at_till(offline=None), "offline", "ordinary", "断网时的积分使用收紧"),
    (voucher(valid_days=30), "voucher.valid_days", "adverse", "“满100减20券”券的有效期缩短"),
    (voucher(minimum_fen=20_000), "voucher.minimum_fen", "adverse", "“满100减20券”券的使用门槛提高"),
    (voucher(save_fen=1000), "voucher.save_fen", "adverse", "“满100减20券”券的抵扣金额降低"),
    (voucher(merchants=("shop",)), "voucher.merchants", "adverse", "“满100减20券”规则收紧"),
    (voucher(with_points=False), "voucher.with_points", "adverse", "“满100减20券”规则收紧"),
    (voucher(lines=LineFilter(skus=("oil",))), "voucher.lines.skus", "adverse", "“满100减20券”规则收紧"),
    (voucher(when=Conditions(weekdays=(1,))), "voucher.when.weekdays", "major", "“满100减20券”规则收紧"),
    (reward(0, voucher=None), "voucher", "major", "“满100减20券”券的条件调整"),
    (slots(cancel_hours=24), "slots.cancel_hours", "adverse", "“采摘一次”取消预约的时限收紧"),
    (slots(openings=(msgspec.structs.replace(MORNING, capacity=2),)), "slots.openings", "major",
     "“采摘一次”可预约的场次减少"),
    (slots(openings=(msgspec.structs.replace(MORNING, weekdays=(6,)),)), "slots.openings", "major",
     "“采摘一次”可预约的场次减少"),
    (slots(ahead_days=7), "slots.ahead_days", "major", "“采摘一次”规则收紧"),
    (reward(2, cash_fen=5000), "cash_fen", "adverse", "“铁锅”另付现金增加"),
    (reward(2, payers=1), "payers", "major", "“铁锅”可一起支付的人数减少"),
    (reward(2, return_days=0), "return_days", "major", "“铁锅”可退天数减少"),
    (family(beneficiary_days=90), "beneficiary_days", "adverse", "受让人等待天数延长"),
    (family(pool=False), "pool", "adverse", "家庭合用积分取消"),
    (family(members_most=4), "members_most", "major", "家庭人数上限降低"),
    (remedy(permille=50), "permille", "adverse", "“未能提供”补偿比例降低"),
    (remedy(points=10), "points", "adverse", "“未能提供”分值调低"),
    (remedy(extend_days=3), "extend_days", "adverse", "“未能提供”延长天数减少"),
    (with_rules(whole(), remedies={}), "", "adverse", "取消“未能提供”"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("new", "term", "weight", "said"), WORSE, ids=[f"{row[1]}-{n}" for n, row in enumerate(WORSE)]
)
def test_what_is_worse_needs_notice_and_its_inverse_none(
    new: Programme, term: str, weight: str, said: str
) -> None:
    """R03: found by comparing. The other way round it is for the better, or as heavy where none can tell."""
    old = whole()
    there, back = weighed(old, new), weighed(new, old)
    assert [(change.term, change.weight) for change in there.changes] == [(term, weight)]
    assert there.days == {"adverse": 30, "major": 15, "ordinary": 7}[weight]
    assert back.weight in ("favourable", "offer") or term == "voucher"
    assert said in summary(old, new, there.changes, None)


def test_who_does_not_come_may_be_treated_better_at_once_and_worse_after_notice() -> None:
    """S26: the policy is part of what was promised when one booked."""
    kind = slots(no_show="return")
    assert weighed(whole(), kind).weight == "favourable"
    assert weighed(kind, whole()).weight == "adverse"


def test_a_reward_that_becomes_bookable_is_one_change() -> None:
    """Not one for every field that its times have."""
    new = reward(2, slots=BOOKED)
    assert [change.term for change in weighed(whole(), new).changes] == ["slots"]


def test_a_programme_of_before_weighs_nothing_against_itself() -> None:
    """What has its defaults says what it said; nobody is told of it."""
    assert weighed(village(), village()).changes == ()


def terms_of(programme: Programme) -> Terms:
    return written(programme, regulation(), NOW.date())


def test_the_terms_say_how_points_pay() -> None:
    """The most, the steps, the least, where; how long a quote is honoured; what a till does offline."""
    said = terms_of(whole())
    for sentence in (
        "在村口小店结账时，积分最多可抵用券后应付金额的50%，单笔满10元可用，用多少由您决定。",
        "一次至少用200积分，按100的整数倍使用。",
        "报价在20分钟内有效",
        "一笔用2000积分及以上，需要您当场确认。",
        "收银台断网时，一笔最多用500积分，每人每天最多2笔，72小时内入账",
        "发票按实付现金开具",
    ):
        assert sentence in said.zh, sentence
    for sentence in (
        "points pay up to 50% of a bill of 10 yuan or more at 村口小店, after vouchers; you choose how many.",
        "points are used at least 200 at a time, in whole multiples of 100.",
        "A quote is honoured for 20 minutes",
        "Without network a till takes at most 500 points a bill, on 2 bills a member and day",
    ):
        assert sentence in said.en, sentence


def test_the_terms_say_what_vouchers_and_times_ask() -> None:
    """S04, S26: conditions, cancelling and who does not come, before anything is booked."""
    said = terms_of(whole())
    for sentence in (
        "满100减20券：2000积分；平时售价20元；券：账单满100元减20元；发放后60天内有效；在村口小店、磨坊使用；"
        "一笔限用一张，不与其他券同用",
        "规则修改不影响已发放的券；未使用的券在有效期内可以退，积分退回原来的批次。",
        "需预约：周六、周日09:00至11:00，每1小时一场，每场3个名额；可提前30天预约；公布的日历（fair）所列日期除外；"
        "开始前12小时可以取消，积分全部退回；更晚取消或者没有到场，积分不退回；商户取消的，积分全部退回。",
        "铁锅：500积分加40元；平时售价90元；可由最多2位会员一起支付，任何一位没有付成则全部不扣；"
        "兑换后7天内可以退",
    ):
        assert sentence in said.zh, sentence
    for sentence in (
        "a voucher: 20 yuan off a bill of 100 yuan or more; good for 60 days after it was issued",
        "to be booked: Saturday, Sunday 09:00 to 11:00, every 1 h, 3 places each; up to 30 days ahead",
        "until 12 hours before you may cancel, and all points return; who cancels later or does not come "
        "loses the points; if the merchant cancels, all points return.",
        "500 points and 40 yuan; ordinary price 90 yuan; up to 2 members may pay together",
    ):
        assert sentence in said.en, sentence


KINDS: list[tuple[VoucherTerms, str, str]] = [
    (VoucherTerms(save_fen=500), "券：账单减5元", "5 yuan off a bill"),
    (VoucherTerms(type="percent", percent=10, most_fen=2000), "账单减10%，最多减20元",
     "10% off a bill, at most 20 yuan"),
    (
        VoucherTerms(type="item", lines=LineFilter(skus=("oil",)), minimum_fen=5000, most_fen=3000),
        "指定商品满50元，指定商品中最贵的一件免费，最多减30元",
        "the dearest piece of the named goods is free on named goods of 50 yuan or more, at most 30 yuan",
    ),
    (VoucherTerms(type="freight", save_fen=800), "运费最多减8元", "up to 8 yuan off the delivery"),
    (VoucherTerms(save_fen=500, stacks=True, with_points=False), "可与其他可叠加的券同用；不与积分抵扣同用",
     "beside other vouchers that allow it; not beside points"),
    (VoucherTerms(save_fen=500, stores=("shop-1",), when=Conditions(weekdays=(6,))), "使用条件：周六",
     "usable on Saturday"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "zh", "en"), KINDS)
def test_every_type_of_voucher_has_words(terms: VoucherTerms, zh: str, en: str) -> None:
    said = terms_of(voucher(**{name: getattr(terms, name) for name in VoucherTerms.__struct_fields__}))
    assert zh in said.zh
    assert en in said.en


def test_the_terms_say_how_families_and_faults_are_treated() -> None:
    said = terms_of(whole())
    for sentence in (
        "家庭最多6人", "不满十四周岁的由监护人同意", "合用时先用付款人自己的", "积分不会离开家庭",
        "带走自己没有用完的积分，有效期不变，30天内不能加入另一个家庭",
        "最多8位受让人，登记满60天后可以用您的积分为其兑换",
        "未能提供：另补所用积分的10%，不足1分的按1分；另补20积分；退回的积分已过期的，可再使用30天；"
        "停用期间到期的积分，在停用时长之外再延长至少7天。",
    ):  # fmt: skip
        assert sentence in said.zh, sentence
    assert "redeem for them 60 days after registering them" in said.en
    assert "10% of the points spent on top, rounded up; 20 points on top" in said.en
    apart = terms_of(with_rules(whole(), households=Households(pool=False, beneficiaries_most=0)))
    assert "合用" not in apart.zh
    assert "受让人，" not in apart.zh


def test_points_that_pay_nothing_at_the_till_say_so() -> None:
    """And a unit without a worth says nothing of tills at all."""
    none = terms_of(with_rules(whole(), till=Till(offset=Offset(most_permille=0))))
    assert "结账时不用积分抵现金" in none.zh
    bare = whole()
    unit = msgspec.structs.replace(bare.units[0], offset_fen=0)
    worthless = terms_of(
        msgspec.structs.replace(bare, units=(unit,), rules=with_rules(bare, till=Till()).rules)
    )
    assert "在收银台用积分" not in worthless.zh


def codes(programme: Programme) -> dict[str, str]:
    """What is wrong or doubtful, by path."""
    return {one.path: one.code for one in checked(programme, NOW.date())}


def test_a_voucher_that_does_not_say_what_it_does_is_doubtful() -> None:
    """It can be redeemed, but no till will take it."""
    found = [one for one in checked(reward(0, voucher=None), NOW.date()) if one.path.endswith(".voucher")]
    assert [(one.code, one.severity) for one in found] == [("voucher_without_terms", "warning")]


def test_what_spending_names_elsewhere_must_be_there() -> None:
    """Stores of the merchants where a voucher is good, charities, grants, and points that have a worth."""
    plain = whole()
    assert codes(voucher(merchants=("mill",), stores=("shop-1",))) == {
        "rules.rewards[0].voucher.stores": "store_of_another"
    }
    given = with_reward(village(), kind="donation", merchant="mill")
    assert codes(given)["rules.rewards[0].merchant"] == "no_charity"
    asked = Conditions(tokens=("trusted",))
    assert codes(voucher(when=asked))["rules.rewards[0].voucher.when.tokens"] == "unknown_grant"
    priced = with_reward(village(), prices=(Price(points=1, when=asked),))
    assert codes(priced)["rules.rewards[0].prices[0].when.tokens"] == "unknown_grant"
    unit = msgspec.structs.replace(plain.units[0], offset_fen=0)
    assert codes(msgspec.structs.replace(plain, units=(unit,)))["rules.till.offset"] == "till_without_worth"
    nowhere = with_merchant(
        reward(1, merchant="mill", slots=msgspec.structs.replace(BOOKED, per_store=True)), 1, stores=()
    )
    assert codes(nowhere)["rules.rewards[1].slots.per_store"] == "no_store"

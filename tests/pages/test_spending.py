"""What pages say of bills, orders, households and faults made good, in both languages."""

from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
import pytest

from jifen.books.entries import Entry
from jifen.books.explanation import explained
from jifen.books.legs import Account, Kind, Leg
from jifen.books.series import Series, series_of
from jifen.books.wallet import Wallet
from jifen.events.event import Back, PaidVoucher, Refunded, Tenders, purchase_content, refunded_text
from jifen.mall import family, orders
from jifen.mall.ordering import Stepped
from jifen.mall.rewarding import Redeemed
from jifen.pages.families import STEPS
from jifen.pages.happenings import happened
from jifen.pages.ordered import BY_WHOM
from jifen.pages.reading import Seen
from jifen.pages.rewarded import rewarded
from jifen.pages.words import words
from jifen.parties.programs import Outage
from jifen.rules.award import Line
from jifen.rules.definition import Remedy
from jifen.rules.rewards import Reward
from jifen.till.basket import Basket
from jifen.till.bill import Content, content_text
from jifen.values.ids import Id, MerchantId, WalletId
from tests.pages.telling import AT, BASE, ID, entry_of, program

REWARDS = (
    Reward(code="wash", title="洗车一次", title_en="Car wash", points=2_500),
    Reward(code="lunch", title="一份午餐", title_en="A school lunch", points=500, kind="donation"),
)
REMEDIES = {"unfulfilled": Remedy(title="未能提供的补偿", title_en="What we failed to provide", permille=100)}
HERE = program(BASE, rewards=REWARDS, remedies=REMEDIES)
GOODS = (Line("tea", "TEA", 1, 20_000),)
MERCHANT = MerchantId(Id(int=2))
BILL = Id(int=5)


def series(expires_at: datetime | None) -> Series:
    """Points that live to an instant."""
    return series_of(HERE.id, "point", MERCHANT, MERCHANT, 0, 1, (100, 100), None, expires_at, None)


OLD, LATER = (
    series(datetime(2026, 11, 20, 16, tzinfo=UTC)),
    series(datetime(2026, 12, 20, 16, tzinfo=UTC)),
)


def said(entry: Entry, here: Any = HERE) -> tuple[str, str]:
    """What happened, in Chinese and in English. Holds end at 18:24 of the day."""
    until = {1: AT.replace(hour=10)}
    wallet = Wallet(WalletId(ID), 0, here.id, here.zone)
    seen = Seen(here, wallet, AT, {one.id: one for one in (OLD, LATER)}, [entry], until)
    zh, en = (
        words(language).joined(happened(seen, entry, words(language))).striptags()
        for language in ("zh", "en")
    )
    return zh, en


def bought(tenders: Tenders | None, points: int = 0) -> Entry:
    """A purchase of 200 yuan, and what paid it."""
    event = purchase_content("liuhe", 0, GOODS, None, tenders=tenders).decode()
    legs = (Leg(LATER.id, Account.REDEEMED, -points, ID),) if points else ()
    why = explained(1, 0, {})
    return entry_of(Kind.PURCHASE, event, why, legs=legs)


@pytest.mark.scenario
def test_a_bill_says_which_part_points_vouchers_and_money_paid() -> None:
    """S03: 10 000 points leave 100.00 of 200.00; 20 000 leave nothing."""
    assert said(bought(None))[0] == "买单 ¥200.00"
    half = Tenders(BILL, 10_000, 10_000, 10_000)
    assert said(bought(half, 10_000)) == (
        "买单 ¥200.00，用 10,000 积分抵 ¥100.00，付现金 ¥100.00",
        "paid ¥200.00, 10,000 points paid ¥100.00, ¥100.00 in money",
    )
    whole = Tenders(BILL, 0, 20_000, 20_000)
    assert said(bought(whole, 20_000))[0] == "买单 ¥200.00，用 20,000 积分抵 ¥200.00，不用再付现金"
    offline = Tenders(ID, 10_000, 10_000, 10_000)
    assert said(bought(offline, 10_000)) == (
        "买单 ¥200.00，用 10,000 积分抵 ¥100.00，付现金 ¥100.00，收银台断网时记下，后来入账",
        "paid ¥200.00, 10,000 points paid ¥100.00, ¥100.00 in money, "
        "taken by a till without network, booked later",
    )
    slips = (PaidVoucher(ID, 2_000, 10_000), PaidVoucher(Id(int=9), 800, 0, True))
    mixed = Tenders(BILL, 8_000, 10_000, 10_000, 800, slips)
    assert said(bought(mixed, 10_000)) == (
        "买单 ¥208.00，其中运费 ¥8.00，用 2 张券省 ¥28.00，用 10,000 积分抵 ¥100.00，付现金 ¥80.00",
        "paid ¥208.00, of it ¥8.00 for the delivery, 2 vouchers saved ¥28.00, 10,000 points paid ¥100.00, "
        "¥80.00 in money",
    )


def opening(points: int, *slips: PaidVoucher) -> str:
    """What a bill of 200 yuan is of."""
    basket = Basket("liuhe", 20_000, GOODS)
    return content_text(Content(basket, 20_000, points, points, (), slips))


def test_an_open_bill_says_what_it_waits_for_and_a_voided_one_that_nothing_happened() -> None:
    """With points it is a hold; without, an entry of its own."""
    leg = Leg(LATER.id, Account.HELD, -3_000, ID)
    held = entry_of(Kind.HOLD, explanation=opening(3_000, PaidVoucher(ID, 2_000)), legs=(leg,))
    assert said(held) == (
        "一张 ¥200.00 的账单，还没付完，占用到 11 月 21 日 18:24，完成后才扣，占用 1 张券",
        "a bill of ¥200.00, not yet paid, held until 21 Nov, 18:24, taken when it is done, a voucher held",
    )
    slips = (PaidVoucher(ID, 2_000), PaidVoucher(Id(int=9), 500))
    alone = entry_of(Kind.BILL, explanation=opening(0, *slips))
    assert said(alone)[0] == "一张 ¥200.00 的账单，还没付完，占用 2 张券"
    assert said(entry_of(Kind.BILL, reverses=1)) == (
        "这张账单没有付，券可以再用",
        "this bill was not paid, its vouchers are free again",
    )
    plain = entry_of(Kind.HOLD, legs=(leg,))
    assert said(plain)[0] == "占用到 11 月 21 日 18:24，完成后才扣"


def test_a_return_of_a_bill_says_what_came_back_of_each_tender() -> None:
    """Money as money, points as points, vouchers as vouchers."""
    back = Back(cash=5_000, points=5_000, pays=5_000, vouchers=(ID,), charged=800, clawed=50)
    event = '{"type":"return","purchase":"k","all":true}'
    entry = entry_of(Kind.RETURN, event, refunded_text(Refunded(1, 0, refund=back)))
    assert said(entry) == (
        "退现金 ¥50.00，退回 5,000 积分，退回 1 张券，退回的券在留下的商品上省的 ¥8.00 不再减，收回 50",
        "¥50.00 in money came back, 5,000 points came back, a voucher came back, ¥8.00 that it saved on what "
        "stays is charged, 50 taken back",
    )


def redeemed(kind: Kind = Kind.REDEEM, points: int = 2_500, **more: Any) -> Entry:
    """A redemption of the car wash."""
    told = Redeemed(rules=1, points=2_500, **{"reward": "wash", **more})
    account = Account.DONATED if kind is Kind.DONATE else Account.REDEEMED
    legs = (Leg(LATER.id, account, -points, ID),) if kind is not Kind.ORDER else ()
    return entry_of(kind, explanation=msgspec.json.encode(told).decode(), legs=legs)


def test_a_redemption_says_its_time_its_cash_and_that_several_paid() -> None:
    """S22, S26: what each paid is told to each, and to nobody who the others are."""
    at = datetime(2026, 11, 22, 1, 30, tzinfo=UTC)
    assert said(redeemed(slot=at)) == (
        "换了“洗车一次”，约在 11 月 22 日 09:30",
        "“Car wash” redeemed, for 22 Nov, 09:30",
    )
    assert said(redeemed(cash_fen=1_000, count=2))[0] == "换了 2 件“洗车一次”，另付 ¥20.00"
    joint = redeemed(points=1_000, shared=1_000)
    assert said(joint) == (
        "换了“洗车一次”，几个人一起付，这里出 1,000",
        "“Car wash” redeemed, paid together, 1,000 from here",
    )
    told = rewarded(HERE, joint, words("zh"))
    assert told is not None
    assert told.points == -1_000
    assert told.said.striptags() == "每件 2,500 积分，几个人一起付，这里出 1,000"
    cash = redeemed(Kind.ORDER, slot=at, cash_fen=3_000)
    assert said(cash)[0] == "用现金订了“洗车一次”，约在 11 月 22 日 09:30，付现金 ¥30.00"
    lunch = redeemed(Kind.DONATE, 500, reward="lunch")
    assert said(lunch) == ("捐给“一份午餐”，500 积分", "500 points given to “A school lunch”")
    assert said(entry_of(Kind.DONATE, legs=(Leg(LATER.id, Account.DONATED, -70, ID),)))[0] == "捐出 70"


def step(kind: Kind, step: orders.Step, by: orders.By = "merchant", points: int = 0, **more: Any) -> Entry:
    """A step of the order of a car wash."""
    told = Stepped("o", step, "placed", "cancelled", by, 1, "wash", **more)
    account = Account.ISSUED if kind is Kind.COMPENSATE else Account.REDEEMED
    legs = (Leg(LATER.id, account, points, ID),) if points else ()
    return entry_of(kind, explanation=msgspec.json.encode(told).decode(), legs=legs)


def test_each_step_of_an_order_is_told() -> None:
    """In both languages, with what came back and what did not."""
    assert said(step(Kind.ORDER, "confirm"))[0] == "“洗车一次”商户确认了"
    assert said(step(Kind.ORDER, "no_show", kept=True)) == (
        "约好的“洗车一次”没有来，按预约前说明的，积分算用掉了",
        "nobody came for “Car wash”, the points count as used, as was said before booking",
    )
    assert said(step(Kind.REVERSE, "cancel", "member", 2_500))[0] == (
        "“洗车一次”按你说的取消了，2,500 退回原来那几笔"
    )
    assert said(step(Kind.REVERSE, "fail", points=2_500, back_fen=1_000)) == (
        "“洗车一次”没能提供，2,500 退回原来那几笔，另退 ¥10.00",
        "“Car wash” could not be provided, 2,500 back to where they came from, "
        "¥10.00 in money comes back too",
    )
    for one in get_args(orders.Step):
        for by in BY_WHOM:
            zh, en = said(step(Kind.ORDER, one, by))
            assert "洗车一次" in zh
            assert "Car wash" in en
    assert set(BY_WHOM) == set(get_args(orders.By))


@pytest.mark.scenario
def test_a_fault_made_good_names_the_published_remedy() -> None:
    """S13, S27: beside the points that came back."""
    entry = step(Kind.COMPENSATE, "fail", points=250, remedy="unfulfilled", given=250)
    assert said(entry) == ("“洗车一次”：未能提供的补偿", "“Car wash”: What we failed to provide")
    assert said(step(Kind.COMPENSATE, "fail", points=250, remedy="gone"))[0] == "“洗车一次”：给你的补偿"
    assert said(entry_of(Kind.REVERSE))[0] == "退回原来那几笔"
    assert said(entry_of(Kind.COMPENSATE))[0] == "给你的补偿"


def test_every_step_of_a_household_has_words() -> None:
    """None of them names another member."""
    assert set(STEPS) == set(get_args(family.Step))
    other = "0193a1b2-0000-7000-8000-000000000000"
    for one in get_args(family.Step):
        zh, en = said(entry_of(Kind.HOUSEHOLD, explanation=family.told(one, other, other, 500)))
        assert zh
        assert en
        assert other not in zh + en
    pooled = entry_of(Kind.HOUSEHOLD, explanation=family.told("pooled", points=500))
    assert said(pooled) == ("同意家人每月最多用 500", "family may use up to 500 a month")


@pytest.mark.scenario
def test_who_leaves_takes_points_along_and_an_heir_is_told_so() -> None:
    """S16: the own lots, with their dates."""
    leg = Leg(LATER.id, Account.TRANSFERRED, 4_000, ID)
    left = entry_of(Kind.HOUSEHOLD, explanation=family.told("left", "w", points=4_000), legs=(leg,))
    assert said(left) == ("离开家庭，4,000 回到你这里", "left the household, 4,000 came back to you")
    gone = msgspec.structs.replace(left, legs=(msgspec.structs.replace(leg, points=-4_000),))
    assert said(gone)[0] == "离开家庭，带走 4,000"
    heir = entry_of(Kind.TRANSFER, explanation=family.told("inherited", "w", "c", 4_000), legs=(leg,))
    assert said(heir) == ("继承来的积分", "inherited points")
    assert said(entry_of(Kind.TRANSFER, legs=(leg,)))[0] == "家人转给你"


@pytest.mark.scenario
def test_points_that_an_outage_would_have_taken_live_on_and_say_why() -> None:
    """S27: those that had expired come back into their lot, and move on with the others."""
    of = Id(int=77)
    outage = Outage(
        of, None, AT, AT, "outage", "point", 0, 7, "系统停用两天", "Two days without the system", "op", AT
    )
    here = msgspec.structs.replace(HERE, outages=(outage,))
    legs = (
        Leg(OLD.id, Account.EXPIRED, 300, ID),
        Leg(OLD.id, Account.TRANSFERRED, -500, ID),
        Leg(LATER.id, Account.TRANSFERRED, 500, ID),
    )
    why = msgspec.json.encode({"points": 500, "outage": str(of), "revived": 300}).decode()
    entry = entry_of(Kind.EXTEND, explanation=why, legs=legs)
    assert said(entry, here) == (
        "系统停用两天，500 延到 12 月 20 日",
        "Two days without the system: 500 now last to 20 Dec",
    )
    assert said(entry)[0] == "停用期间到期的不算过期，500 延到 12 月 20 日"

"""Happenings: what is said of entries that no rule decides, in both languages."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from jifen.books.entries import Entry
from jifen.books.legs import Account, Kind, Leg
from jifen.books.series import Series, series_of
from jifen.books.wallet import Wallet
from jifen.mall.rewarding import Redeemed
from jifen.pages.happenings import PROFILE, happened, kind_of, reason_of
from jifen.pages.reading import Seen
from jifen.pages.rewarded import rewarded
from jifen.pages.words import words
from jifen.parties.programs import Program
from jifen.programs.standing import StandingNow
from jifen.rules.calendars import MonthDays
from jifen.rules.definition import Act, Conditions
from jifen.rules.rewards import Price, Reward
from jifen.rules.tiers import Tier, Tiers
from jifen.values.ids import Id, MerchantId, WalletId
from tests.pages.telling import AT, BASE, ID, booked, entry_of, program

OLD, LATER = datetime(2026, 11, 20, 16, tzinfo=UTC), datetime(2026, 12, 20, 16, tzinfo=UTC)
TIERS = Tiers(
    levels=(
        Tier(code="silver", title="银卡", title_en="Silver", at=0),
        Tier(code="gold", title="金卡", title_en="Gold", at=100_000),
    )
)
REWARDS = (
    Reward(
        code="lipstick",
        title="口红",
        title_en="Lipstick",
        points=4_000,
        prices=(Price(points=3_000, when=Conditions(calendars=("member-day",))),),
    ),
    Reward(code="facial", title="面部护理", points=0, threshold=10_000, kind="benefit"),
)
ACTS = (Act(code="lecture", title="听讲座", title_en="A lecture"),)
HERE = program(BASE, tiers=TIERS, rewards=REWARDS, acts=ACTS, calendars={"member-day": MonthDays(days=(18,))})


def series(expires_at: datetime | None) -> Series:
    """Points that live to an instant."""
    merchant = MerchantId(Id(int=2))
    return series_of(HERE.id, "point", merchant, merchant, 0, 1, (100, 100), None, expires_at, None)


def seen(entry: Entry, *known: Series, here: Program = HERE) -> Seen:
    """A wallet with one entry."""
    wallet = Wallet(WalletId(ID), 0, here.id, here.zone)
    return Seen(here, wallet, AT, {one.id: one for one in known}, [entry], {})


def said(entry: Entry, *known: Series) -> tuple[str, str]:
    """What happened, in Chinese and in English."""
    zh, en = (
        words(language).joined(happened(seen(entry, *known), entry, words(language))).striptags()
        for language in ("zh", "en")
    )
    return zh, en


def own(points: int, of: Series) -> Leg:
    """Points that move within the wallet."""
    return Leg(of.id, Account.TRANSFERRED, points, ID)


def redeemed(**more: Any) -> Entry:
    """A redemption of a reward."""
    told = Redeemed(rules=1, **more)
    leg = Leg(series(LATER).id, Account.REDEEMED, -told.points * told.count, Id(int=2))
    legs = (leg,) if told.points else ()
    return entry_of(Kind.REDEEM, explanation=msgspec.json.encode(told).decode(), legs=legs)


@pytest.mark.scenario
def test_points_that_were_extended_say_why() -> None:
    """S02: nobody could be reminded, so they live on; or the reason that the entry gives (S27)."""
    before, after = series(OLD), series(LATER)
    legs = (own(-500, before), own(500, after))
    extended = entry_of(Kind.EXTEND, legs=legs)
    assert said(extended, before, after) == (
        "11 月 20 日到期前没能提醒到你，500 延到 12 月 20 日",
        "no reminder reached you before 20 Nov, so 500 now last to 20 Dec",
    )
    outage = entry_of(Kind.EXTEND, '{"reason":"系统停机两天"}', legs=legs)
    assert said(outage, before, after)[0] == "系统停机两天，500 延到 12 月 20 日"


def test_points_that_expired_say_when() -> None:
    """Each date once."""
    one, other = series(OLD), series(datetime(2026, 10, 31, 16, tzinfo=UTC))
    legs = tuple(Leg(of.id, Account.EXPIRED, -5, Id(int=2)) for of in (one, other, one))
    assert said(entry_of(Kind.EXPIRE, legs=legs), one, other) == (
        "10 月 31 日、11 月 20 日到期，没有用",
        "not used by 31 Oct, 20 Nov",
    )


@pytest.mark.scenario
def test_a_redemption_names_its_reward_and_its_price() -> None:
    """S06: on member day 3,000 instead of 4,000, and it says when that price holds."""
    entry = redeemed(reward="lipstick", points=3_000, price=0, count=2)
    assert said(entry, series(LATER)) == ("换了 2 件“口红”", "2 × “Lipstick” redeemed")
    told = rewarded(HERE, entry, words("zh"))
    assert told is not None
    assert (told.title, told.points) == ("口红", -6_000)
    assert told.said.striptags() == "每月 18 日：每件 3,000 积分，2 件，平时 4,000"
    english = rewarded(HERE, entry, words("en"))
    assert english is not None
    assert english.said.striptags() == "on day 18 of each month: 3,000 pt each, 2 of them, usually 4,000"


def test_the_usual_price_needs_no_reason() -> None:
    """It is the price."""
    entry = redeemed(reward="lipstick", points=4_000)
    assert said(entry, series(LATER))[0] == "换了“口红”"
    told = rewarded(HERE, entry, words("zh"))
    assert told is not None
    assert told.said.striptags() == "每件 4,000 积分"


def test_a_benefit_takes_nothing() -> None:
    """S06: the facial of those who have 10,000."""
    told = rewarded(HERE, redeemed(reward="facial"), words("zh"))
    assert told is not None
    assert told.said.striptags() == "有 10,000 积分就能享受，不扣积分"


def test_a_plain_redemption_has_no_reward() -> None:
    """It is said as ever."""
    of = series(LATER)
    entry = entry_of(Kind.REDEEM, legs=(Leg(of.id, Account.REDEEMED, -70, Id(int=2)),))
    assert rewarded(HERE, entry, words("zh")) is None
    assert said(entry, of)[0] == "用了 70"


def test_an_act_is_called_by_its_title() -> None:
    """Those of the system have one of ours; one without any is said plainly."""
    assert said(booked(HERE, act="lecture")) == ("听讲座", "A lecture")
    assert said(booked(HERE, act="referral"))[0] == "邀请的朋友下了第一单"
    assert said(booked(HERE, act="birthday.self"))[1] == "your birthday"
    assert said(booked(HERE, act="x7"))[0] == "做了一件得分的事"


@pytest.mark.parametrize("change", PROFILE)
def test_what_changed_of_a_member_is_said_quietly(change: str) -> None:
    """Which part, never what it is now; the entry itself holds a digest alone."""
    event = msgspec.json.encode({"type": "profile", "change": change.title(), "digest": "00"}).decode()
    zh, en = said(entry_of(Kind.PROFILE, event))
    assert zh not in ("", "规则要看的资料有更新")
    assert en not in ("", "what rules read of you has changed")


def test_an_unknown_change_is_said_without_a_name() -> None:
    """Also of events that are no object of ours."""
    assert said(entry_of(Kind.PROFILE, '{"change":"Shoes"}'))[0] == "规则要看的资料有更新"
    assert said(entry_of(Kind.PROFILE, '{"change":{"a":1}}'))[0] == "规则要看的资料有更新"


def review(**more: Any) -> Entry:
    """A tier at its review."""
    told = StandingNow(rules=1, **more)
    return entry_of(Kind.PROFILE, '{"type":"review"}', msgspec.json.encode(told).decode())


def test_a_review_says_what_became_of_the_tier() -> None:
    """Kept until when, or changed, and what was counted."""
    kept = review(reached=120_000, before="gold", tier="gold", until=date(2027, 12, 31))
    assert said(kept) == (
        "等级还是金卡，到 2027 年 12 月 31 日，核对的这段时间消费 ¥1,200.00",
        "still Gold, to 31 Dec 2027, ¥1,200.00 spent in the time that counts",
    )
    assert said(review(reached=0, before="gold", tier="silver"))[0] == (
        "等级从金卡变为银卡，核对的这段时间消费 ¥0.00"
    )
    assert said(review(reached=0, before="silver"))[1].startswith("from Silver to no tier")
    assert kind_of(kept) == "review"
    assert kind_of(entry_of(Kind.PROFILE)) == "profile"


def test_a_reason_is_that_of_whoever_gave_one() -> None:
    """Corrections, compensations and pauses; of other entries the word means something else."""
    assert (
        reason_of(entry_of(Kind.ADJUST, '{"type":"adjustment","reason":"收银记错","points":5}')) == "收银记错"
    )
    assert reason_of(entry_of(Kind.COMPENSATE, '{"reason":"停机"}')) == "停机"
    assert reason_of(entry_of(Kind.PURCHASE, '{"reason":"x"}')) == ""
    assert reason_of(entry_of(Kind.ADJUST, '{"adjust":25}')) == ""

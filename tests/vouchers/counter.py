"""What the alliance of these tests gives: vouchers of several kinds, and times to be booked."""

from datetime import date, datetime, timedelta

import msgspec

from jifen.rules.calendars import Dates
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions, LineFilter
from tests.api.alliance import NOW
from tests.api.alliance import RULES as PLAIN

FIVE = VoucherTerms(minimum_fen=5_000, save_fen=500, valid_days=10)
HOUR = Opening(since="09:00", until="12:00", every_minutes=60, capacity=2)

REWARDS = (
    Reward(
        code="off-5",
        title="满50减5",
        title_en="5 off 50",
        kind="voucher",
        merchant="air",
        points=100,
        voucher=FIVE,
    ),
    Reward(
        code="tenth",
        title="九折",
        kind="voucher",
        merchant="sea",
        points=50,
        voucher=VoucherTerms(
            type="percent", percent=10, most_fen=2_000, stacks=True, merchants=("sea", "air")
        ),
    ),
    Reward(
        code="ship",
        title="免运费",
        kind="freight",
        merchant="air",
        points=10,
        voucher=VoucherTerms(type="freight", save_fen=800, stacks=True),
    ),
    Reward(
        code="drink",
        title="饮料一杯",
        kind="voucher",
        merchant="air",
        points=20,
        voucher=VoucherTerms(
            type="item",
            lines=LineFilter(categories=("DRINK",)),
            stores=("air-1",),
            with_points=False,
            when=Conditions(weekdays=(6, 7)),
        ),
    ),
    Reward(
        code="tour",
        title="讲解",
        title_en="a guided tour",
        kind="service",
        merchant="air",
        points=60,
        value_fen=6_000,
        slots=Slots(openings=(HOUR,), closed=("holiday",), closing_minutes=30, cancel_hours=2),
    ),
    Reward(
        code="lesson",
        title="体验课",
        kind="service",
        merchant="sea",
        points=60,
        slots=Slots(openings=(HOUR,), per_store=True, no_show="return", cancel_hours=0),
    ),
    Reward(code="mug", title="杯子", merchant="air", points=10),
)

RULES = msgspec.structs.replace(
    PLAIN, rewards=REWARDS, calendars={"holiday": Dates(dates=(date(2026, 12, 24),))}, grace_days=7
)


def since(minutes: int) -> datetime:
    """So long after the alliance's now."""
    return NOW + timedelta(minutes=minutes)

"""What a programme promises, as a plain sheet of numbers that the model reads and the operator publishes."""

from random import Random
from typing import Literal

import msgspec

from jifen.rules.definition import Flat, Households, Offset, PerAmount, Rate, RuleSet, Till, Worth
from jifen.rules.rewards import Limit, Opening, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions
from jifen.values.periods import Rolling

CAPACITY = 2
SLOT_HOURS = (10, 11, 12, 13)
"""When the bath can be had, each day, for an hour."""

CLOSING_MINUTES = 60
AHEAD_DAYS = 7
CANCEL_HOURS = 24
INVITATION_DAYS = 2
MEMBERS_MOST = 3

VoucherKind = Literal["save", "percent", "freight"]


class Slip(msgspec.Struct, frozen=True):
    """What a voucher does. off: fen, or percent. most: of percent, in fen. at: the merchants; none: all."""

    type: VoucherKind
    off: int
    minimum: int
    days: int
    stacks: bool
    with_points: bool
    most: int | None = None
    at: tuple[str, ...] = ()


class Goods(msgspec.Struct, frozen=True):
    """What points buy. merchant: whose; empty: any. stock: counted; limit: so many a member and month."""

    points: int
    cash: int = 0
    merchant: str = ""
    stock: str = ""
    limit: int = 0
    payers: int = 1
    order: bool = False
    slots: bool = False
    forfeits: bool = True
    slip: Slip | None = None
    return_days: int = 7


class Sheet(msgspec.Struct, frozen=True):
    """One version of all that is promised; money in fen. rate: points for so many fen. bonus: from how many
    fen on, how many points more, which the operator funds. worth: so many points pay so many fen.
    """

    rate: tuple[int, int] = (1, 100)
    bonus: tuple[int, int] = (12_000, 20)
    days: int = 20
    grace: int = 3
    worth: tuple[int, int] = (100, 100)
    permille: int = 1000
    step: int = 1
    minimum_points: int = 0
    minimum_fen: int = 0
    quote_minutes: int = 60
    hold_minutes: int = 120
    own_points_first: bool = False
    pools: bool = True
    draw: Literal["soonest", "own_first"] = "own_first"
    rejoin_days: int = 10
    goods: dict[str, Goods] = {}


def goods(dearer: int, days: int, *, forfeits: bool) -> dict[str, Goods]:
    """The rewards, at prices that change with each sheet. days: so long vouchers are good."""
    save = Slip("save", 1000, 5000, days, True, True, at=("sea",))
    percent = Slip("percent", 10, 0, days, False, False, most=800, at=("sea",))
    freight = Slip("freight", 600, 3000, days, True, True)
    return {
        "mug": Goods(40 + dearer, merchant="sea", stock="mugs", limit=3),
        "lamp": Goods(60 + dearer, cash=1000, merchant="air", stock="lamps", order=True, return_days=2),
        "save": Goods(30 + dearer, merchant="sea", slip=save),
        "tenth": Goods(20, merchant="sea", slip=percent, limit=4),
        "ship": Goods(15, slip=freight),
        "bath": Goods(50 + dearer, merchant="sea", order=True, slots=True, forfeits=forfeits),
        "feast": Goods(150 + dearer, payers=3, stock="feasts", order=True),
    }


def some_sheet(chance: Random) -> Sheet:
    """Any of many sheets."""
    return Sheet(
        rate=chance.choice(((1, 100), (2, 100), (3, 70))),
        bonus=(chance.choice((5000, 12_000)), chance.choice((20, 45))),
        days=chance.choice((3, 10, 20, 60)),
        grace=chance.choice((0, 3, 3, 10)),
        worth=chance.choice(((100, 100), (100, 70), (10, 13), (100, 250), (3, 1))),
        permille=chance.choice((1000, 1000, 500, 300)),
        step=chance.choice((1, 1, 10, 25)),
        minimum_points=chance.choice((0, 0, 20)),
        minimum_fen=chance.choice((0, 0, 3000)),
        quote_minutes=chance.choice((15, 60, 1440)),
        hold_minutes=chance.choice((30, 120, 1440)),
        own_points_first=chance.choice((False, False, True)),
        pools=chance.choice((True, True, True, False)),
        draw=chance.choice(("soonest", "own_first")),
        goods=goods(chance.choice((0, 0, 10, 35)), chance.choice((2, 5, 15)), forfeits=chance.random() < 0.7),
    )


def published(sheet: Sheet) -> RuleSet:
    """The sheet as an operator writes it."""
    points, fen = sheet.rate
    minimum, bonus = sheet.bonus
    return RuleSet(
        rules=(
            PerAmount(id="base", rate=Rate(points, fen)),
            Flat(id="bonus", points=bonus, funder="operator", when=Conditions(minimum_fen=minimum)),
        ),
        validity=Rolling(days=sheet.days),
        grace_days=sheet.grace,
        own_points_first=sheet.own_points_first,
        worths={"point": Worth(*sheet.worth)},
        till=Till(
            offset=Offset(
                most_permille=sheet.permille,
                step_points=sheet.step,
                minimum_points=sheet.minimum_points,
                minimum_fen=sheet.minimum_fen,
            ),
            quote_minutes=sheet.quote_minutes,
            hold_minutes=sheet.hold_minutes,
        ),
        households=Households(
            members_most=MEMBERS_MOST,
            pool=sheet.pools,
            draw=sheet.draw,
            rejoin_days=sheet.rejoin_days,
            invitation_days=INVITATION_DAYS,
        ),
        rewards=tuple(_reward(code, one) for code, one in sheet.goods.items()),
    )


def _reward(code: str, one: Goods) -> Reward:
    return Reward(
        code=code,
        title=code,
        kind="voucher" if one.slip else "goods",
        merchant=one.merchant or None,
        points=one.points,
        cash_fen=one.cash,
        limits=(Limit(one.limit, "month"),) if one.limit else (),
        stock=one.stock or None,
        payers=one.payers,
        fulfil="order" if one.order else "at_once",
        return_days=one.return_days,
        voucher=None if one.slip is None else _terms(one.slip),
        slots=_slots(one) if one.slots else None,
    )


def _terms(slip: Slip) -> VoucherTerms:
    return VoucherTerms(
        type=slip.type,
        minimum_fen=slip.minimum,
        save_fen=0 if slip.type == "percent" else slip.off,
        percent=slip.off if slip.type == "percent" else None,
        most_fen=slip.most,
        merchants=slip.at,
        valid_days=slip.days,
        stacks=slip.stacks,
        with_points=slip.with_points,
    )


def _slots(one: Goods) -> Slots:
    return Slots(
        openings=(
            Opening(
                since=f"{SLOT_HOURS[0]:02}:00",
                until=f"{SLOT_HOURS[-1] + 1:02}:00",
                every_minutes=60,
                capacity=CAPACITY,
            ),
        ),
        ahead_days=AHEAD_DAYS,
        closing_minutes=CLOSING_MINUTES,
        cancel_hours=CANCEL_HOURS,
        no_show="forfeit" if one.forfeits else "return",
    )

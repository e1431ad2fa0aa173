"""Orders of the demo: what points bought, in every state that an order can be in, and bookings to come."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.cli.demo.chronicle import Stage, Step, asks, moment
from jifen.cli.demo.dataset import TODAY
from jifen.cli.demo.desk import DeskRefused
from jifen.cli.demo.people import CHUNSHENG, GUYU, LIDONG, OTHERS, XIAOMAN, others

STOCKS = {
    "rice-10kg": 60, "peanut-oil": 134, "eggs": 80, "umbrella": 45, "rice-cooker": 10, "gift-box": 200,
    "lipstick": 30, "hand-cream": 3, "perfume": 1, "dog-food": 18, "cat-food": 40, "succulent": 25,
    "lake-room": 12, "veg-box": 50, "plant": 20,
}  # fmt: skip
"""So many of each scarce thing there are for the year."""

POOR = (
    "insufficient_points",
    "limit_reached",
    "out_of_stock",
    "stock_short",
    "not_eligible",
    "wallet_frozen",
)
"""Why a wish of the crowd may fail: somebody has too few points, or has had enough. Then nothing happens."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it goes. then: (after so long, step, what is said with it)."""

    name: str
    member: str
    reward: str
    at: datetime
    more: dict[str, Any] = {}
    then: Sequence[tuple[timedelta, str, dict[str, Any]]] = ()


SOON, HOURS, DAY = timedelta(minutes=4), timedelta(hours=3), timedelta(days=1)
CONFIRM: tuple[timedelta, str, dict[str, Any]] = (SOON, "confirm", {})
FULFIL: tuple[timedelta, str, dict[str, Any]] = (HOURS, "fulfil", {})


def steps() -> list[Step]:
    """All orders, with the stocks that they draw on."""
    found = [
        asks(moment(3, 10, 9), f"stock-{code}", "POST", "/v1/stocks", code=code, count=count)
        for code, count in STOCKS.items()
        if code != "gift-box"
    ]
    found.append(asks(moment(10, 20, 12), "stock-gift-box", "POST", "/v1/stocks", code="gift-box", count=200))
    for order in [*told(), *crowd()]:
        found += _steps_of(order)
    found.append(
        asks(
            moment(11, 20, 15),
            "slots-cash",
            "POST",
            "/v1/slot-sales",
            key="demo-slots-cash",
            reward="ticket",
            slot=moment(11, 22, 9),
            count=3,
        )
    )
    return found


def told() -> list[Order]:
    """The orders of the story, in every state."""
    return [*_going_well(), *_going_wrong()]


def _going_well() -> list[Order]:
    washing, bath = moment(11, 23, 15), moment(11, 22, 11)
    return [
        Order(
            name="wash",
            member=XIAOMAN.number,
            reward="car-wash",
            at=moment(11, 20, 19, 32),
            more={"slot": washing},
            then=[CONFIRM],
        ),
        Order(name="five-off", member=XIAOMAN.number, reward="groceries-5-off-50", at=moment(11, 3, 12, 41)),
        Order(name="lunch", member=XIAOMAN.number, reward="school-lunch", at=moment(9, 10, 12)),
        Order(
            name="veg", member=XIAOMAN.number, reward="veg-box", at=moment(10, 30, 9), then=[CONFIRM, FULFIL]
        ),
        Order(name="lapsing", member=LIDONG.number, reward="pharmacy-20-off-150", at=moment(10, 26, 11)),
        Order(
            name="bath", member=LIDONG.number, reward="pet-bath", at=moment(11, 19, 10), more={"slot": bath}
        ),
        Order(name="waits", member=GUYU.number, reward="lipstick", at=moment(11, 21, 10, 12)),
        Order(
            name="ready",
            member=others(3),
            reward="lipstick",
            at=moment(11, 21, 9, 40),
            then=[(HOURS, "confirm", {})],
        ),
        Order(
            name="ticket",
            member=CHUNSHENG.number,
            reward="ticket",
            at=moment(11, 18, 9),
            more={"slot": moment(11, 22, 9)},
        ),
        Order(
            name="washed",
            member=others(6),
            reward="car-wash",
            at=moment(11, 9, 9),
            more={"slot": moment(11, 10, 10)},
            then=[CONFIRM, (DAY + HOURS, "fulfil", {})],
        ),
        Order(
            name="coffee", member=GUYU.number, reward="coffee", at=moment(11, 15, 16), more={"cash_fen": 900}
        ),
        Order(name="freight", member=others(1), reward="green-freight", at=moment(11, 5, 20)),
        Order(name="bag", member=others(20), reward="bag", at=moment(11, 7, 20)),
        Order(name="scent", member=others(2), reward="perfume", at=moment(11, 2, 20)),
    ]


def _going_wrong() -> list[Order]:
    short = "没有货了，供应商没有送到。"
    return [
        Order(
            name="missed",
            member=others(4),
            reward="car-wash",
            at=moment(11, 12, 9),
            more={"slot": moment(11, 13, 10)},
            then=[CONFIRM, (DAY + HOURS, "no-show", {"reason": "到时没有来"})],
        ),
        Order(
            name="cancelled",
            member=others(5),
            reward="car-wash",
            at=moment(11, 16, 9),
            more={"slot": moment(11, 19, 10)},
            then=[CONFIRM, (DAY, "cancel", {})],
        ),
        Order(
            name="called-off",
            member=others(6),
            reward="veg-box",
            at=moment(11, 11, 9),
            then=[CONFIRM, (DAY, "cancel", {"by": "merchant", "reason": "这一周的菜受了霜冻"})],
        ),
        Order(
            name="returned",
            member=others(7),
            reward="lipstick",
            at=moment(11, 8, 15),
            then=[CONFIRM, FULFIL, (2 * DAY, "return", {"reason": "颜色和图片不一样"})],
        ),
        Order(
            name="disputed",
            member=others(8),
            reward="veg-box",
            at=moment(11, 17, 9),
            then=[CONFIRM, FULFIL, (DAY, "dispute", {"reason": "少了两样，箱子是破的"})],
        ),
        Order(
            name="failed",
            member=others(4),
            reward="room-upgrade",
            at=moment(11, 6, 9),
            then=[CONFIRM, (DAY, "fail", {"reason": "酒店当晚满房", "remedy": "unfulfilled"})],
        ),
        Order(
            name="failed-veg",
            member=others(10),
            reward="veg-box",
            at=moment(11, 13, 9),
            then=[(DAY, "fail", {"reason": short, "remedy": "unfulfilled"})],
        ),
    ]


SMALL = (
    "breakfast", "dumplings", "succulent", "parking", "groceries-5-off-50", "school-lunch", "recharge-10",
    "hand-cream", "tissue", "groceries-10-off-100", "umbrella", "latte", "detergent", "bouquet", "rice-5kg",
    "library-book", "mask", "eggs", "data-5g", "oil-2l", "cat-food", "peanut-oil", "beauty-tenth-off",
)  # fmt: skip


CALM = 13
"""So many of the others have parts in the story and leave the crowd alone."""


def crowd() -> list[Order]:
    """What others redeem from April on, a thing every second or third day, so that the mall has a history."""
    found = []
    at = moment(4, 2, 18)
    for n in range(96):
        member, reward = others(CALM + n * 3 % (len(OTHERS) - CALM)), SMALL[n * 7 % len(SMALL)]
        found.append(Order(name=f"crowd-{n}", member=member, reward=reward, at=at))
        at += timedelta(days=2, hours=7 + n % 5, minutes=17)
    return [order for order in found if order.at < TODAY]


def _steps_of(order: Order) -> list[Step]:
    found = [Step(order.at, f"order-{order.name}", Places(order))]
    at = order.at
    for n, (after, word, said) in enumerate(order.then):
        at += after
        found.append(Step(at, f"order-{order.name}-{n}-{word}", Goes(order, word, said)))
    return found


class Places(msgspec.Struct, frozen=True):
    """Redeems the reward; who is of the crowd and has too few points leaves it."""

    order: Order

    async def __call__(self, stage: Stage) -> None:
        """Redeem."""
        order = self.order
        try:
            answer = stage.desk.post(
                "/v1/reward-redemptions",
                key=f"demo-order-{order.name}",
                member=order.member,
                reward=order.reward,
                **order.more,
            )
        except DeskRefused as refused:
            if not order.name.startswith("crowd-") or refused.code not in POOR:
                raise
        else:
            stage.known[f"order-{order.name}"] = answer["id"]


class Goes(msgspec.Struct, frozen=True):
    """Takes the order a step further, as its merchant or at the member's word."""

    order: Order
    word: str
    said: dict[str, Any]

    async def __call__(self, stage: Stage) -> None:
        """Take the step."""
        of = stage.known[f"order-{self.order.name}"]
        key = f"demo-order-{self.order.name}-{self.word}"
        stage.desk.post(f"/v1/orders/{of}/{self.word}", key=key, **self.said)

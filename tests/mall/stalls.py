"""A mall to try: rewards of every kind in an alliance of its own, and who orders there."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from jifen.api.house import House
from jifen.jobs.verify import verify
from jifen.rules.calendars import Weekdays
from jifen.rules.definition import Flat, PerAmount, Rate, Remedy, RuleSet
from jifen.rules.rewards import Limit, Opening, Price, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions
from jifen.values.periods import Rolling
from tests.api.alliance import Alliance, Caller

ZONE = ZoneInfo("Asia/Shanghai")

OPENING = Opening(since="10:00", until="12:00", every_minutes=60, capacity=2)

REWARDS = (
    Reward(
        code="lamp",
        title="台灯",
        title_en="a lamp",
        category="家电",
        points=300,
        stock="lamp",
        limits=(Limit(2, "month"),),
    ),
    Reward(
        code="night",
        title="景观房一晚",
        title_en="a night with a view",
        category="住宿",
        kind="night",
        merchant="air",
        points=400,
        cash_fen=5_000,
        fulfil="order",
        stock="night",
        payers=2,
    ),
    Reward(
        code="spa",
        title="全身护理",
        title_en="a treatment",
        category="服务",
        kind="service",
        merchant="sea",
        points=200,
        value_fen=20_000,
        slots=Slots(openings=(OPENING,), cancel_hours=24),
    ),
    Reward(
        code="walk",
        title="古城导览",
        title_en="a guided walk",
        category="服务",
        kind="service",
        merchant="sea",
        points=100,
        value_fen=9_000,
        slots=Slots(openings=(OPENING,), cancel_hours=2, no_show="return"),
        fulfil="order",
    ),
    Reward(
        code="coupon",
        title="满100减20券",
        title_en="20 off 100",
        category="票券",
        kind="voucher",
        tax="discount",
        merchant="air",
        points=150,
        value_fen=2_000,
        voucher=VoucherTerms(minimum_fen=10_000, save_fen=2_000),
    ),
    Reward(
        code="school",
        title="山区图书",
        title_en="books",
        category="公益",
        kind="donation",
        merchant="hope",
        points=50,
    ),
    Reward(
        code="tea",
        title="明前绿茶",
        title_en="green tea",
        category="食品",
        points=500,
        prices=(Price(points=450, when=Conditions(calendars=("saturdays",))),),
    ),
    Reward(
        code="lounge",
        title="贵宾厅",
        title_en="the lounge",
        category="服务",
        kind="benefit",
        points=0,
        threshold=500,
        limits=(Limit(1, "year"),),
    ),
    Reward(
        code="pair",
        title="情侣对杯",
        title_en="cups for two",
        category="食品",
        merchant="air",
        points=400,
        fulfil="order",
        stock="pair",
        payers=2,
    ),
)

RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100)),
        Flat(id="gift", points=20, acts=("gift",), funder="operator"),
    ),
    validity=Rolling(days=30),
    grace_days=7,
    calendars={"saturdays": Weekdays(weekdays=(6,))},
    rewards=REWARDS,
    headings_en={"住宿": "Stays", "服务": "Services"},
    remedies={"overbooked": Remedy(title="超订", permille=125, points=10, grace_days=20)},
)


class Stalls:
    """An alliance with rewards; the clock stands on Saturday, 21 November 2026, 10:00 in Shanghai."""

    def __init__(self, alliance: Alliance) -> None:
        self.alliance = alliance
        self.house: House = alliance.house
        self.operator, self.air, self.sea = alliance.operator, alliance.air, alliance.sea
        self._keys = itertools.count(1)

    def key(self) -> str:
        """A key that was not used yet."""
        return f"mall-{next(self._keys)}"

    async def at(self, text: str) -> None:
        """The clock stands there, in Shanghai."""
        await self.alliance.set_clock(datetime.fromisoformat(text).replace(tzinfo=ZONE))

    async def publish(self, *rewards: Reward, since: datetime | None = None) -> None:
        """Other rewards from now on."""
        program = await self.house.catalog.refresh(self.alliance.id)
        at = since or program.test_clock
        assert at is not None
        await self.house.catalog.publish(program.id, msgspec.structs.replace(RULES, rewards=rewards), at, at)

    async def gives(self, points: int, *members: str) -> None:
        """Members are given points."""
        for member in members:
            await self.operator.done(
                "/v1/adjustments", key=self.key(), member=member, points=points, reason="a start"
            )

    async def stocks(self, code: str, count: int) -> None:
        """So many come in."""
        await self.operator.done("/v1/stocks", code=code, count=count)

    async def left(self, code: str) -> int:
        """What is left in stock."""
        left: int = (await self.operator.get(f"/v1/stocks/{code}")).json()["remaining"]
        return left

    async def places(self, reward: str, day: str = "2026-11-28") -> list[int]:
        """What is left of the times of a day."""
        told = (await self.operator.get(f"/v1/rewards/{reward}/slots?date={day}")).json()
        return [one["left"] for one in told["slots"]]

    async def redeems(self, member: str, reward: str, caller: Caller | None = None, **more: Any) -> Any:
        """A reward is redeemed, or ordered."""
        body = {"key": self.key(), "member": member, "reward": reward, **more}
        return await (caller or self.operator).done("/v1/reward-redemptions", **body)

    async def refused(self, code: str, member: str, reward: str, **more: Any) -> Any:
        """A redemption that is refused, with the problem."""
        body = {"key": self.key(), "member": member, "reward": reward, **more}
        return await self.operator.refused(code, "/v1/reward-redemptions", **body)

    async def step(self, order: Any, word: str, caller: Caller | None = None, **more: Any) -> Any:
        """A step of an order."""
        path = f"/v1/orders/{order['id']}/{word}"
        return await (caller or self.operator).done(path, key=self.key(), **more)

    async def stuck(self, code: str, order: Any, word: str, caller: Caller | None = None, **more: Any) -> Any:
        """A step that is refused, with the problem."""
        path = f"/v1/orders/{order['id']}/{word}"
        return await (caller or self.operator).refused(code, path, key=self.key(), **more)

    async def order(self, order: Any, caller: Caller | None = None) -> Any:
        """The order as it stands."""
        told = await (caller or self.operator).get(f"/v1/orders/{order['id']}")
        assert told.status_code == 200, told.text
        return told.json()

    async def state(self, order: Any) -> str:
        """How far it has come."""
        state: str = (await self.order(order))["state"]
        return state

    async def has(self, member: str) -> int:
        """Available points."""
        return await self.operator.available(member)

    async def lots(self, member: str) -> dict[str, tuple[int, str]]:
        """What is left of each lot, with its date."""
        told = (await self.operator.get(f"/v1/members/{member}/lots")).json()["lots"]
        return {one["series"]: (one["remaining"], one["expires_at"]) for one in told}

    async def mall(self, query: str = "") -> Any:
        """The list of rewards."""
        told = await self.operator.get(f"/v1/rewards?{query}")
        assert told.status_code == 200, told.text
        return told.json()

    async def proves_clean(self) -> None:
        """The books add up."""
        report = await verify(self.house.pool, self.alliance.id)
        assert report.clean, report.findings


BEFORE = timedelta(hours=1)

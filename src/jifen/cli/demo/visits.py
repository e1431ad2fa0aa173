"""Visits to tills by the persons of the story: with vouchers, with points, and a bill that is open."""

from datetime import datetime
from typing import Any

import msgspec

from jifen.cli.demo.chronicle import Stage, Step, moment
from jifen.cli.demo.people import CHUNSHENG, GUYU, LIDONG

Line = tuple[str, str, int]
"""A name, a category, and fen."""

GROCERIES: tuple[Line, ...] = (
    ("压榨花生油 5 升", "食品", 8_990),
    ("东北大米 10 千克", "食品", 5_990),
    ("洗衣液 3 千克", "日化", 2_460),
    ("卷纸 12 卷", "日化", 2_560),
)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of the story. voucher: the reward of a voucher that is bought for it first; back: comes back."""

    name: str
    member: str
    at: datetime
    store: str = "s367"
    till: str = "till-hetian"
    lines: tuple[Line, ...] = GROCERIES
    points: int = 0
    voucher: str = ""
    back: str = ""
    open: bool = False


VISITS = (
    Visit(name="ten-off", member=LIDONG.number, at=moment(11, 17, 18, 20), voucher="groceries-10-off-100"),
    Visit(
        name="five-off",
        member=GUYU.number,
        at=moment(11, 14, 9, 50),
        lines=GROCERIES[:1],
        voucher="groceries-5-off-50",
        points=500,
        back=GROCERIES[0][0],
    ),
    Visit(
        name="tenth-off",
        member=CHUNSHENG.number,
        at=moment(11, 13, 16, 5),
        store="s361",
        till="till-muyan",
        lines=(("桂花淡香水 15 毫升", "美妆", 15_800),),
        voucher="beauty-tenth-off",
    ),
    Visit(name="with-points", member=CHUNSHENG.number, at=moment(11, 18, 10, 31), points=2_000),
    Visit(name="today", member=LIDONG.number, at=moment(11, 21, 11, 48), points=300, back=GROCERIES[3][0]),
    Visit(name="parked", member=GUYU.number, at=moment(11, 21, 14, 18), points=200, open=True),
)


def steps() -> list[Step]:
    """A step for each visit."""
    return [Step(visit.at, f"visit-{visit.name}", Pays(visit)) for visit in VISITS]


class Pays(msgspec.Struct, frozen=True):
    """Buys the voucher, quotes the basket, opens the bill, pays it, and brings something back."""

    visit: Visit

    async def __call__(self, stage: Stage) -> None:
        """Do all of it at once, but for what is left open."""
        visit, desk = self.visit, stage.desk
        key = f"demo-visit-{visit.name}"
        if visit.voucher:
            desk.post(
                "/v1/reward-redemptions", key=f"{key}-voucher", member=visit.member, reward=visit.voucher
            )
        quote = desk.post(
            "/v1/quotes",
            visit.till,
            key=f"{key}-quote",
            member=visit.member,
            store=visit.store,
            channel="till",
            points=visit.points,
            lines=[_line(*line) for line in visit.lines],
        )
        fits = [one["voucher"] for one in quote["fits"] if one["reward"] == visit.voucher][:1]
        bill = desk.post(
            "/v1/bills",
            visit.till,
            key=f"{key}-bill",
            quote=quote["id"],
            points=visit.points,
            vouchers=fits,
        )["bill"]
        if visit.open:
            return
        desk.post(f"/v1/bills/{bill['id']}/capture", visit.till, key=f"{key}-paid", cash_fen=bill["cash_fen"])
        if visit.back:
            lines = [{"sku": visit.back, "quantity": 1}]
            desk.post("/v1/returns", visit.till, key=f"{key}-back", purchase=f"{key}-paid", lines=lines)


def _line(sku: str, category: str, fen: int) -> dict[str, Any]:
    return {"sku": sku, "category": category, "quantity": 1, "amount": fen}

"""Cases of the demo: freezes and appeals, referrals, an outage, corrections, what waits for a decision."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from jifen.cli.demo.chronicle import Stage, Step, asks, moment, posts
from jifen.cli.demo.desk import APPROVER, CLERK
from jifen.cli.demo.people import CHUNSHENG, GUYU, LIDONG, MINXIA, XIAOMAN, others

MARKET = "s367"
"""禾田超市 柳河镇店, whose market days are the lunar days that end in 3 and 8."""

FRESH = "00125000001082185"
"""The evidence of the organic greens that are sold there."""

INVITED = (
    ("QH900001", "沈若溪", "19900900001", XIAOMAN.number, "phone-900001", 9_900),
    ("QH900002", "唐清和", "19900900002", XIAOMAN.number, "phone-900002", 12_800),
    ("QH900003", "唐小清", "19900900003", others(2), "phone-of-2", 6_600),
    ("QH900004", "高星野", "19900900004", CHUNSHENG.number, "phone-900004", 8_800),
)
"""Number, name, phone, who invited, device, first order in fen; the third shares the inviter's device."""


def steps() -> list[Step]:
    """All cases."""
    return [*_freezes(), *_referrals(), *_owing(), *_outage(), *_corrections(), *_acts(), *_purchases()]


def _freezes() -> list[Step]:
    return [
        posts(
            moment(9, 1, 10),
            "freeze-mistaken",
            "/v1/freezes",
            member=others(13),
            reason="同一张小票报了两次",
            evidence="收银日志 8 月 31 日 19:02 和 19:04，单号相同",
            notice="应用内消息",
            until=moment(9, 15, 10),
        ),
        posts(
            moment(9, 2, 9),
            "appeal-upheld",
            f"/v1/members/{others(13)}/appeals",
            said="第二张是店员补打的，我只买了一次，也只得了一次积分。",
        ),
        Step(moment(9, 3, 11), "appeal-upheld-decided", _upheld),
        posts(
            moment(11, 19, 16),
            "freeze-open",
            "/v1/freezes",
            member=MINXIA.number,
            reason="三家店 10 分钟内退货七次，正在核实",
            evidence="11 月 18 日 18:40–18:50 的退货流水七笔，收银员 03、05、11",
            notice="应用内消息和短信",
            until=moment(12, 3, 16),
        ),
        posts(
            moment(11, 20, 9),
            "appeal-open",
            f"/v1/members/{MINXIA.number}/appeals",
            said="那天是帮邻居一起退换，东西都在，小票也在，请人工看一下。",
        ),
    ]


async def _upheld(stage: Stage) -> None:
    """A person decides for the member."""
    path = f"/v1/appeals/{stage.known['appeal-upheld']}/decision"
    stage.desk.post(path, uphold=True, by="沈如意", reason="核对了监控和小票，是补打，已解除。")


def _referrals() -> list[Step]:
    found = [
        asks(
            moment(10, 21, 9),
            "device-of-inviter",
            "POST",
            "/v1/purchases",
            key="demo-device-of-inviter",
            member=others(2),
            store=MARKET,
            amount=2_600,
            channel="app",
            device="phone-of-2",
        )
    ]
    for n, (number, name, phone, inviter, device, fen) in enumerate(INVITED):
        joined = moment(10, 22, 10) if n < 3 else moment(11, 18, 10)
        found.append(
            asks(
                joined + timedelta(hours=n),
                f"join-{number}",
                "POST",
                "/v1/members",
                number=number,
                name=name,
                phone=phone,
                invited_by=inviter,
                device=device,
            )
        )
        found.append(
            posts(
                joined + timedelta(days=1, hours=n),
                f"first-order-{number}",
                "/v1/purchases",
                member=number,
                store=MARKET,
                amount=fen,
                channel="till",
            )
        )
    return found


def _owing() -> list[Step]:
    """Somebody spends what a purchase gave, and then brings the goods back: what is gone is owed."""
    who = INVITED[3][0]
    return [
        posts(
            moment(11, 20, 9),
            "owing-buys",
            "/v1/purchases",
            member=who,
            store="s361",
            channel="till",
            lines=[_line("桂花淡香水 30 毫升", "美妆", 30_000)],
        ),
        posts(
            moment(11, 20, 15), "owing-spends", "/v1/redemptions", member=who, merchant="liuhe", points=500
        ),
        posts(moment(11, 21, 12), "owing-returns", "/v1/returns", purchase="demo-owing-buys"),
    ]


def _outage() -> list[Step]:
    return [
        asks(
            moment(9, 12, 16),
            "outage-douli",
            "POST",
            "/v1/outages",
            key="demo-outage-douli",
            since=moment(9, 12, 7),
            until=moment(9, 12, 15),
            merchant="douli",
            remedy="outage",
            text="豆里早餐的收银机停电，积分用不了。到期的积分顺延，再补 20 积分。",
            text_en="The tills of Douli Breakfast had no power. Points live longer, and 20 more are given.",
        )
    ]


OLD_CARDS = ((XIAOMAN, 5, 11_000), (LIDONG, 6, 8_500), (GUYU, 7, 4_600))
"""Whose points of an older card were brought over, in which month, and how many."""


WRONG: tuple[tuple[str, int, str, str, datetime, bool | None], ...] = (
    (LIDONG.number, 186, "断网漏记一单", "柳河镇店 10 月 23 日小票 0046", moment(10, 24, 10), True),
    (others(14), -120, "同一单记了两次", "11 月 3 日流水两笔，单号相同", moment(11, 4, 9), True),
    (others(11), 5_000, "会员说少了积分", "没有小票，也没有流水", moment(11, 9, 9), False),
    (GUYU.number, 240, "集市日双倍没有记", "11 月 18 日小票 0112，十月初十", moment(11, 20, 16), None),
    (others(17), 860, "搬店时收银机没有联网", "青石镇店 11 月 19 日手工单三张", moment(11, 21, 9, 30), None),
)
"""Corrections that the clerk proposes, with evidence. True: approved, False: declined, None: it waits."""


def _corrects(name: str, approve: bool) -> Any:
    async def do(stage: Stage) -> None:
        reason = "" if approve else "没有凭证，请会员先补小票。"
        path = f"/v1/adjustment-proposals/{stage.known[name]}/decision"
        stage.desk.post(path, APPROVER, approve=approve, reason=reason)

    return do


def _corrections() -> list[Step]:
    found = [
        posts(
            moment(month, 18, 10),
            f"old-card-{one.number}",
            "/v1/adjustments",
            member=one.number,
            points=points,
            reason="柳河百货旧会员卡的积分转入联盟，卡已收回",
        )
        for one, month, points in OLD_CARDS
    ]
    found += [
        posts(
            moment(11, 10, 11),
            "compensate-slow",
            "/v1/compensations",
            member=CHUNSHENG.number,
            points=300,
            reason="洗车预约晚了一小时",
            at_fault="anchi",
        ),
    ]
    for n, (member, points, reason, evidence, at, decided) in enumerate(WRONG):
        name = f"correct-{n}"
        found.append(
            asks(
                at,
                name,
                "POST",
                "/v1/adjustment-proposals",
                who=CLERK,
                key=f"demo-{name}",
                member=member,
                points=points,
                reason=reason,
                evidence=evidence,
            )
        )
        if decided is not None:
            found.append(Step(at + timedelta(hours=5), f"{name}-decided", _corrects(name, decided)))
    holds: Sequence[tuple[str, str, int, str]] = (
        (XIAOMAN.number, "anchi", 600, "打蜡留位"),
        (CHUNSHENG.number, "wangxing", 1_500, "酒店押积分"),
        (others(15), "chunnuan", 400, "订花"),
    )
    for n, (member, merchant, points, _) in enumerate(holds):
        found.append(
            posts(
                moment(11, 20, 17 + n),
                f"hold-{n}",
                "/v1/holds",
                member=member,
                merchant=merchant,
                points=points,
                deadline=moment(11, 23, 18),
            )
        )
    return found


SAID = (
    (XIAOMAN.number, "suggestion", "集市日门口能不能摆一张凳子，老人等车好坐。", None),
    (GUYU.number, "review", "花生油桶身漏了一点，换货很快，店员态度好。", None),
    (others(16), "suggestion", "积分到期前发一条短信就好，不用打电话。", None),
    (others(17), "review", "有机蔬菜周箱很新鲜，配送的纸箱可以回收。", True),
    (others(18), "suggestion", "收银台的屏幕字能不能大一点。", True),
    (others(19), "review", "好", False),
)
"""Who says what; True: taken up, False: declined, None: it waits."""


def _acts() -> list[Step]:
    found = []
    for n, (member, act, said, decided) in enumerate(SAID):
        at = moment(11, 20, 9 + n) if decided is None else moment(11, 5 + n, 9)
        name = f"said-{n}"
        found.append(posts(at, name, "/v1/proposals", member=member, act=act, said=said))
        if decided is not None:
            found.append(Step(at + timedelta(days=1), f"{name}-decided", _decides(name, decided)))
    for n, (month, one) in enumerate(((9, XIAOMAN), (10, XIAOMAN), (11, XIAOMAN), (11, LIDONG))):
        found.append(
            posts(
                moment(month, 6, 8, n),
                f"phone-{n}",
                "/v1/acts",
                member=one.number,
                act="phone",
                store="xinhe-yingyeting",
                amount=10_000,
            )
        )
    return found


def _decides(name: str, approve: bool) -> Any:
    async def do(stage: Stage) -> None:
        reason = "" if approve else "只有一个字，看不出买了什么，补充后可以再交。"
        path = f"/v1/proposals/{stage.known[name]}/decision"
        stage.desk.post(path, approve=approve, by="沈如意", reason=reason)

    return do


def _line(sku: str, category: str, fen: int, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "category": category, "quantity": 1, "amount": fen, **more}


GREENS = _line("有机小白菜 1082185", "蔬果", 1_200, evidence=FRESH)


def _purchases() -> list[Step]:
    """Purchases at merchants that the data does not know, and of today."""
    stays = ((6, XIAOMAN, 32_000), (8, LIDONG, 46_000), (9, CHUNSHENG, 88_000), (14, XIAOMAN, 32_000))
    found = [
        posts(
            moment(11, day, 11, n),
            f"stay-{n}",
            "/v1/purchases",
            member=one.number,
            store="wangxing-hubin",
            amount=fen,
            channel="front-desk",
        )
        for n, (day, one, fen) in enumerate(stays)
    ]
    for n in range(24):
        who = (XIAOMAN.number, LIDONG.number, GUYU.number, CHUNSHENG.number, *map(others, range(20)))[n]
        store, lines = _ELSEWHERE[n % len(_ELSEWHERE)]
        at = moment(10, 23, 8, n) + timedelta(days=n)
        found.append(
            posts(at, f"elsewhere-{n}", "/v1/purchases", member=who, store=store, lines=lines, channel="till")
        )
    found += [
        posts(
            moment(11, 21, 10, 24),
            "market-today",
            "/v1/purchases",
            member=XIAOMAN.number,
            store=MARKET,
            channel="till",
            lines=[
                _line("压榨花生油 5 升", "食品", 8_990),
                _line("东北大米 10 千克", "食品", 5_990),
                _line("洗衣液 3 千克", "日化", 2_460, tags=["环保"]),
                GREENS,
            ],
        ),
        posts(
            moment(11, 19, 15),
            "beauty",
            "/v1/purchases",
            member=XIAOMAN.number,
            store="s361",
            channel="till",
            lines=[_line("补水面膜五片", "美妆", 12_000), _line("护手霜 60 克", "美妆", 6_000)],
        ),
        posts(
            moment(11, 21, 11, 5),
            "beauty-back",
            "/v1/returns",
            purchase="demo-beauty",
            lines=[{"sku": "补水面膜五片", "quantity": 1}],
        ),
    ]
    return found


_ELSEWHERE: tuple[tuple[str, list[dict[str, Any]]], ...] = (
    ("banpo-liuhe", [_line("手冲咖啡", "餐饮", 1_900)]),
    ("lvye-dongmen", [GREENS, _line("有机番茄 1097452", "蔬果", 1_600, evidence=FRESH)]),
    ("abu-songling", [_line("成犬粮 1.5 千克", "宠物", 12_800)]),
    ("songxi-gate", [_line("成人门票", "出行", 5_000)]),
    ("banpo-qingshi", [_line("拿铁", "餐饮", 2_200), _line("可颂", "糕点", 1_500)]),
    ("lvye-dongmen", [GREENS, _line("有机土豆 951590", "蔬果", 2_400, evidence=FRESH)]),
)

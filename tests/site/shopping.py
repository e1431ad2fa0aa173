"""The town with more at 禾田超市: a scarce reward, a class that is booked, a campaign that two pay for."""

from datetime import datetime

import msgspec

from jifen.programs.definition import Programme
from jifen.rules.definition import Campaign, Conditions, Flat, Funding
from jifen.rules.rewards import Opening, Reward, Slots
from jifen.values.periods import zone

SHANGHAI = zone("Asia/Shanghai")

CAMPAIGN = Campaign(
    code="thanks",
    title="会员感恩月",
    title_en="Members' month",
    text="11 月 16 日到 30 日，单笔满 150 元加 15 积分。",
    text_en="From 16 to 30 November, 15 more points for a receipt of 150 yuan.",
    since=datetime(2026, 11, 16, tzinfo=SHANGHAI),
    until=datetime(2026, 12, 1, tzinfo=SHANGHAI),
)
THANKS = Flat(
    id="thanks",
    title="感恩月单笔满 150 元加 15 积分",
    title_en="15 more points for a receipt of 150 yuan",
    points=15,
    when=Conditions(minimum_fen=15_000),
    campaign="thanks",
    funding=(Funding("merchant", 1), Funding("operator", 2)),
)
ELSEWHERE = Flat(
    id="elsewhere",
    title="安驰车服满 300 元加 30 积分",
    title_en="30 more points at Anchi for 300 yuan",
    points=30,
    when=Conditions(minimum_fen=30_000, merchants=("anchi",)),
)
BAKING = Reward(
    code="baking",
    title="烘焙体验课",
    title_en="A baking class",
    category="服务",
    kind="service",
    tax="service",
    merchant="hetian",
    points=1_200,
    value_fen=1_200,
    fulfil="order",
    slots=Slots(
        openings=(Opening(since="09:00", until="18:00", every_minutes=60, capacity=4),), ahead_days=14
    ),
)


def with_shop(programme: Programme) -> Programme:
    """The programme with that."""
    rules = programme.rules
    rewards = tuple(
        msgspec.structs.replace(one, stock="oil", fulfil="order") if one.code == "oil-2l" else one
        for one in rules.rewards
    )
    rules = msgspec.structs.replace(
        rules,
        rewards=(*rewards, BAKING),
        campaigns=(*rules.campaigns, CAMPAIGN),
        rules=(*rules.rules, THANKS, ELSEWHERE),
    )
    return msgspec.structs.replace(programme, rules=rules)

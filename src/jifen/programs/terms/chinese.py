"""The terms in Chinese, one section after the other, in plain words."""

from collections.abc import Iterator
from datetime import datetime

from jifen.programs.definition import Programme
from jifen.programs.terms import spending_chinese as spending
from jifen.programs.terms.naming import PER, WEEKDAYS, Names, yuan
from jifen.rules.definition import (
    AnyRule,
    Combination,
    Conditions,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Rate,
    Reached,
    Streak,
)
from jifen.rules.rewards import Reward
from jifen.values.periods import Active, CalendarYear, Rolling, Sweep, Validity, zone

SPAN = {"day": "天", "week": "周", "month": "月", "year": "年", "ever": "开始以来"}
OF = {"day": "当天", "week": "当周", "month": "当月", "year": "当年", "ever": "入会以来"}
WHOSE = {"self": "本人", "child": "孩子", "pet": "宠物"}
BIRTHDAY = {"day": "生日当天", "week": "生日当周", "month": "生日当月"}

Section = tuple[str, list[str]]


def sections(programme: Programme, notice: dict[str, int]) -> Iterator[Section]:
    """All sections with their paragraphs. notice: the days of notice of each class of changes."""
    names = Names(programme, "zh")
    rules = programme.rules
    yield "如何获得积分", [_rule(rule, names) for rule in rules.rules] or ["目前没有获得积分的规则。"]
    yield "积分值多少", [
        f"每{unit.offset_points}{unit.name}可抵{yuan(unit.offset_fen)}元。" if unit.offset_fen
        else f"{unit.name}不抵现金，只用于兑换下列礼品和服务。"
        for unit in programme.units
    ] + [
        "积分不能兑换现金，不能转卖，不产生收益。"
        "价值在获得时确定，以后的修改不影响已获得的积分。"
    ]  # fmt: skip
    yield "有效期", [
        f"积分自获得之日起{validity(rules.validity)}；有效期在获得时确定，以后的修改不会缩短。",
        f"到期以{programme.zone}时区当日24时为准。",
        f"退回的积分若已过期，可再使用{rules.grace_days}天。" if rules.grace_days
        else "退回的积分保持原来的有效期。",
    ]  # fmt: skip
    reminders = rules.reminders
    if reminders is not None:
        days = "、".join(str(day) for day in sorted(reminders.days_before, reverse=True))
        yield (
            "到期提醒",
            [
                f"到期前{days}天提醒您。未能送达提醒的积分不作过期处理，延长{reminders.extend_days}天并再次提醒。"
            ],
        )
    if lines := spending.till(programme, names):
        yield "在收银台用积分", lines
    yield from _limits(programme, names)
    yield from _tiers(programme, names)
    yield from _afterwards(programme, names, notice)


def _afterwards(programme: Programme, names: Names, notice: dict[str, int]) -> Iterator[Section]:
    rules, terms = programme.rules, programme.terms
    yield (
        "退货与积分不足",
        [
            "退货时，因该消费获得的积分一并收回；用于支付的积分原路退回，保持原批次。部分退货按剩余商品重新计算。",
            "应收回的积分已被使用的，记为待补积分，由以后获得的积分补足，不要求现金支付。",
            "兑换的商品享有与购买的商品相同的退换货和保修权利。",
        ],
    )
    if rules.rewards:
        yield "兑换", [_reward(reward, names) for reward in rules.rewards]
    yield "出错时的补救", spending.remedies(programme, names)
    yield "家庭与受益人", spending.households(programme)
    if rules.referral is not None:
        wait, within = rules.referral.wait_days, rules.referral.within_days
        yield (
            "邀请朋友",
            [
                f"被邀请人在入会{within}天内完成首单，且首单在{wait}天内未退，邀请人获得邀请奖励。奖励只有一级，金额固定。"
            ],
        )
    yield (
        "条款的修改与通知",
        [
            "修改条款会提前公示，并逐一通知会员：一般修改"
            f"提前{notice['ordinary']}天，涉及重大利益或者较多会员的提前{notice['major']}天，"
            f"缩短有效期、降低价值、终止方案或者商户退出提前{notice['adverse']}天。通知当日不计算在内。",
            "修改不影响已获得的积分。历次条款全部保存，可随时查阅。",
        ],
    )
    yield "终止", [
        f"本方案于{terms.closes_on}后不再累积积分，已有积分在有效期内仍可使用。" if terms.closes_on
        else f"终止方案或者商户退出，至少提前{notice['adverse']}天通知；"
        "停止累积后，已有积分在有效期内仍可使用。",
        *(
            f"{merchant.name}于{merchant.leaves_on}后不再累积积分。"
            for merchant in programme.merchants
            if merchant.leaves_on
        ),
    ]  # fmt: skip
    if terms.clauses:
        yield "其他约定", list(terms.clauses)
    yield (
        "咨询与投诉",
        [f"{terms.operator}：{terms.contact}。您可以投诉、要求人工复核、向消费者协会求助或者提起诉讼。"],
    )


def validity(value: Validity) -> str:
    """How long points live."""
    match value:
        case Rolling(months=months, days=days, to=to):
            length = (f"{months}个月" if months else "") + (f"{days}天" if days or not months else "")
            return f"{length}内有效" + ("，至到期月的月末" if to == "month_end" else "")
        case CalendarYear(after=after):
            return "至当年12月31日有效" if after == 0 else f"至其后第{after}个自然年的12月31日有效"
        case Active(months=months):
            return f"有效；连续{months}个月没有获得或使用积分则到期，每次获得或使用都重新起算"
        case Sweep(month=month, day=day, minimum_days=minimum):
            return f"至下一个{month}月{day}日有效，至少{minimum}天"
    return "长期有效"


def _rule(rule: AnyRule, names: Names) -> str:
    unit = names.unit(rule.unit)
    parts = [_gives(rule, unit, names)]
    if conditions := _when(rule.when, names):
        parts.append(f"条件：{conditions}")
    if rule.campaign is not None:
        parts.append(f"活动：{names.campaigns.get(rule.campaign, rule.campaign)}")
    if rule.validity is not None:
        parts.append(f"这部分积分自获得之日起{validity(rule.validity)}")
    if rule.pending_days:
        parts.append(f"{rule.pending_days}天后生效")
    parts += [f"{PER['zh'][cap.per]}最多{cap.points}{unit}" for cap in rule.caps]
    if rule.once is not None:
        parts.append("每人只有一次" if rule.once == "ever" else f"每人每{SPAN[rule.once]}一次")
    if rule.once_per_code:
        parts.append("每个编号只有一次")
    if rule.group is not None:
        parts.append(f"同组（{rule.group}）规则只取一项")
    if rule.budget is not None:
        parts.append("数量有限，发完为止")
    title = f"{rule.title}：" if rule.title else ""
    return f"{title}{'；'.join(parts)}。"


def _rate(rate: Rate, unit: str) -> str:
    return f"每{yuan(rate.fen)}元得{rate.points}{unit}" if rate.points else "不得积分"


def _gives(rule: AnyRule, unit: str, names: Names) -> str:
    match rule:
        case PerAmount():
            said = f"消费{_rate(rule.rate, unit)}"
            said += "".join(f"，其中{code}类{_rate(rate, unit)}" for code, rate in rule.rates.items())
            what = "超出部分" if rule.bracket_mode == "progressive" else "全部金额"
            said += "".join(
                f"，满{yuan(step.from_fen)}元后{what}{_rate(step.rate, unit)}" for step in rule.brackets
            )
            return said + (f"（{names.listed(rule.acts, names.acts)}的金额）" if rule.acts else "")
        case PerItem():
            return f"指定商品每{rule.every}件得{rule.points}{unit}"
        case Flat():
            what = f"每次{names.listed(rule.acts, names.acts)}" if rule.acts else "每笔消费"
            which = names.listed((*rule.categories, *rule.tags))
            return f"{what}得{rule.points}{unit}" + (f"（含{which}类商品）" if which else "")
        case Combination():
            return f"同一单买齐{len(rule.parts)}类指定商品得{rule.points}{unit}，每单最多{rule.most}次"
        case Reached():
            return f"{OF[rule.per]}累计消费满{yuan(rule.spend_fen)}元得{rule.points}{unit}"
        case Streak():
            what = names.listed(rule.acts, names.acts) if rule.acts else "消费"
            return f"连续{rule.length}{SPAN[rule.per]}有{what}得{rule.points}{unit}"
        case Multiplier():
            return f"积分为{rule.factor}倍"


def _when(when: Conditions, names: Names) -> str:
    parts = []
    if when.merchants:
        parts.append(f"在{names.listed(when.merchants, names.merchants)}")
    if when.stores:
        parts.append(f"在{names.listed(when.stores, names.stores)}门店")
    if when.weekdays:
        parts.append("、".join(WEEKDAYS["zh"][day - 1] for day in when.weekdays))
    if when.month_days:
        parts.append("每月" + "、".join(f"{day}日" for day in when.month_days))
    if when.dates:
        parts.append("、".join(str(day) for day in when.dates))
    if when.calendars:
        parts.append(f"在公布的日历（{names.listed(when.calendars)}）所列日期")
    if when.minimum_fen:
        parts.append(f"单笔满{yuan(when.minimum_fen)}元")
    if when.maximum_fen is not None:
        parts.append(f"单笔不超过{yuan(when.maximum_fen)}元")
    if when.minimum_quantity:
        parts.append(f"满{when.minimum_quantity}件")
    if when.since is not None:
        parts.append(f"自{_time(when.since, names)}起")
    if when.until is not None:
        parts.append(f"至{_time(when.until, names)}止")
    parts += _person(when, names)
    if when.lines is not None:
        parts.append("含指定商品")
    if when.expression is not None:
        parts.append(f"满足 {when.expression}")
    return "，".join(parts)


def _person(when: Conditions, names: Names) -> list[str]:
    parts = []
    if when.channels:
        parts.append(f"渠道为{names.listed(when.channels)}")
    if when.payments:
        parts.append(f"支付方式为{names.listed(when.payments)}")
    if when.tiers:
        parts.append(f"等级为{names.listed(when.tiers, names.tiers)}")
    if when.segments:
        parts.append(f"属于{names.listed(when.segments)}")
    if when.tokens:
        parts.append(f"持有有效的信用凭证（{names.listed(when.tokens)}）")
    if when.joined_within_days is not None:
        parts.append(f"入会{when.joined_within_days}天内")
    if when.anniversary is not None:
        parts.append("入会周年当天" if when.anniversary == "day" else "入会周年当月")
    if when.birthday is not None:
        parts.append(f"{WHOSE[when.birthday.whose]}{BIRTHDAY[when.birthday.span]}")
    if when.invited is not None:
        parts.append("由会员邀请入会" if when.invited else "并非由会员邀请入会")
    if when.nth is not None:
        which = "、".join(f"第{one}" for one in when.nth.exactly) or f"每第{when.nth.every}"
        parts.append(f"{OF[when.nth.per]}{which}次消费")
    return parts


def _limits(programme: Programme, names: Names) -> Iterator[Section]:
    budgets = [f"{one.title or one.code}共{one.points}分，发完为止。" for one in programme.rules.budgets]
    campaigns = [
        f"{names.campaigns[one.code]}：{_time(one.since, names)}至{_time(one.until, names)}。"
        f"{one.text}".strip()
        for one in programme.rules.campaigns
    ]
    if budgets or campaigns:
        yield "活动与数量", campaigns + budgets


def _tiers(programme: Programme, names: Names) -> Iterator[Section]:
    tiers = programme.rules.tiers
    if tiers is None:
        return
    by = {"spend": "消费", "purchases": "消费次数", "points": "获得积分"}[tiers.by]
    window = {"year": "一个自然年", "months": f"{tiers.months}个月", "ever": "入会以来"}[tiers.window]
    lines = []
    for level in tiers.levels:
        keep = level.at if level.keep_at is None else level.keep_at
        amounts = [f"{yuan(one)}元" if tiers.by == "spend" else str(one) for one in (level.at, keep)]
        benefits = f"；权益：{'、'.join(level.benefits)}" if level.benefits else ""
        lines.append(f"{level.title}：{window}{by}达{amounts[0]}，保级{amounts[1]}{benefits}。")
    down = {
        "to_count": "未达保级要求的，按当时的累计重新定级",
        "one_level": "未达保级要求的，最多降一级",
        "never": "不降级",
    }[tiers.downgrade]
    lines.append(f"达到即升级。{down}；到期后有{tiers.grace_days}天宽限期。")
    yield "会员等级", lines


def _reward(reward: Reward, names: Names) -> str:
    unit = names.unit(reward.unit)
    if reward.threshold is not None and not reward.points:
        parts = [f"可用{unit}达{reward.threshold}即可享受，不扣积分"]
    else:
        parts = [f"{reward.points}{unit}" + (f"加{yuan(reward.cash_fen)}元" if reward.cash_fen else "")]
    if reward.value_fen:
        parts.append(f"平时售价{yuan(reward.value_fen)}元")
    if reward.merchant is not None:
        parts.append(f"由{names.merchants.get(reward.merchant, reward.merchant)}提供")
    for price in reward.prices:
        cash = f"加{yuan(price.cash_fen)}元" if price.cash_fen else ""
        parts.append(f"{_when(price.when, names) or '任何时候'}为{price.points}{unit}{cash}")
    parts += [f"{PER['zh'][limit.per]}每人最多{limit.count}份" for limit in reward.limits]
    if conditions := _when(reward.when, names):
        parts.append(f"条件：{conditions}")
    if reward.early is not None:
        parts.append(
            f"自{_time(reward.early.since, names)}起优先：{_when(reward.early.when, names) or '全体会员'}"
        )
    parts += spending.reward(reward, names, _when)
    if said := spending.returns(reward):
        parts.append(said)
    return f"{reward.title}：{'；'.join(parts)}。"


def _time(at: datetime, names: Names) -> str:
    local = at.astimezone(zone(names.programme.zone))
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"

"""What the terms say in Chinese of the till, vouchers, times, families and faults made good."""

from collections.abc import Callable

from jifen.programs.definition import Programme
from jifen.programs.terms.naming import WEEKDAYS, Names, yuan
from jifen.rules.definition import Remedy
from jifen.rules.rewards import Opening, Reward, Slots, VoucherTerms
from jifen.rules.when import Conditions

When = Callable[[Conditions, Names], str]
"""How conditions are said."""


def till(programme: Programme, names: Names) -> list[str]:
    """How points pay a bill; where they pay none, nothing."""
    rules = programme.rules
    worth = {unit.code: unit.offset_fen for unit in programme.units}
    offset, terms = rules.till.offset, rules.till
    if not worth.get(rules.unit):
        return []
    unit = names.unit(rules.unit)
    if not offset.most_permille:
        return [f"结账时不用{unit}抵现金，{unit}只用于兑换。"]
    lines = []
    where = f"在{names.listed(offset.merchants, names.merchants)}" if offset.merchants else ""
    part = "全部" if offset.most_permille == 1000 else share(offset.most_permille)
    least = f"，单笔满{yuan(offset.minimum_fen)}元可用" if offset.minimum_fen else ""
    lines.append(f"{where}结账时，{unit}最多可抵用券后应付金额的{part}{least}，用多少由您决定。")
    steps = []
    if offset.minimum_points:
        steps.append(f"一次至少用{offset.minimum_points}{unit}")
    if offset.step_points > 1:
        steps.append(f"按{offset.step_points}的整数倍使用")
    if steps:
        lines.append("，".join(steps) + "。")
    lines.append(
        f"报价在{terms.quote_minutes}分钟内有效，期间积分、价格和规则以报价为准；"
        f"结账开始后，占用的积分和券最多保留{terms.hold_minutes}分钟，没有完成的自动退回。"
    )
    if terms.confirm_points is not None:
        lines.append(f"一笔用{terms.confirm_points}{unit}及以上，需要您当场确认。")
    if terms.offline is not None:
        off = terms.offline
        lines.append(
            f"收银台断网时，一笔最多用{off.points_most}{unit}，每人每天最多{off.bills_most}笔，"
            f"{off.within_hours}小时内入账；届时不够的部分记为待补积分，不要求现金支付。"
        )
    lines.append("发票按实付现金开具，积分和券抵扣的部分不开发票。")
    return lines


def share(permille: int) -> str:
    """A part in per cent."""
    return f"{permille // 10}%" if permille % 10 == 0 else f"{permille // 10}.{permille % 10}%"


def reward(one: Reward, names: Names, when: When) -> list[str]:
    """What else is said of a reward, part by part."""
    parts = []
    if one.voucher is not None:
        parts += _voucher(one.voucher, names, when)
    if one.slots is not None:
        parts += _slots(one.slots, names)
    if one.payers > 1:
        parts.append(f"可由最多{one.payers}位会员一起支付，任何一位没有付成则全部不扣")
    return parts


def returns(one: Reward) -> str:
    """How a reward can be given back."""
    if one.kind == "donation":
        return "捐赠确认后不能撤回"
    if one.threshold is not None and not one.points:
        return ""
    if one.voucher is not None:
        return "未使用的券在有效期内可以退，积分退回原来的批次"
    if one.slots is not None:
        return ""
    days = f"{one.return_days}天内可以退" if one.return_days else "有质量问题的依法退换"
    since = "兑换后" if one.fulfil == "at_once" else "交付后"
    return f"{since}{days}，积分退回原来的批次" if one.return_days else days


def _voucher(terms: VoucherTerms, names: Names, when: When) -> list[str]:
    what = "指定商品" if terms.lines is not None else "账单"
    least = f"{what}满{yuan(terms.minimum_fen)}元" if terms.minimum_fen else ""
    most = f"，最多减{yuan(terms.most_fen)}元" if terms.most_fen is not None else ""
    does = {
        "save": f"{least}减{yuan(terms.save_fen)}元" if least else f"{what}减{yuan(terms.save_fen)}元",
        "percent": f"{least or what}减{terms.percent}%{most}",
        "item": f"{least + '，' if least else ''}指定商品中最贵的一件免费{most}",
        "freight": f"{least + '，' if least else ''}运费最多减{yuan(terms.save_fen)}元",
    }[terms.type]
    parts = [f"券：{does}", f"发放后{terms.valid_days}天内有效"]
    if terms.merchants:
        parts.append(f"在{names.listed(terms.merchants, names.merchants)}使用")
    if terms.stores:
        parts.append(f"限{names.listed(terms.stores, names.stores)}门店")
    if conditions := when(terms.when, names):
        parts.append(f"使用条件：{conditions}")
    parts.append("可与其他可叠加的券同用" if terms.stacks else "一笔限用一张，不与其他券同用")
    if not terms.with_points:
        parts.append("不与积分抵扣同用")
    return [*parts, "没有完成的结账退回券，退货按规则退回券；规则修改不影响已发放的券"]


def _slots(terms: Slots, names: Names) -> list[str]:
    times = "、".join(_opening(opening, names) for opening in terms.openings)
    parts = [f"需预约：{times}", f"可提前{terms.ahead_days}天预约"]
    if terms.closed:
        parts.append(f"公布的日历（{names.listed(terms.closed)}）所列日期除外")
    if terms.closing_minutes:
        parts.append(f"开始前{duration(terms.closing_minutes)}截止")
    until = f"开始前{terms.cancel_hours}小时" if terms.cancel_hours else "开始前"
    parts.append(f"{until}可以取消，积分全部退回")
    late = "更晚取消或者没有到场" if terms.cancel_hours else "没有到场"
    parts.append(f"{late}，积分{'不退回' if terms.no_show == 'forfeit' else '退回'}")
    return [*parts, "商户取消的，积分全部退回"]


def _opening(opening: Opening, names: Names) -> str:
    days = "、".join(WEEKDAYS["zh"][day - 1] for day in opening.weekdays) or "每天"
    if opening.calendars:
        days = f"公布的日历（{names.listed(opening.calendars)}）所列日期的{days}"
    every = duration(opening.every_minutes)
    return f"{days}{opening.since}至{opening.until}，每{every}一场，每场{opening.capacity}个名额"


def duration(minutes: int) -> str:
    """A length of time in hours and minutes."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest else "")


def households(programme: Programme) -> list[str]:
    """Who may spend whose points, leaving, and beneficiaries."""
    terms = programme.rules.households
    lines = [
        f"家庭最多{terms.members_most}人，经邀请并由本人在{terms.invitation_days}天内接受后加入；"
        "不满十四周岁的由监护人同意。"
    ]
    if terms.pool:
        order = "先用付款人自己的" if terms.draw == "own_first" else "先用最早到期的"
        lines.append(
            f"您可以同意家人使用您的积分，并设定限额，随时收回。合用时{order}；"
            "每一笔都记明是谁的哪一批，积分不会离开家庭。"
        )
    rejoin = f"，{terms.rejoin_days}天内不能加入另一个家庭" if terms.rejoin_days else ""
    lines.append(f"您可以随时离开，带走自己没有用完的积分，有效期不变{rejoin}。")
    if terms.beneficiaries_most:
        wait = f"登记满{terms.beneficiary_days}天后" if terms.beneficiary_days else "登记后"
        lines.append(f"您可以登记最多{terms.beneficiaries_most}位受让人，{wait}可以用您的积分为其兑换。")
    return lines


def remedies(programme: Programme, names: Names) -> list[str]:
    """What a fault of ours or a merchant's is made good with."""
    lines = ["因商户或者我们的原因没有提供的，所用的积分退回原来的批次；您还可以依法要求其他赔偿。"]
    for remedy in programme.rules.remedies.values():
        if said := _remedy(remedy, names.unit(None)):
            lines.append(f"{names.of(remedy.title, remedy.title_en, '')}：{said}。")
    return lines


def _remedy(remedy: Remedy, unit: str) -> str:
    parts = []
    if remedy.permille:
        parts.append(f"另补所用积分的{share(remedy.permille)}，不足1分的按1分")
    if remedy.points:
        parts.append(f"另补{remedy.points}{unit}")
    if remedy.grace_days:
        parts.append(f"退回的积分已过期的，可再使用{remedy.grace_days}天")
    if remedy.extend_days:
        parts.append(f"停用期间到期的积分，在停用时长之外再延长至少{remedy.extend_days}天")
    return "；".join(parts)

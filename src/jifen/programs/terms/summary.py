"""A change of the terms in one sentence of Chinese, for the notice to members."""

from jifen.programs.changes import Change
from jifen.programs.definition import Programme
from jifen.programs.regulation import CLASSES
from jifen.programs.terms.naming import Names

MOST = 6
"""So many changes are named one by one; the rest is counted."""

HOW = {"better": "放宽", "worse": "收紧", "mixed": "调整", "added": "新增", "dropped": "取消"}

TERMS = {
    "validity": ("有效期", {"better": "延长", "worse": "缩短"}),
    "grace_days": ("退回积分的宽限期", {"better": "延长", "worse": "缩短"}),
    "worth": ("抵扣价值", {"better": "提高", "worse": "降低"}),
    "points": ("分值", {"better": "调优", "worse": "调低"}),
    "rate": ("积分比例", {"better": "提高", "worse": "降低"}),
    "brackets": ("积分比例", {"better": "提高", "worse": "降低"}),
    "factor": ("倍数", {"better": "提高", "worse": "降低"}),
    "caps": ("上限", {"better": "提高", "worse": "降低"}),
    "limits": ("限兑数量", {"better": "提高", "worse": "降低"}),
    "value_fen": ("价值", {"better": "提高", "worse": "降低"}),
    "threshold": ("门槛", {"better": "降低", "worse": "提高"}),
    "at": ("升级条件", {"better": "降低", "worse": "提高"}),
    "keep_at": ("保级条件", {"better": "降低", "worse": "提高"}),
    "clauses": ("其他约定", {"mixed": "修改"}),
    "notice_days": ("提前通知天数", {"better": "增加", "worse": "减少"}),
    "operator": ("经营者", {"mixed": "变更"}),
    "cash_fen": ("另付现金", {"better": "减少", "worse": "增加"}),
    "payers": ("可一起支付的人数", {"better": "增加", "worse": "减少"}),
    "return_days": ("可退天数", {"better": "增加", "worse": "减少"}),
    "voucher": ("券的条件", {"mixed": "调整"}),
    "voucher.minimum_fen": ("券的使用门槛", {"better": "降低", "worse": "提高"}),
    "voucher.save_fen": ("券的抵扣金额", {"better": "提高", "worse": "降低"}),
    "voucher.percent": ("券的折扣", {"better": "提高", "worse": "降低"}),
    "voucher.most_fen": ("券的最高抵扣", {"better": "提高", "worse": "降低"}),
    "voucher.valid_days": ("券的有效期", {"better": "延长", "worse": "缩短"}),
    "slots": ("预约", {"mixed": "调整"}),
    "slots.openings": ("可预约的场次", {"better": "增加", "worse": "减少"}),
    "slots.cancel_hours": ("取消预约的时限", {"better": "放宽", "worse": "收紧"}),
    "slots.no_show": ("未到场的处理", {"better": "放宽", "worse": "收紧"}),
    "offset.most_permille": ("积分最多可抵的比例", {"better": "提高", "worse": "降低"}),
    "offset.step_points": ("积分使用的步长", {"better": "减小", "worse": "增大"}),
    "offset.minimum_points": ("积分使用的起点", {"better": "降低", "worse": "提高"}),
    "offset.minimum_fen": ("可用积分的账单金额", {"better": "降低", "worse": "提高"}),
    "offset.merchants": ("可用积分抵扣的商户", {"better": "增加", "worse": "减少"}),
    "quote_minutes": ("报价有效时间", {"better": "延长", "worse": "缩短"}),
    "hold_minutes": ("结账占用时间", {"better": "延长", "worse": "缩短"}),
    "confirm_points": ("需要当场确认的积分数", {"mixed": "调整"}),
    "offline": ("断网时的积分使用", {"better": "放宽", "worse": "收紧"}),
    "members_most": ("家庭人数上限", {"better": "提高", "worse": "降低"}),
    "pool": ("家庭合用积分", {"better": "开放", "worse": "取消"}),
    "draw": ("家庭合用时的先后", {"mixed": "调整"}),
    "rejoin_days": ("离开后再加入家庭的等待天数", {"better": "缩短", "worse": "延长"}),
    "invitation_days": ("家庭邀请的有效天数", {"better": "增加", "worse": "减少"}),
    "offer_hours": ("一起付的等待时间", {"better": "增加", "worse": "减少"}),
    "beneficiary_days": ("受让人等待天数", {"better": "缩短", "worse": "延长"}),
    "beneficiaries_most": ("受让人人数上限", {"better": "提高", "worse": "降低"}),
    "permille": ("补偿比例", {"better": "提高", "worse": "降低"}),
    "extend_days": ("延长天数", {"better": "增加", "worse": "减少"}),
}
WHOLE = ("programme", "till", "households")
"""Of these there is one, which needs no name."""

REWARD_POINTS = {"better": "所需积分降低", "worse": "所需积分提高", "mixed": "所需积分调整"}


def summary(old: Programme | None, new: Programme, changes: tuple[Change, ...], withdraws: int | None) -> str:
    """What changes, the weightiest first; what is gone by the name that it had."""
    titles: dict[str, dict[str, str]] = {}
    for programme in (old, new):
        if programme is not None:
            _name(programme, titles)
    ordered = sorted(changes, key=lambda one: -CLASSES.index(one.weight))
    told = list(dict.fromkeys(_one(change, titles) for change in ordered))
    if withdraws is not None:
        told.insert(0, f"撤回此前公布的第{withdraws}版")
    if not told:
        return "文字修订"
    more = f"等{len(told)}项" if len(told) > MOST else ""
    return "；".join(told[:MOST]) + more


def _name(programme: Programme, titles: dict[str, dict[str, str]]) -> None:
    names = Names(programme, "zh")
    rules = programme.rules
    for kind, found in (
        ("rule", {rule.id: rule.title or rule.id for rule in rules.rules}),
        ("reward", {reward.code: reward.title for reward in rules.rewards}),
        ("unit", names.units),
        ("merchant", names.merchants),
        ("tier", names.tiers),
        ("act", names.acts),
        ("remedy", {code: one.title for code, one in rules.remedies.items()}),
    ):
        titles.setdefault(kind, {}).update(found)


def _one(change: Change, titles: dict[str, dict[str, str]]) -> str:
    if change.how == "closing":
        return f"方案于{change.until}后停止累积积分，已有积分可继续使用"
    name = titles.get(change.kind, {}).get(change.code, change.code)
    if change.how == "leaving":
        return f"{name}于{change.until}后不再累积积分"
    subject = "" if change.kind in WHOLE else f"“{name}”"
    if change.term == "":
        return f"{HOW.get(change.how, '调整')}{subject}"
    if change.kind == "reward" and change.term == "points":
        return f"{subject}{REWARD_POINTS[change.how]}"
    label, hows = TERMS.get(change.term, ("条件" if change.term.startswith("when.") else "规则", {}))
    return f"{subject}{label}{hows.get(change.how, HOW.get(change.how, '调整'))}"

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
}
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
    ):
        titles.setdefault(kind, {}).update(found)


def _one(change: Change, titles: dict[str, dict[str, str]]) -> str:
    if change.how == "closing":
        return f"方案于{change.until}后停止累积积分，已有积分可继续使用"
    name = titles.get(change.kind, {}).get(change.code, change.code)
    if change.how == "leaving":
        return f"{name}于{change.until}后不再累积积分"
    subject = "" if change.kind == "programme" else f"“{name}”"
    if change.term == "":
        return f"{HOW.get(change.how, '调整')}{subject}"
    if change.kind == "reward" and change.term == "points":
        return f"{subject}{REWARD_POINTS[change.how]}"
    label, hows = TERMS.get(change.term, ("条件" if change.term.startswith("when.") else "规则", {}))
    return f"{subject}{label}{hows.get(change.how, HOW.get(change.how, '调整'))}"

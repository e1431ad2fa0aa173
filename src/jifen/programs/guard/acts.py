"""Acts that earn without spending: what would make a farm, a shop for points or an interest of them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.rules.definition import AnyRule, Flat, PerAmount, Streak

PYRAMID = "禁止传销条例 第7条"
FUND_RAISING = "防范和处置非法集资条例 第2条、第19条"
CYCLE = "COMPLIANCE §3"
REFERRAL = "referral"
BIRTHDAY = "birthday."
"""The system books such acts itself: once a year for each birthday."""

BUYING = re.compile(
    r"(?:buy|purchase|recharge|charge|top-?_?up|sell)[-_.]?(?:of[-_.])?points?"
    r"|^points?[-_.]?(?:buy|purchase|topup|recharge|pack)|chongzhi|购买积分|充值积分|积分充值|积分包"
)
CHANCE = re.compile(
    r"lottery|lucky|raffle|jackpot|random|gacha|blind-?_?box|prize-?_?draw|wheel|choujiang|manghe"
    r"|抽奖|盲盒|大转盘|抽取|随机|刮刮|摇一摇|中奖|摇奖"
)


class Suspect(NamedTuple):
    """What an act is by its name, its title or those of its rule; trail: what follows from it."""

    code: str
    named: re.Pattern[str]
    what: str
    remedy: str
    source: str
    trail: tuple[str, ...]


SUSPECTS = (
    Suspect(
        "referral_by_another_name",
        re.compile(r"invit|refer|recommend|recruit|yaoqing|tuijian|邀请|推荐好友|拉新|裂变"),
        "is inviting",
        "name the act `referral` and set `rules.referral`",
        PYRAMID,
        ("somebody is invited", "points are given before any order of theirs stands"),
    ),
    Suspect(
        "grows_with_time",
        re.compile(
            r"interest|dividend|yield|releas|stak|mining|hold(?:ing)?-?(?:bonus|points)|lixi|shifang|fenhong"
            r"|计息|释放|分红|生息|持有"
        ),
        "lets points bring forth points",
        "take the rule away",
        FUND_RAISING,
        ("points are held", "holding gives more of them"),
    ),
    Suspect(
        "points_for_money",
        BUYING,
        "sells points for money",
        "take the rule away",
        FUND_RAISING,
        ("money is paid for points", "points are had without goods"),
    ),
    Suspect(
        "points_for_points",
        re.compile(r"redeem|redemption|donat|transfer|spend[-_.]points|duihuan|juanzeng|兑换|转赠|捐赠"),
        "gives points for spending points",
        "take the rule away",
        CYCLE,
        ("points are spent", "points are given for it", "they are spent again"),
    ),
    Suspect(
        "chance",
        CHANCE,
        "leaves it to chance",
        "give a fixed number of points to everybody who meets the conditions",
        "反不正当竞争法 第11条",
        ("the act is done", "what it gives is not known beforehand"),
    ),
)


def acts_of(rule: AnyRule) -> tuple[str, ...]:
    """The acts that a rule names."""
    match rule:
        case PerAmount(acts=acts) | Flat(acts=acts) | Streak(acts=acts):
            return acts
    return ()


def points_of(rule: AnyRule) -> int:
    """The fixed points of a rule; 0 where they follow from something."""
    return int(getattr(rule, "points", 0))


def bounded(rule: AnyRule) -> bool:
    """Whether a member gets something of a rule only so often: once, or up to a cap of a period."""
    return rule.once is not None or any(cap.per != "event" for cap in rule.caps)


def findings_of_acts(programme: Programme) -> Iterator[Finding]:
    """Farms, shops and cycles of acts."""
    known = {act.code: act for act in programme.rules.acts}
    for place, rule in enumerate(programme.rules.rules):
        path = f"rules.rules[{place}]"
        for act in acts_of(rule):
            if act == REFERRAL or act.startswith(BIRTHDAY):
                continue
            defined = known.get(act)
            words = f"{act} {defined.title if defined else ''} {rule.id} {rule.title}".lower()
            for suspect in SUSPECTS:
                if suspect.named.search(words):
                    yield Finding(
                        code=suspect.code,
                        path=path,
                        what=f"rule {rule.id!r} gives points for the act {act!r}, which {suspect.what}",
                        remedy=suspect.remedy,
                        source=suspect.source,
                        trail=suspect.trail,
                    )
            coded = rule.once_per_code and defined is not None and defined.codes
            if not isinstance(rule, PerAmount | Streak) and not bounded(rule) and not coded:
                moderated = defined is not None and defined.moderated
                yield _endless(rule, f"{path}.caps", act, moderated=moderated)


def _endless(rule: AnyRule, path: str, act: str, *, moderated: bool) -> Finding:
    """An act without an end; where somebody approves each, that is doubtful only."""
    gives = f"gives {points_of(rule)}"
    return Finding(
        severity="warning" if moderated else "error",
        code="unbounded_act",
        path=path,
        what=f"rule {rule.id!r} {gives} points for the act {act!r} however often it is done",
        remedy="give it a cap per day, month or year, `once`, or `once_per_code` with the act's codes",
        source=CYCLE,
        trail=(f"{act} {gives}", f"{act} again {gives}", "and so on without end"),
    )

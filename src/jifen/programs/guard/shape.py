"""What a programme's shape gives away before anything is searched: expiry, evidence, rights, prices."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from jifen.programs.definition import Programme
from jifen.programs.findings import Finding
from jifen.programs.guard.acts import BUYING, CHANCE, acts_of, bounded
from jifen.programs.guard.bounds import Bounds
from jifen.programs.guard.worth import worth_fen, yearly
from jifen.programs.references import conditions_of
from jifen.rules.definition import AnyRule, Flat, Multiplier, PerAmount, PerItem
from jifen.values.periods import Active, Never, Validity, last_day

GREEN = ("green", "绿", "lvse", "carbon", "碳", "eco")


def findings_of_expiry(programme: Programme, bounds: Bounds, on: date) -> Iterator[Finding]:
    """Points live long enough, and do not lapse unannounced (S01, S02)."""
    rules = programme.rules
    lives: list[tuple[str, Validity]] = [("rules.validity", rules.validity)]
    lives += [
        (f"rules.rules[{place}].validity", rule.validity)
        for place, rule in enumerate(rules.rules)
        if rule.validity
    ]
    for path, validity in lives:
        days = _shortest(validity, on)
        if days is not None and days < bounds["validity_floor_days"]:
            yield Finding(
                code="validity_too_short",
                path=path,
                what=f"points earned on some days live {days} days",
                remedy=f"let them live at least {bounds['validity_floor_days']} days",
                source=bounds.article("validity_floor_days"),
            )
    if rules.reminders is None and any(not isinstance(validity, Never) for _, validity in lives):
        yield Finding(
            code="expiry_without_reminder",
            path="rules.reminders",
            what="points lapse and nobody is reminded",
            remedy="set rules.reminders, say days_before: [30, 7]",
            source="COMPLIANCE R05",
            trail=("points are earned", "nothing is said", "they are gone"),
        )


def _shortest(validity: Validity, on: date) -> int | None:
    if isinstance(validity, Never):
        return None
    if isinstance(validity, Active):
        return validity.months * 28
    days = [on + timedelta(days=after) for after in range(366)]
    return min((last - day).days for day in days if (last := last_day(validity, day)) is not None)


def findings_of_rights(programme: Programme) -> Iterator[Finding]:
    """Tokens have an authority, and nobody lacks base rights for want of a token, level or segment (S21)."""
    rules = programme.rules
    granted = {grant for authority in programme.authorities for grant in authority.grants}
    for path, when in conditions_of(programme):
        for token in when.tokens:
            if token not in granted:
                yield Finding(
                    code="token_without_authority",
                    path=f"{path}.tokens",
                    what=f"nobody named in `authorities` grants the token {token!r}",
                    remedy="name the authority with its key and its grants",
                    source="SCENARIOS S21; PIPL 13, 24",
                )
    earning = [
        (place, rule)
        for place, rule in enumerate(rules.rules)
        if isinstance(rule, PerAmount) and not rule.acts
    ]
    for reason in ("tokens", "tiers", "segments"):
        if earning and all(getattr(rule.when, reason) for _, rule in earning):
            place, rule = earning[0]
            yield Finding(
                code="base_rights",
                path=f"rules.rules[{place}].when.{reason}",
                what=f"without the {reason} {', '.join(getattr(rule.when, reason))} a member earns nothing",
                remedy="give everybody a rate without this condition, and the others more",
                source="SCENARIOS S21; COMPLIANCE §4",
                trail=(f"a member without {reason}", "buys", "earns 0"),
            )
    for place, level in enumerate(rules.tiers.levels if rules.tiers else ()):
        if level.keep_at is not None and level.keep_at > level.at:
            yield Finding(
                code="harder_to_keep",
                path=f"rules.tiers.levels[{place}].keep_at",
                what=f"level {level.code!r} is reached at {level.at} and kept only at {level.keep_at}",
                remedy="ask for no more to keep a level than to reach it",
                source="COMPLIANCE R11",
            )


def findings_of_evidence(programme: Programme) -> Iterator[Finding]:
    """No valid evidence, no green points (S18, S25)."""
    names = {unit.code: f"{unit.code} {unit.name} {unit.name_en}".lower() for unit in programme.units}
    for place, rule in enumerate(programme.rules.rules):
        unit = rule.unit or programme.rules.unit
        said = f"{rule.id} {rule.title} {rule.title_en}".lower()
        green_unit = any(word in names.get(unit, unit) for word in GREEN)
        if not green_unit and not any(word in said for word in GREEN):
            continue
        if not _proven(programme, rule):
            yield Finding(
                code="green_without_evidence",
                path=f"rules.rules[{place}]",
                what=f"rule {rule.id!r} gives {unit} as green, whatever is bought",
                remedy="name kinds of evidence in `lines.evidence` or `when.lines.evidence`, or a coded act",
                source="COMPLIANCE §5",
                trail=("any goods", "no certificate", f"{unit} all the same"),
            )


def _proven(programme: Programme, rule: AnyRule) -> bool:
    filters = [rule.when.lines]
    match rule:
        case PerAmount(lines=lines) | Flat(lines=lines):
            filters.append(lines)
        case PerItem(lines=lines):
            filters.append(lines)
        case Multiplier(of=of):
            based = [one for one in programme.rules.rules if one.id in of]
            if based and all(_proven(programme, one) for one in based):
                return True
    acts = {act.code: act for act in programme.rules.acts}
    named = acts_of(rule)
    if named and all(act in acts and (acts[act].codes or acts[act].moderated) for act in named):
        return True
    return any(one is not None and one.evidence for one in filters)


def findings_of_rewards(programme: Programme, bounds: Bounds) -> Iterator[Finding]:
    """Rewards have a price, benefits a limit, and nothing is left to chance."""
    for place, reward in enumerate(programme.rules.rewards):
        path = f"rules.rewards[{place}]"
        limited = yearly(reward) is not None
        worth = worth_fen(reward)
        for at, points, cash in [
            ("points", reward.points, reward.cash_fen),
            *((f"prices[{n}].points", one.points, one.cash_fen) for n, one in enumerate(reward.prices)),
        ]:
            if points == 0 and not limited and worth > cash:
                yield Finding(
                    code="free_without_limit",
                    path=f"{path}.{at}",
                    what=f"reward {reward.code!r}, worth {(worth - cash) // 100} yuan, is free without end",
                    remedy="give it a price in points, or limits such as one a year",
                    source="COMPLIANCE §3",
                    trail=(f"take {reward.code}", "take it again", "and so on without end"),
                )
        words = f"{reward.code} {reward.title} {reward.text} {reward.title_en} {reward.text_en}".lower()
        if CHANCE.search(words):
            over = reward.value_fen > bounds["prize_fen"]
            yield Finding(
                code="prize_too_high" if over else "chance",
                path=path,
                what=f"reward {reward.code!r} is a draw"
                + (f" for {reward.value_fen // 100} yuan" if over else ""),
                remedy="offer something fixed: nothing here holds the odds of a draw",
                source=bounds.article("prize_fen"),
            )
        if BUYING.search(reward.code) or BUYING.search(reward.title):
            yield Finding(
                code="points_for_points",
                path=path,
                what=f"reward {reward.code!r} buys points with points",
                remedy="take it away",
                source="COMPLIANCE §3",
                trail=("points are spent", "more points are had"),
            )


def findings_of_export(programme: Programme) -> Iterator[Finding]:
    """A list of who meets a condition outside the ledger names its legal opinion (S20)."""
    export = programme.eligibility_export
    if export is None:
        return
    if not re.search(r"\d{4}", export.legal_opinion):
        yield Finding(
            code="no_legal_opinion",
            path="eligibility_export.legal_opinion",
            what=f"{export.legal_opinion!r} names no legal opinion",
            remedy="name the firm, the number and the year of the opinion, or take the export away",
            source="SCENARIOS S20; 防范和处置非法集资条例 第2条",
            trail=("points in the ledger", "a list leaves it", "something is promised on the list"),
        )
    else:
        yield Finding(
            severity="warning",
            code="export_on",
            path="eligibility_export",
            what=f"a list of members with {export.minimum_points} points or more may leave the ledger",
            remedy="take it away unless the opinion covers this use",
            source="SCENARIOS S20",
        )


def findings_of_multiplying(programme: Programme) -> Iterator[Finding]:
    """Multipliers do not multiply each other, points earn no points, campaigns have an end to their cost."""
    rules = programme.rules
    multipliers = {rule.id for rule in rules.rules if isinstance(rule, Multiplier)}
    for place, rule in enumerate(rules.rules):
        path = f"rules.rules[{place}]"
        if isinstance(rule, Multiplier) and multipliers & set(rule.of):
            others = sorted(multipliers & set(rule.of))
            yield Finding(
                code="multiplier_of_multiplier",
                path=f"{path}.of",
                what=f"rule {rule.id!r} multiplies what {', '.join(others)} multiplied already",
                remedy="name only rules that are no multipliers, or put them in one group",
                source="COMPLIANCE §3",
                trail=tuple(f"times {one.factor}" for one in rules.rules if isinstance(one, Multiplier)),
            )
        if any(payment.startswith("point") for payment in rule.when.payments):
            yield Finding(
                code="points_for_points",
                path=f"{path}.when.payments",
                what=f"rule {rule.id!r} gives points for what is paid in points",
                remedy="let only money earn",
                source="COMPLIANCE §3",
                trail=("pay in points", "earn points", "pay in points again"),
            )
        if rule.campaign is not None and rule.budget is None and not bounded(rule):
            yield Finding(
                severity="warning",
                code="campaign_without_budget",
                path=f"{path}.budget",
                what=f"rule {rule.id!r} of campaign {rule.campaign!r} has neither budget nor cap",
                remedy="give it a budget, a cap per member, or `once`",
            )

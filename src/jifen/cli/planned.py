"""A plan in lines for a terminal."""

from collections.abc import Iterator

from jifen.programs.planning import Plan
from jifen.values.periods import local_day

MOST = 60
"""So many differences are shown; the JSON has all."""


def lines_of(plan: Plan) -> Iterator[str]:
    """The plan, what matters most at the end."""
    yield f"{plan.code}: compared with {plan.compared}"
    if plan.unchanged:
        yield f"nothing changes: it is as version {plan.version} says"
    for difference in plan.differences[:MOST]:
        yield f"  {difference}"
    if len(plan.differences) > MOST:
        yield f"  … and {len(plan.differences) - MOST} more (--json shows all)"
    if plan.changes:
        yield "for members:"
        for change in plan.changes:
            yield f"  {change}"
    if plan.rebates:
        yield "effective rebate:"
        for rebate in plan.rebates:
            yield f"  {rebate.rule or 'all together'}: {rebate.percent}"
    for finding in sorted(plan.findings, key=lambda one: one.severity, reverse=True):
        yield str(finding)
    if not plan.unchanged:
        notice = f"{plan.days} whole days' notice [{plan.article}]" if plan.days else "no notice"
        yield f"version {plan.version} is {plan.weight}: it needs {notice}"
        yield (
            f"earliest lawful date: {local_day(plan.earliest, plan.zone)}; it would hold from "
            f"{plan.valid_from.isoformat()}"
        )
    errors = sum(finding.severity == "error" for finding in plan.findings)
    warnings = len(plan.findings) - errors
    yield f"{'refused' if plan.refused else 'clean'}: {errors} errors, {warnings} warnings"

"""Evidence of green goods: the format of each kind, and for how long it may be valid."""

import re
from collections.abc import Iterator
from datetime import datetime

from jifen.parties.programs import Evidence
from jifen.values.periods import add_months, local_day

ORGANIC = re.compile(r"^[0-9]{17}$")
GREEN_FOOD = re.compile(r"^LB-[0-9]{2}-(?P<year>[0-9]{2})(?P<month>[0-9]{2})[0-9]{2}[0-9]{4}[A-Z]$")
GREEN_FOOD_MONTHS = 36

Finding = tuple[str, object, str]
"""Field, value, and what is wrong with it: what to do."""


def findings(evidence: Evidence, zone: str) -> Iterator[Finding]:
    """What is wrong with evidence before it is made known.

    An organic code has 17 digits: certifier 3, year 2, random 12. Green food is LB-, category, year and month
    of the certificate, product and region, with a certificate of three years. Any other kind names its body.
    Source: COMPLIANCE §5.
    """
    code = evidence.code
    if evidence.kind == "organic" and not ORGANIC.match(code):
        yield "code", code, "is no organic code: send its 17 digits"
    if evidence.kind == "green_food":
        yield from _of_green_food(evidence, zone)
    if evidence.kind not in ("organic", "green_food") and not evidence.body.strip():
        yield "body", evidence.body, f"is missing: say who issued evidence of kind {evidence.kind!r}"
    if evidence.valid_until <= evidence.valid_from:
        yield "valid_until", evidence.valid_until, "is not after `valid_from`: choose a later time"


def _of_green_food(evidence: Evidence, zone: str) -> Iterator[Finding]:
    parts = GREEN_FOOD.match(evidence.code)
    if parts is None or not 1 <= int(parts["month"]) <= 12:
        yield "code", evidence.code, "is no green food mark: send it as LB-XX-YYMMPPNNNNG"
    if _ends_after(evidence.valid_from, evidence.valid_until, GREEN_FOOD_MONTHS, zone):
        yield (
            "valid_until",
            evidence.valid_until,
            f"is later than a certificate runs: at most {GREEN_FOOD_MONTHS} months",
        )


def _ends_after(since: datetime, until: datetime, months: int, zone: str) -> bool:
    return local_day(until, zone) > add_months(local_day(since, zone), months)

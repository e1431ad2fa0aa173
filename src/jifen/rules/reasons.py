"""Why a rule gave nothing: one word for each cause."""

from typing import Literal, get_args

Reason = Literal[
    "closed", "weekday", "month_day", "date", "calendar",
    "merchant", "store", "minimum", "since", "until", "act", "campaign", "channel", "payment",
    "lines", "evidence", "quantity", "combination", "nothing",
    "tier", "segment", "token", "joined", "anniversary", "birthday", "invited",
    "maximum", "expression", "nth", "reached", "streak",
    "no_code", "code", "once", "cap", "budget", "group",
]  # fmt: skip
"""In the order in which they are looked for; docs/rules.md says what each means."""

REASONS: tuple[Reason, ...] = get_args(Reason)

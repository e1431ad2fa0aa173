"""Forms of a programme's parts: the fields that are changed often, each with its place and how it is read."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from jifen.pages import figures
from jifen.site.console.programme_findings import Way, value_at, way_of
from jifen.values.periods import start_of_day, zone

Kind = Literal["text", "area", "whole", "yuan", "names", "lines", "choice", "truth", "from", "until", "day"]

PERIODS = ("event", "day", "week", "month", "year", "ever")
ONCE = ("", "day", "week", "month", "year", "ever")


class Field(msgspec.Struct, frozen=True):
    """A field. name: in the form, and its word `decide.field.<name>`; at: its place in the item.

    choices: of a choice; their words are `decide.choice.<choice>`. needed: it may not be empty.
    """

    name: str
    at: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    needed: bool = False


TITLES = (Field("title", "title"), Field("title_en", "title_en"))
TEXTS = (Field("text", "text", "area"), Field("text_en", "text_en", "area"))
WHEN = (
    Field("minimum", "when.minimum_fen", "yuan"),
    Field("merchants", "when.merchants", "names"),
    Field("stores", "when.stores", "names"),
    Field("calendars", "when.calendars", "names"),
    Field("tiers", "when.tiers", "names"),
    Field("cap_points", "caps[0].points", "whole"),
    Field("cap_per", "caps[0].per", "choice", PERIODS),
    Field("once", "once", "choice", ONCE),
    Field("pending_days", "pending_days", "whole"),
    Field("campaign", "campaign"),
    Field("funder", "funder", "choice", ("merchant", "operator")),
)
POINTS = (Field("points", "points", "whole", needed=True),)
GIVES: dict[str, tuple[Field, ...]] = {
    "per_amount": (
        Field("rate_points", "rate.points", "whole", needed=True),
        Field("rate_yuan", "rate.fen", "yuan", needed=True),
    ),
    "per_item": (*POINTS, Field("every", "every", "whole")),
    "flat": POINTS,
    "combination": (*POINTS, Field("most", "most", "whole")),
    "reached": (*POINTS, Field("spend", "spend_fen", "yuan", needed=True)),
    "streak": (*POINTS, Field("length", "length", "whole", needed=True)),
    "multiplier": (Field("factor", "factor", needed=True), Field("of", "of", "names")),
}
REWARD = (
    *TITLES,
    *TEXTS,
    Field("category", "category"),
    Field("merchant", "merchant"),
    Field("price", "points", "whole", needed=True),
    Field("cash", "cash_fen", "yuan"),
    Field("value", "value_fen", "yuan"),
    Field("stock", "stock"),
    Field("limit_count", "limits[0].count", "whole"),
    Field("limit_per", "limits[0].per", "choice", PERIODS),
    Field("fulfil", "fulfil", "choice", ("at_once", "order")),
    Field("return_days", "return_days", "whole"),
)
CAMPAIGN = (
    *TITLES,
    *TEXTS,
    Field("since", "since", "from", needed=True),
    Field("until", "until", "until", needed=True),
)
MESSAGE = (
    Field("subject", "subject"),
    Field("said", "text", "area", needed=True),
    Field("approved", "approved"),
)
TERMS = (
    Field("operator", "terms.operator", needed=True),
    Field("operator_en", "terms.operator_en"),
    Field("contact", "terms.contact", needed=True),
    Field("clauses", "terms.clauses", "lines"),
    Field("clauses_en", "terms.clauses_en", "lines"),
    Field(
        "life", "rules.validity.type", "choice", ("rolling", "calendar_year", "activity", "sweep", "never")
    ),
    Field("life_months", "rules.validity.months", "whole"),
    Field("life_days", "rules.validity.days", "whole"),
    Field("life_to", "rules.validity.to", "choice", ("day", "month_end")),
    Field("life_after", "rules.validity.after", "whole"),
    Field("grace_days", "rules.grace_days", "whole", needed=True),
    Field("remind_days", "rules.reminders.days_before", "names", needed=True),
    Field("extend_days", "rules.reminders.extend_days", "whole", needed=True),
    Field("notice_days", "terms.notice_days", "whole"),
    Field("two_eyes", "terms.two_eyes", "truth"),
    Field("closes_on", "terms.closes_on", "day"),
)
ALLOWED = {
    "rolling": ("months", "days", "to"),
    "calendar_year": ("after",),
    "activity": ("months",),
    "sweep": ("month", "day", "minimum_days"),
    "never": (),
}
"""Which fields each kind of validity has."""


def fields_of(part: str, item: Mapping[str, Any], *, by_spend: bool) -> tuple[Field, ...]:
    """The fields of an item's form."""
    if part == "rules":
        return (*TITLES, *GIVES.get(str(item.get("type")), ()), *WHEN)
    if part == "tiers":
        kind: Kind = "yuan" if by_spend else "whole"
        return (
            *TITLES,
            Field("at", "at", kind, needed=True),
            Field("keep", "keep_at", kind),
            Field("benefits", "benefits", "lines"),
            Field("benefits_en", "benefits_en", "lines"),
        )
    return {"rewards": REWARD, "campaigns": CAMPAIGN, "messages": MESSAGE, "terms": TERMS}[part]


def shown(field: Field, item: Mapping[str, Any], zone_name: str) -> str:
    """A field's value as its control shows it."""
    value = value_at(item, way_of(field.at))
    if value is None:
        return ""
    match field.kind:
        case "yuan":
            return figures.yuan(value).removeprefix("¥").replace(",", "").removesuffix(".00")
        case "names":
            return ", ".join(str(one) for one in value)
        case "lines":
            return "\n".join(str(one) for one in value)
        case "truth":
            return "true" if value else ""
        case "from" | "until":
            at = datetime.fromisoformat(str(value)).astimezone(zone(zone_name))
            return (at - timedelta(microseconds=1 if field.kind == "until" else 0)).date().isoformat()
    return str(value)


def taken(
    fields: tuple[Field, ...], item: Mapping[str, Any], form: Mapping[str, str], zone_name: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """The item as the form wants it, and what is wrong by the field's name: a key of `decide.wrong.…`."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(dict(item)))
    wrong: dict[str, str] = {}
    for field in fields:
        text = form.get(field.name, "").strip().replace("\r\n", "\n")
        if text == shown(field, item, zone_name):
            continue
        if not text:
            if field.needed:
                wrong[field.name] = "missing"
            else:
                made = _without(made, way_of(field.at))
            continue
        try:
            value = _value(field, text, zone_name)
        except ValueError:
            wrong[field.name] = field.kind
            continue
        made = _with(made, way_of(field.at), value)
    _tidy(made)
    return made, wrong


def _value(field: Field, text: str, zone_name: str) -> Any:
    match field.kind:
        case "whole":
            return _whole(text.replace(",", ""))
        case "yuan":
            whole, _, rest = text.replace(",", "").removeprefix("¥").partition(".")
            if len(rest) > 2 or (rest and not rest.isdecimal()):
                raise ValueError(text)
            return _whole(whole) * 100 + int((rest + "00")[:2])
        case "names":
            found = [
                one.strip() for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()
            ]
            return [int(one) for one in found] if all(one.isdecimal() for one in found) else found
        case "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        case "choice":
            if text not in field.choices:
                raise ValueError(text)
            return text
        case "truth":
            return True
        case "day":
            return date.fromisoformat(text).isoformat()
        case "from":
            return _local(date.fromisoformat(text), zone_name)
        case "until":
            return _local(date.fromisoformat(text) + timedelta(days=1), zone_name)
    return text


def _whole(text: str) -> int:
    if not (text.isdecimal() and text.isascii()):
        raise ValueError(text)
    return int(text)


def _local(day: date, zone_name: str) -> str:
    return start_of_day(day, zone_name).astimezone(zone(zone_name)).isoformat()


def _with(item: Any, way: Way, value: Any) -> Any:
    if not way:
        return value
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        items = list(item or [])
        if step < len(items):
            items[step] = _with(items[step], rest, value)
        else:
            items.append(_with(None, rest, value))
        return items
    return {**(item or {}), step: _with((item or {}).get(step), rest, value)}


def _without(item: Any, way: Way) -> Any:
    if item is None:
        return None
    step, rest = way[0], way[1:]
    if isinstance(step, int):
        items = list(item)
        if step < len(items):
            items[step] = _without(items[step], rest)
        return items
    if not rest:
        return {name: value for name, value in item.items() if name != step}
    if step not in item:
        return item
    inner = _without(item[step], rest)
    return {name: inner if name == step else value for name, value in item.items()}


def _tidy(item: dict[str, Any]) -> None:
    """What is left of a cap, a limit, a condition or a validity that a field was taken from."""
    for name, needed in (("caps", "points"), ("limits", "count")):
        if name in item:
            item[name] = [one for one in item[name] if needed in one]
            for one in item[name]:
                one.setdefault("per", "month")
            if not item[name]:
                del item[name]
    if item.get("when") == {}:
        del item["when"]
    rules = item.get("rules")
    if not isinstance(rules, dict):
        return
    life, reminders = rules.get("validity"), rules.get("reminders")
    if isinstance(life, dict):
        allowed = ALLOWED.get(str(life.get("type")), ())
        rules["validity"] = {name: value for name, value in life.items() if name == "type" or name in allowed}
    if isinstance(reminders, dict) and "days_before" not in reminders:
        del rules["reminders"]


NEW: dict[str, dict[str, Any]] = {
    "per_amount": {"rate": {"points": 1, "fen": 100}},
    "flat": {"points": 10},
    "per_item": {"points": 1, "lines": {"categories": ["…"]}},
    "combination": {
        "points": 1,
        "parts": [{"lines": {"categories": ["…"]}}, {"lines": {"categories": ["…"]}}],
    },
    "reached": {"points": 10, "spend_fen": 50000},
    "streak": {"points": 10, "length": 3},
    "multiplier": {"factor": "2"},
}
"""What a new rule of each kind begins with."""

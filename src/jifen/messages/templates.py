"""Templates: checked when they are published, kept for ever, and filled in when a message goes out."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import asyncpg
import msgspec

from jifen.messages.definition import Channel, Language, MessagesPlan, TemplatePlan
from jifen.messages.events import EVENTS, EVERYWHERE, MessageRefused, event_called
from jifen.store.queries import q
from jifen.values.ids import ProgramId

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

FIELD = re.compile(r"\{([a-z][a-z0-9_]*)\}")
BRACES = re.compile(r"[{}]")
LINK = re.compile(
    r"https?:|www\.|\b[a-z0-9-]+\.(?:com|cn|net|org|io|cc|me|top|vip|xyz|info|link|ly|app)\b", re.IGNORECASE
)
OPT_OUT = re.compile(
    r"拒收请回复\s*R|退订回\s*[TNR]|回\s*[TNR]D?\s*退订|reply\s+(?:R|T|STOP)\b", re.IGNORECASE
)
"""The words by which a marketing short message says how to get no more of them."""

ONE_SEGMENT = 70
NEXT_SEGMENTS = 67
SEGMENTS_MOST = 8
"""A Chinese short message has 70 letters, or 67 in each of several (COMPLIANCE §7)."""

APPROVED = ("sms", "wechat")
"""Channels whose words the carrier approves beforehand, and sends by its own copy of them."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(MessagesPlan).decode


class InForce(msgspec.Struct, frozen=True):
    """A plan with its version, and its templates by (event, channel, language)."""

    version: int
    plan: MessagesPlan
    templates: Mapping[tuple[str, str, str], TemplatePlan]

    def template(
        self, event: str, channel: Channel, language: Language, *, ours: bool = False
    ) -> TemplatePlan | None:
        """The text for an event on a channel: in that language, else in Chinese, else in any.

        The inbox has words for every event, also where nobody wrote any; other channels where `ours` may be
        taken there.
        """
        for tongue in (language, "zh", "en"):
            found = self.templates.get((event, channel, tongue))
            if found is not None:
                return found
        if channel == "in_app" or ours:
            known = EVENTS[event]
            subject, text = known.en if language == "en" else known.zh
            return TemplatePlan(event=event, channel=channel, language=language, subject=subject, text=text)
        return None


class Words(msgspec.Struct, frozen=True):
    """A text with its fields filled in. values: the fields that it uses, in their order, once each."""

    subject: str
    text: str
    approved: str
    language: str
    values: tuple[tuple[str, str], ...]


def render(template: TemplatePlan, fields: Mapping[str, str]) -> Words:
    """The words of a message; a field is never read as a template itself."""

    def filled(text: str) -> str:
        return FIELD.sub(lambda found: fields.get(found[1], ""), text)

    names = dict.fromkeys(FIELD.findall(template.text))
    return Words(
        filled(template.subject),
        filled(template.text),
        template.approved,
        template.language,
        tuple((name, fields.get(name, "")) for name in names),
    )


def segments(text: str, signature: str = "") -> int:
    """How many short messages a text is, with its signature in 【】."""
    letters = len(text) + (len(signature) + 2 if signature else 0)
    return 1 if letters <= ONE_SEGMENT else -(-letters // NEXT_SEGMENTS)


def holds_link(text: str) -> bool:
    """Whether a text names an address on the web."""
    return LINK.search(text) is not None


def check_plan(plan: MessagesPlan) -> None:
    """Refuse a plan with a text that could not be sent as it is written.

    Raises:
        MessageRefused: an unknown event or field, a text given twice, a short message without an approved
            id, too long, or (marketing) without opt-out words; a link where none may be. Source:
            COMPLIANCE §7 (Channels).
    """
    seen: set[tuple[str, str, str]] = set()
    for index, template in enumerate(plan.templates):
        place = f"templates[{index}]"
        key = (template.event, template.channel, template.language)
        if key in seen:
            raise MessageRefused(place, f"{' '.join(key)} has a text already: keep one of the two")
        seen.add(key)
        _check_words(template, place)
        if template.channel in APPROVED and not template.approved:
            said = f"the {template.channel} text of {template.event} names no approved template: "
            raise MessageRefused(f"{place}.approved", said + "have it approved, and give its id")
        if template.channel == "sms":
            _check_short_message(template, place)


def _check_words(template: TemplatePlan, place: str) -> None:
    event = event_called(template.event, f"{place}.event")
    known = (*event.fields, *event.more, *EVERYWHERE)
    for part, text in (("subject", template.subject), ("text", template.text)):
        for name in FIELD.findall(text):
            if name not in known:
                raise MessageRefused(
                    f"{place}.{part}",
                    f"{{{name}}} is no field of {template.event}: use {{{'}, {'.join(known)}}}",
                )
        stray = BRACES.search(FIELD.sub("", text))
        if stray:
            raise MessageRefused(f"{place}.{part}", f"{stray[0]!r} stands alone: write fields as {{name}}")
        if not event.links and holds_link(text):
            said = f"a text of {template.event} may hold no link, since such messages are what phishing "
            raise MessageRefused(f"{place}.{part}", said + "pretends to be: name the app or the till instead")


def _check_short_message(template: TemplatePlan, place: str) -> None:
    count = segments(template.text)
    if count > SEGMENTS_MOST:
        raise MessageRefused(
            f"{place}.text",
            f"has {len(template.text)} letters, which are {count} short messages: say it in "
            f"{SEGMENTS_MOST * NEXT_SEGMENTS} letters at most",
        )
    if event_called(template.event).sells and not OPT_OUT.search(template.text):
        raise MessageRefused(
            f"{place}.text", "is marketing and does not say how to opt out: end it with 拒收请回复R"
        )


async def publish(conn: Connection, program: ProgramId, plan: MessagesPlan, at: datetime) -> int:
    """Store a plan as the next version, valid from an instant on; returns its version.

    What is published already, word for word, stays the version that it is.

    Raises:
        MessageRefused: a text could not be sent, or it would begin before the newest version does.
    """
    check_plan(plan)
    at = at.astimezone(UTC)
    text = _encode(plan).decode()
    async with conn.transaction():
        newest = await conn.fetchrow(q("message_plan_newest"), program)
        if newest is not None and newest["plan"] == text and newest["valid_from"] <= at:
            version: int = newest["version"]
            return version
        if newest is not None and newest["valid_from"] > at:
            raise MessageRefused(
                "valid_from",
                f"{at.isoformat()} is before version {newest['version']} begins, at "
                f"{newest['valid_from'].isoformat()}: choose a later instant",
            )
        try:
            version = await conn.fetchval(q("message_plan_add"), program, at, text)
        except asyncpg.UniqueViolationError as taken:
            said = "another version was published meanwhile: look at it and publish again"
            raise MessageRefused("templates", said) from taken
    return version


async def in_force(conn: Connection, program: ProgramId, at: datetime) -> InForce:
    """The plan of an instant; version 0, with the words that come along, before any was published."""
    row = await conn.fetchrow(q("message_plan_at"), program, at.astimezone(UTC))
    if row is None:
        return InForce(0, MessagesPlan(), {})
    plan = _decode(row["plan"])
    by_key: dict[tuple[str, str, str], TemplatePlan] = {
        (one.event, one.channel, one.language): one for one in plan.templates
    }
    return InForce(row["version"], plan, by_key)

"""How members are told, as an operator writes it: channels, quiet hours, quotas and the words."""

from typing import Annotated, Literal

import msgspec

from jifen.rules.defining import Definition, Name, Title

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Hour = Annotated[int, msgspec.Meta(ge=0, le=23)]

Channel = Literal["in_app", "sms", "push", "wechat", "email", "robot"]
Language = Literal["zh", "en"]
Purpose = Literal["service", "marketing"]


class TemplatePlan(Definition, frozen=True, kw_only=True):
    """One text of a message. event: what it tells of (docs/messages.md lists them with their fields, which
    stand in braces). approved: the id under which the carrier approved it; short messages need one.
    """

    event: Name
    channel: Channel
    language: Language = "zh"
    subject: Title = ""
    text: Said
    approved: Title = ""


class MessagesPlan(Definition, frozen=True, kw_only=True):
    """How members are told: channels by preference, quiet hours (local, from and to), at most so many."""

    fallback: tuple[Literal["in_app", "sms", "push", "wechat", "email"], ...] = (
        "sms",
        "push",
        "wechat",
        "in_app",
    )
    quiet: tuple[Hour, Hour] = (21, 8)
    marketing_per_day: Annotated[int, msgspec.Meta(ge=0, le=100)] = 1
    marketing_per_month: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 8
    templates: tuple[TemplatePlan, ...] = ()

"""Which channel a message takes: a table of members, plans and hours, without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jifen.messages.choosing import Go, Step, Stop, Wait, Waiting, choose, quiet_end, retry_at
from jifen.messages.definition import MessagesPlan, TemplatePlan
from jifen.messages.events import MessageRefused
from jifen.messages.templates import InForce, check_plan, render, segments
from jifen.values.ids import hashed_id

ZONE = "Asia/Shanghai"
ALL = ("sms", "push", "wechat", "email", "robot")
TEXTS = (
    TemplatePlan(event="points_lapsing", channel="sms", text="{points}{unit}将于{date}到期", approved="S1"),
    TemplatePlan(event="points_lapsing", channel="push", text="{points}{unit}"),
    TemplatePlan(event="points_lapsing", channel="wechat", text="{points}", approved="W1"),
    TemplatePlan(event="points_lapsing", channel="email", language="en", text="{points} lapse"),
    TemplatePlan(event="campaign_started", channel="sms", text="{title},拒收请回复R", approved="S2"),
    TemplatePlan(event="frozen", channel="sms", text="{reason}", approved="S3"),
    TemplatePlan(event="welcome", channel="robot", text="{program}"),
    TemplatePlan(event="act_declined", channel="sms", text="{reason}", approved="S4"),
)
PLAN = MessagesPlan(fallback=("in_app", "sms", "push", "wechat", "email"), templates=TEXTS)
FORCE = InForce(1, PLAN, {(one.event, one.channel, one.language): one for one in TEXTS})
FIELDS = {"points": "50", "unit": "积分", "date": "2026-12-31", "title": "双12", "reason": "x"}
PHONE, PUSH, WECHAT, EMAIL = {"sms": "1"}, {"push": "2"}, {"wechat": "3"}, {"email": "4"}


def at(hour: int, minute: int = 0) -> datetime:
    """An hour of 10 November in Shanghai."""
    return datetime(2026, 11, 10, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def step(event: str = "points_lapsing", now: datetime | None = None, has: Any = ALL, **more: Any) -> Step:
    """The next step of a message."""
    addresses = more.pop("addresses", PHONE | PUSH | WECHAT | EMAIL)
    fields = {**FIELDS, **more.pop("fields", {})}
    purpose = more.pop("purpose", "service")
    waiting = Waiting(
        id=hashed_id("x", "1"), event=event, purpose=purpose, fields=fields, addresses=addresses, **more
    )
    return choose(waiting, FORCE, has, "青禾", ZONE, now or at(12))


def way(**more: Any) -> str:
    """The channel that it takes, or why it takes none."""
    match step(**more):
        case Go(channel, _):
            return channel
        case Wait(until):
            return f"waits until {until.astimezone(UTC) + timedelta(hours=8):%d %H:%M}"
        case Stop(reason, dead):
            return f"{'dead: ' if dead else ''}{reason}"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "sms"),
        ({"used": ("sms",)}, "push"),
        ({"addresses": PUSH | EMAIL}, "push"),
        ({"has": ("email",)}, "email"),
        ({"has": ()}, "in_app"),
        ({"addresses": {}}, "in_app"),
        ({"addresses": WECHAT}, "in_app"),
        ({"addresses": WECHAT, "subscribed": ("W1",)}, "wechat"),
        ({"addresses": WECHAT, "subscribed": ("W2",)}, "in_app"),
        ({"used": ("sms", "push", "wechat", "email")}, "in_app"),
        ({"used": ("sms", "push", "wechat", "email", "in_app")}, "dead: no channel is left, after sms, "
            "push, wechat, email, in_app"),
        ({"event": "birthday_self"}, "in_app"),
        ({"event": "welcome", "operators": True, "addresses": {"robot": "x"}}, "robot"),
        ({"event": "frozen", "operators": True, "addresses": {"robot": "x"}}, "dead: no channel is left"),
    ],
)  # fmt: skip
def test_the_chain(more: dict[str, Any], expected: str) -> None:
    """The plan's order with the inbox last, wherever the plan names it; what cannot be is passed over."""
    assert way(**more) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"purpose": "marketing"}, "no consent to marketing"),
        ({"purpose": "marketing", "consented": True}, "push"),
        ({"event": "campaign_started", "purpose": "marketing", "consented": True}, "sms"),
        ({"event": "campaign_started", "purpose": "marketing"}, "no consent to marketing"),
        ({"fields": {"unit": "分 http://evil.example"}, "addresses": PHONE | PUSH}, "in_app"),
        ({"event": "act_declined", "fields": {"reason": "see www.example.com"}}, "sms"),
    ],
)
def test_what_may_not_be_sent(more: dict[str, Any], expected: str) -> None:
    """Marketing needs consent, and by short message the words that end it; a reminder carries no link."""
    assert way(**more) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at(20, 59), "sms"),
        (at(21), "waits until 11 08:00"),
        (at(23, 59), "waits until 11 08:00"),
        (at(0), "waits until 10 08:00"),
        (at(7, 59), "waits until 10 08:00"),
        (at(8), "sms"),
    ],
)
def test_quiet_hours_cross_midnight(now: datetime, expected: str) -> None:
    """A reminder waits for the morning of the programme's zone; the inbox and what is urgent do not."""
    assert way(now=now) == expected
    assert way(now=now, addresses={}) == "in_app"
    assert way(now=now, event="frozen") == "sms"


def test_quiet_hours_of_a_day_and_none() -> None:
    """Within one day, and from equal to to."""
    assert quiet_end((12, 14), ZONE, at(13)) == at(14)
    assert quiet_end((12, 14), ZONE, at(14)) is None
    assert quiet_end((0, 0), ZONE, at(0)) is None


def test_the_words_are_those_of_the_members_language() -> None:
    """English where there is an English text, else what there is; a field is never read as a template."""
    english = step(language="en", addresses=EMAIL)
    assert isinstance(english, Go)
    assert english.words.text == "50 lapse"
    inbox = step(language="en", addresses={})
    assert isinstance(inbox, Go)
    assert inbox.words.text == "50 积分 of yours can be used until 2026-12-31."
    odd = render(TEXTS[0], {"points": "{date}", "unit": "", "date": "x"})
    assert odd.text == "{date}将于x到期"
    assert odd.values == (("points", "{date}"), ("unit", ""), ("date", "x"))


def test_waits_double_and_are_spread() -> None:
    """30 s, 1, 2, 4 minutes …, a quarter of an hour at most; and a quarter more by the id's hash."""
    ids = [hashed_id("m", str(n)) for n in range(50)]
    for tries, wait_s in ((1, 30), (2, 60), (5, 480), (6, 900), (30, 900)):
        waits = [(retry_at(one, tries, at(12)) - at(12)) / timedelta(seconds=1) for one in ids]
        assert wait_s <= min(waits) < max(waits) < wait_s * 1.25
        assert len(set(waits)) > 20
        assert waits == [(retry_at(one, tries, at(12)) - at(12)) / timedelta(seconds=1) for one in ids]


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ({"text": "{pionts}到期", "approved": "S"}, "{pionts} is no field of points_lapsing: use {points}"),
        ({"text": "{points 到期", "approved": "S"}, "'{' stands alone"),
        ({"text": "{points}到期"}, "names no approved template"),
        ({"text": "{points}到期 https://example.com", "approved": "S"}, "may hold no link"),
        ({"text": "请上 example.cn 使用", "approved": "S"}, "may hold no link"),
        ({"event": "points_lost", "text": "x", "approved": "S"}, "'points_lost' is no event"),
        ({"event": "campaign_started", "text": "{title}", "approved": "S"}, "does not say how to opt out"),
        ({"text": "长" * 600, "approved": "S"}, "600 letters, which are 9 short messages"),
        ({"channel": "wechat", "text": "{points}"}, "names no approved template"),
        ({"channel": "in_app", "text": "x", "subject": "{who}"}, "subject: {who} is no field"),
    ],
)
def test_a_text_that_could_not_be_sent_is_refused(template: dict[str, Any], why: str) -> None:
    """When it is published, naming place, value and remedy."""
    made = TemplatePlan(**{"event": "points_lapsing", "channel": "sms", **template})
    with pytest.raises(MessageRefused) as refused:
        check_plan(MessagesPlan(templates=(TEXTS[3], made)))
    assert why in str(refused.value)
    assert "templates[1]" in str(refused.value)


def test_a_text_is_given_once() -> None:
    """Two texts for one event, channel and language contradict each other."""
    with pytest.raises(MessageRefused, match="has a text already"):
        check_plan(MessagesPlan(templates=(TEXTS[0], TEXTS[0])))
    check_plan(MessagesPlan(templates=TEXTS))


def test_segments() -> None:
    """70 letters are one message, 71 are two of 67 at most; the signature counts with its brackets."""
    assert [segments("字" * n) for n in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]
    assert segments("字" * 66, "青禾") == 1
    assert segments("字" * 67, "青禾") == 2

"""Which channel a message takes next, or why it waits or goes nowhere: a pure function of what is known."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import msgspec

from jifen.messages.definition import Channel, Language, MessagesPlan, Purpose
from jifen.messages.events import EVENTS, EVERYWHERE
from jifen.messages.templates import OPT_OUT, InForce, Words, holds_link, render
from jifen.values.ids import Id
from jifen.values.periods import local_day, start_of_day, zone

TRIES_MOST = 12
"""How often one channel is tried before the next one is: two hours, with the waits between."""

FIRST_WAIT_S = 30
LONGEST_WAIT_S = 900


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is due, and its member. addresses: by channel. used: channels that are done with.

    subscribed: WeChat templates with an unused subscription. operators: it is for the programme's own.
    """

    id: Id
    event: str
    purpose: Purpose
    fields: Mapping[str, str]
    addresses: Mapping[str, str]
    language: Language = "zh"
    consented: bool = False
    subscribed: Collection[str] = ()
    used: Collection[str] = ()
    operators: bool = False


class Go(msgspec.Struct, frozen=True):
    """Take this channel, with these words."""

    channel: Channel
    words: Words


class Wait(msgspec.Struct, frozen=True):
    """Not before then."""

    until: datetime


class Stop(msgspec.Struct, frozen=True):
    """Nowhere: suppressed as it should be, or (dead) because nothing is left to try."""

    reason: str
    dead: bool = False


Step = Go | Wait | Stop


def choose(
    message: Waiting,
    force: InForce,
    has: Collection[str],
    program_name: str,
    zone_name: str,
    now: datetime,
    printed: Collection[str] = (),
) -> Step:
    """The next step. has: channels for which the programme has a provider; the inbox needs none.
    printed: those of them that are only printed, for development.

    The first channel of the plan's chain counts that has an address, a provider, a text and, for WeChat, a
    subscription. The inbox, where the plan names it, is the last. Marketing goes only to who agreed
    (COMPLIANCE §4, §7), and by short message only with words that say how to opt out. In quiet hours only
    the inbox is served, and what is urgent. What may not stand in the inbox is printed in words of ours
    where nobody wrote any, so that somebody can sign in who develops.
    """
    if message.event not in EVENTS:
        return Stop(f"{message.event!r} is no event of this version", dead=True)
    if message.purpose == "marketing" and not message.consented:
        return Stop("no consent to marketing")
    fields = {**message.fields, EVERYWHERE[0]: program_name}
    for channel in chain_of(message, force.plan):
        if channel in message.used or (channel != "in_app" and channel not in has):
            continue
        if channel != "in_app" and channel not in message.addresses:
            continue
        ours = channel in printed and not EVENTS[message.event].inbox
        words = _words(message, force, channel, fields, ours)
        if words is None:
            continue
        if channel not in ("in_app", "robot") and not EVENTS[message.event].urgent:
            end = quiet_end(force.plan.quiet, zone_name, now)
            if end is not None:
                return Wait(end)
        return Go(channel, words)
    tried = f", after {', '.join(message.used)}" if message.used else ""
    return Stop(f"no channel is left{tried}", dead=True)


def chain_of(message: Waiting, plan: MessagesPlan) -> Sequence[Channel]:
    """The channels in their order: the plan's, with the inbox last; the robot's alone for operators."""
    if message.operators:
        return ("robot",)
    inbox = "in_app" in plan.fallback and EVENTS[message.event].inbox
    last: tuple[Channel, ...] = ("in_app",) if inbox else ()
    return (*(one for one in plan.fallback if one != "in_app"), *last)


def _words(
    message: Waiting, force: InForce, channel: Channel, fields: Mapping[str, str], ours: bool
) -> Words | None:
    template = force.template(message.event, channel, message.language, ours=ours)
    if template is None or (channel == "wechat" and template.approved not in message.subscribed):
        return None
    words = render(template, fields)
    if channel == "sms" and message.purpose == "marketing" and not OPT_OUT.search(words.text):
        return None
    # A link may come with a field, too: then only the inbox is safe, where nobody else can write.
    if channel != "in_app" and not EVENTS[message.event].links and holds_link(words.text):
        return None
    return words


def quiet_end(quiet: tuple[int, int], zone_name: str, now: datetime) -> datetime | None:
    """When the quiet hours end that it is in; None: it is in none. From and to are hours of the local day.

    The hours may cross midnight; from equal to to means that there are none.
    """
    begin, end = quiet
    local = now.astimezone(zone(zone_name))
    if begin == end:
        return None
    crosses = begin > end
    inside = local.hour >= begin or local.hour < end if crosses else begin <= local.hour < end
    if not inside:
        return None
    day = local.date()
    if crosses and local.hour >= begin:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, end, tzinfo=zone(zone_name)).astimezone(UTC)


def next_day(zone_name: str, now: datetime) -> datetime:
    """The first instant of the next day of the programme."""
    return start_of_day(local_day(now, zone_name) + timedelta(days=1), zone_name)


def periods_of(day: date) -> tuple[str, str]:
    """The names of a day and of its month, over which marketing messages are counted."""
    return day.isoformat(), day.isoformat()[:7]


def retry_at(some_id: Id, tries: int, now: datetime) -> datetime:
    """When to try again after so many tries: twice as long each time, up to a quarter of an hour.

    What failed together must not come back together: a quarter of the wait is given by the id's hash.
    """
    wait_s = min(FIRST_WAIT_S << min(max(tries, 1) - 1, 10), LONGEST_WAIT_S)
    spread = int.from_bytes(some_id.bytes[8:10], "big") % 256
    return now + timedelta(seconds=wait_s, milliseconds=wait_s * 250 * spread // 256)

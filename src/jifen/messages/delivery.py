"""Delivery: takes messages that are due, page by page, and does for each what its next step is."""

import asyncio
import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag

from jifen.messages.breaker import Breaker
from jifen.messages.channels import Answer, Channel, Console, Letter, Question, Refused, Sent, Unsure
from jifen.messages.choosing import (
    TRIES_MOST,
    Go,
    Stop,
    Wait,
    Waiting,
    chain_of,
    choose,
    next_day,
    periods_of,
    retry_at,
)
from jifen.messages.contacts import Seal
from jifen.messages.page import Delivered, Due, Page, Reached
from jifen.messages.settings import ChannelSettings
from jifen.messages.templates import InForce, in_force
from jifen.store.queries import q
from jifen.values.ids import Id, id_from_bytes
from jifen.values.periods import local_day

log = logging.getLogger("jifen.messages")

PAGE = 2000
"""Messages that are taken together, where they only go to the inbox."""

SENDS = 200
"""Messages of a page that are handed to providers; the others go back."""

AT_ONCE = 20
"""Calls to providers that are under way together."""

LEASE_S = 300
"""For how long a page is ours: longer than its slowest calls take together."""

ASK_S = 60
"""After so many seconds a provider is asked about a message whose answer was lost."""

_fields = msgspec.json.Decoder(dict[str, str]).decode


class Post:
    """Delivers what is due. Any number of processes may: what one has taken the others pass by.

    channels: of a programme, by name. A kill loses nothing: a page is due again when its lease is over, and
    what was being sent then is asked about or waited for, never sent twice on one channel.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        seal: Seal,
        settings: ChannelSettings,
        channels: Mapping[str, Channel],
    ) -> None:
        self._pool = pool
        self._seal = seal
        self._receipt_wait = timedelta(seconds=settings.receipt_wait_s)
        self._channels = channels
        self._breakers: dict[str, Breaker] = {}

    async def deliver(self, program: Reached, now: datetime, pages: int = 1_000_000) -> Delivered:
        """Do what is due of a programme's messages, in at most so many pages.

        Raises:
            asyncpg.PostgresError, OSError: the database could not be reached; the next look goes on.
        """
        now = now.astimezone(UTC)
        done = Delivered()
        force = await in_force(self._pool, program.id, now)
        size = PAGE
        for _ in range(pages):
            page = await self._claim(program, force, now, size)
            if page is None:
                break
            sends = await self._work(page, done)
            size = SENDS if sends else PAGE
        return done

    async def _claim(self, program: Reached, force: InForce, now: datetime, size: int) -> Page | None:
        lease = id_from_bytes(secrets.token_bytes(16))
        until = now + timedelta(seconds=LEASE_S)
        rows = await self._pool.fetch(q("message_claim"), program.id, now, size, until, lease)
        if not rows:
            return None
        return Page(program, force, now, lease, [self._due(program, row) for row in rows])

    def _due(self, program: Reached, row: Any) -> Due:
        """A claimed row with its addresses opened, those that there is a channel for."""
        addresses: dict[str, str] = {}
        for channel, column in (("sms", "phone"), ("email", "email"), ("push", "push"), ("wechat", "wechat")):
            if row[column] is not None and channel in self._channels:
                try:
                    addresses[channel] = self._seal.open(row[column])
                except InvalidTag:
                    log.error("the %s of wallet %s was sealed with another secret", column, row["wallet"])
        operators = row["wallet"] == program.id
        if operators:
            addresses["robot"] = program.code
        message = Waiting(
            id=row["id"],
            event=row["event"],
            purpose=row["purpose"],
            fields=_fields(row["fields"]),
            addresses=addresses,
            language=row["language"] or "zh",
            consented=row["consented"],
            subscribed=row["subscribed"],
            used=tuple(row["used"]),
            operators=operators,
        )
        return Due(
            message,
            row["cell"],
            row["wallet"],
            row["tries"],
            row["attempts"],
            row["awaiting"],
            row["counted"],
            row["channel"],
            row["outcome"],
            row["provider_id"],
            row["tried_at"],
        )

    async def _work(self, page: Page, done: Delivered) -> int:
        """Do one page; how many of it were for providers."""
        await self._find_out(page, [due for due in page.dues if due.awaiting is not None])
        going: list[tuple[Due, Go]] = []
        printed = [name for name, channel in self._channels.items() if channel.provider == Console.provider]
        for due in page.open():
            step = choose(
                due.message,
                page.force,
                self._channels,
                page.program.name,
                page.program.zone,
                page.now,
                printed,
            )
            match step:
                case Stop(reason, dead):
                    page.stop(due, reason, dead=dead)
                case Wait(until):
                    page.back(due, until)
                case Go():
                    going.append((due, step))
        going = await self._within_quota(page, going)
        for due, step in going:
            if step.channel == "in_app":
                page.tell(due, step.words)
        sending = await self._admitted(page, [(due, step) for due, step in going if step.channel != "in_app"])
        # What needs no provider is written before the slow calls.
        await page.write(self._pool, done)
        await self._send_all(page, sending)
        await page.write(self._pool, done)
        return len(sending)

    async def _find_out(self, page: Page, dues: Sequence[Due]) -> None:
        """Ask about attempts without an outcome; who was not heard of for too long is given up."""
        limit = asyncio.Semaphore(AT_ONCE)

        async def look(due: Due) -> None:
            channel = self._channels.get(due.channel or "")
            assert due.tried_at is not None and due.awaiting is not None
            over = due.tried_at + self._receipt_wait
            if channel is None or not channel.receipts or due.outcome not in ("sending", "unsure", "sent"):
                page.give_up(due, "its answer was lost")
                return
            async with limit:
                to = due.message.addresses.get(due.channel or "", "")
                reference = page.reference(due, due.awaiting)
                found = await channel.ask(Question(to, reference, due.provider_id, due.tried_at))
            if found.state == "delivered":
                page.proven(due, found.provider_id)
            elif found.state == "failed":
                page.give_up(due, found.detail or "the provider says so", "failed")
            elif page.now >= over:
                page.give_up(due, "no receipt came")
            else:
                page.back(due, over, awaiting=due.awaiting)

        await asyncio.gather(*(look(due) for due in dues))

    async def _within_quota(self, page: Page, going: list[tuple[Due, Go]]) -> list[tuple[Due, Go]]:
        """Those that are service, or marketing for which the member's day and month leave room."""
        plan, zone = page.force.plan, page.program.zone
        asked: dict[Id, Due] = {}
        for due, _ in going:
            if due.message.purpose != "marketing" or due.counted:
                continue
            if due.wallet in asked:
                page.back(due, page.now + timedelta(seconds=1))
            else:
                asked[due.wallet] = due
        if asked:
            dues = list(asked.values())
            day, month = periods_of(local_day(page.now, zone))
            over = await self._pool.fetchrow(
                q("message_quota"),
                page.lease,
                [due.cell for due in dues],
                [due.wallet for due in dues],
                [due.message.id for due in dues],
                day,
                plan.marketing_per_day,
                month,
                plan.marketing_per_month,
            )
            assert over is not None
            for due in dues:
                if due.message.id in over["over_month"] or not plan.marketing_per_day:
                    page.stop(due, "the month's marketing messages are used up", dead=False)
                elif due.message.id in over["over_day"]:
                    page.back(due, next_day(zone, page.now))
        return [(due, step) for due, step in going if page.is_open(due)]

    async def _admitted(self, page: Page, going: list[tuple[Due, Go]]) -> list[tuple[Due, Go]]:
        """Those that their providers take now; written down as being sent, and still ours."""
        admitted: list[tuple[Due, Go]] = []
        by_channel: dict[str, list[tuple[Due, Go]]] = {}
        for due, step in going:
            by_channel.setdefault(step.channel, []).append((due, step))
        for name, wanted in by_channel.items():
            channel = self._channels[name]
            able = self._breaker(channel).allowed(min(len(wanted), SENDS - len(admitted)), page.now)
            if not able and len(admitted) < SENDS:
                for due, _ in wanted:
                    page.again(due, name, retry_at(due.message.id, due.tries + 1, page.now))
                continue
            minute = page.now.replace(second=0, microsecond=0)
            taken = await self._pool.fetchval(
                q("provider_take"), channel.provider, minute, able, channel.per_minute
            )
            resting = able < len(wanted) and len(admitted) + able < SENDS
            for due, _ in wanted[taken:]:
                later = page.now + timedelta(seconds=5 if resting else 0)
                page.back(due, minute + timedelta(minutes=1) if taken < able else later)
            admitted += wanted[:taken]
        admitted = await self._subscribed(page, admitted)
        return await page.written_down(self._pool, admitted, self._channels)

    async def _subscribed(self, page: Page, going: list[tuple[Due, Go]]) -> list[tuple[Due, Go]]:
        """Those that need no WeChat subscription, or for which one was used up."""
        asking: dict[Id, tuple[Due, Go]] = {}
        for due, step in going:
            if step.channel == "wechat":
                if due.wallet in asking:
                    page.back(due, page.now + timedelta(seconds=1))
                else:
                    asking[due.wallet] = (due, step)
        if asking:
            used = await self._pool.fetch(q("wechat_use"), *_subscriptions(list(asking.values())))
            whose = {row["wallet"] for row in used}
            for wallet, (due, _) in asking.items():
                if wallet not in whose:
                    page.next_channel(due, "wechat")
        return [(due, step) for due, step in going if page.is_open(due)]

    async def _send_all(self, page: Page, going: list[tuple[Due, Go]]) -> None:
        limit = asyncio.Semaphore(AT_ONCE)

        async def send(due: Due, step: Go) -> tuple[Due, Go, Answer]:
            assert due.awaiting is not None
            letter = Letter(
                due.message.addresses[step.channel], step.words, page.reference(due, due.awaiting)
            )
            channel = self._channels[step.channel]
            breaker = self._breaker(channel)
            async with limit:
                # The calls before may have shown that it fails: then the page does not wait for it.
                if not breaker.allowed(1, page.now):
                    return due, step, Refused("not tried: the provider fails", again=True)
                answer = await channel.send(letter)
                breaker.told(_well(answer), page.now)
            return due, step, answer

        answers = await asyncio.gather(*(send(due, step) for due, step in going))
        unused = [(due, step) for due, step, answer in answers if _unused(step, answer)]
        if unused:
            await self._pool.execute(q("wechat_return"), *_subscriptions(unused))
        for due, step, answer in answers:
            self._take_in(page, due, step, answer)

    def _take_in(self, page: Page, due: Due, step: Go, answer: Answer) -> None:
        channel = self._channels[step.channel]
        match answer:
            case Sent(provider_id, True):
                page.proven(due, provider_id, step.channel)
            case Sent(provider_id) if channel.receipts:
                page.answered(due, "sent", "", provider_id)
                page.back(due, page.now + self._receipt_wait, awaiting=due.awaiting)
            case Sent(provider_id):
                page.answered(due, "sent", "", provider_id)
                page.unproven(due, step.channel, "in_app" in chain_of(due.message, page.force.plan))
            case Refused(reason, again):
                page.answered(due, "refused", reason)
                if again and due.tries + 1 < TRIES_MOST:
                    page.again(due, step.channel, retry_at(due.message.id, due.tries + 1, page.now))
                else:
                    page.next_channel(due, step.channel)
            case Unsure(reason):
                page.answered(due, "unsure", reason)
                ask = min(timedelta(seconds=ASK_S), self._receipt_wait)
                page.back(due, page.now + (ask if channel.receipts else timedelta()), awaiting=due.awaiting)

    def _breaker(self, channel: Channel) -> Breaker:
        return self._breakers.setdefault(channel.provider, Breaker())


def _well(answer: Answer) -> bool:
    """Whether the provider itself works: a refusal for good is an answer like any other."""
    return isinstance(answer, Sent) or (isinstance(answer, Refused) and not answer.again)


def _unused(step: Go, answer: Answer) -> bool:
    return step.channel == "wechat" and isinstance(answer, Refused) and answer.again


def _subscriptions(going: Sequence[tuple[Due, Go]]) -> tuple[list[int], list[Id], list[str]]:
    return (
        [due.cell for due, _ in going],
        [due.wallet for due, _ in going],
        [step.words.approved for _, step in going],
    )

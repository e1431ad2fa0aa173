"""Webhooks out, after Standard Webhooks: entries as CloudEvents, signed, in order of each wallet."""

import asyncio
import base64
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import msgspec
from standardwebhooks import Webhook

from jifen.books.explanation import told
from jifen.messages.addresses import Place, place_of
from jifen.messages.contacts import Seal
from jifen.messages.events import MessageRefused
from jifen.messages.page import Reached
from jifen.store.queries import q
from jifen.values.ids import CELLS, Id, ProgramId, id_from_bytes

log = logging.getLogger("jifen.messages")

Connection = Any
"""A connection of asyncpg, of its own or from a pool."""

ANY_KIND = "*"
PAGE = 100
PAGES = 20
"""Pages of one webhook in one look, which goes by one time."""

AT_ONCE = 10
ANSWER_S = 10.0
LEASE_S = 300
"""For how long deliveries are ours: longer than a page of calls takes that all run into their limit."""

WAITS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""The waits between the tries of one delivery, as Standard Webhooks proposes; then it is dead."""

FIRST_REST_S = 5
LONGEST_REST_S = 900

_encode = msgspec.json.Encoder().encode


class Endpoint(msgspec.Struct, frozen=True):
    """A webhook as it is listed. waiting, dead: deliveries."""

    code: str
    url: str
    kinds: tuple[str, ...]
    added_at: datetime
    paused_until: datetime | None
    waiting: int
    dead: int


class Told(msgspec.Struct):
    """What one look did, in deliveries."""

    accepted: int = 0
    failed: int = 0
    dead: int = 0


def new_secret() -> str:
    """A secret for signing, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


async def add_webhook(
    conn: Connection,
    seal: Seal,
    program: ProgramId,
    code: str,
    url: str,
    kinds: Sequence[str],
    at: datetime,
    *,
    private: bool,
) -> str:
    """Tell a URL of every entry of some kinds that is booked from now on; returns the secret, this once.

    kinds: of entries, or `*` for all.

    Raises:
        MessageRefused: the URL is none for a webhook, or the code is taken.
    """
    await place_of(url, private=private)
    secret = new_secret()
    sealed = seal.seal(secret)
    if await conn.fetchval(q("webhook_add"), program, code, url, sealed, list(kinds), at) is None:
        raise MessageRefused(
            "code", f"the webhook {code!r} exists already: remove it, or choose another code"
        )
    return secret


async def webhooks_of(conn: Connection, program: ProgramId) -> list[Endpoint]:
    """A programme's webhooks."""
    return [
        Endpoint(row[0], row[1], tuple(row[2]), *row[3:])
        for row in map(tuple, await conn.fetch(q("webhook_list"), program))
    ]


async def replay(
    conn: Connection, program: ProgramId, code: str, since: datetime, until: datetime, now: datetime
) -> int:
    """Tell a webhook again of what was recorded from `since` on and before `until`; how many entries.

    Also of what was recorded before there was the webhook. The ids stay those of the first telling.
    """
    count = 0
    for cell in range(CELLS):
        rows = await conn.fetch(
            q("webhook_replay"),
            program,
            code,
            cell,
            since.astimezone(UTC),
            until.astimezone(UTC),
            now.astimezone(UTC),
        )
        count += len(rows)
    return count


def event_of(program: Reached, row: Any, merchant_called: Callable[[Any], str | None]) -> bytes:
    """An entry as a CloudEvent, in JSON."""
    merchant = None if row["merchant"] is None else merchant_called(row["merchant"])

    def raw(text: str) -> msgspec.Raw:
        return msgspec.Raw(text.encode()) if text else msgspec.Raw(b"null")

    return _encode(
        {
            "specversion": "1.0",
            "id": f"{row['wallet']}-{row['no']}",
            "source": f"urn:jifen:program:{program.code}",
            "type": f"jifen.entry.{row['kind']}",
            "subject": row["number"] or str(row["wallet"]),
            "time": row["recorded_at"],
            "datacontenttype": "application/json",
            "data": {
                "entry": row["id"],
                "member": row["number"],
                "wallet": row["wallet"],
                "no": row["no"],
                "kind": row["kind"],
                "unit": row["unit"],
                "source": row["source"],
                "key": row["key"],
                "merchant": merchant,
                "reverses": row["reverses"],
                "occurred_at": row["occurred_at"],
                "recorded_at": row["recorded_at"],
                "balance": {name: row[name] for name in ("available", "pending", "held", "owed")},
                "event": raw(row["event"]),
                "explanation": msgspec.Raw(told(row["explanation"]) or b"null"),
                "legs": raw(row["legs"]),
                "hash": row["hash"].hex(),
            },
        }
    )


class Caller:
    """Delivers entries to webhooks. Any number of processes may; each wallet's entries go one by one."""

    def __init__(
        self, pool: asyncpg.Pool, seal: Seal, *, private: bool, client: httpx.AsyncClient | None = None
    ) -> None:
        self._pool = pool
        self._seal = seal
        self._private = private
        # No proxy of the environment, which would look names up by itself, and no redirects to elsewhere.
        self._client = client or httpx.AsyncClient(timeout=ANSWER_S, trust_env=False, follow_redirects=False)

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def deliver(
        self,
        program: Reached,
        now: datetime,
        world: Callable[[], datetime],
        merchant_called: Callable[[Any], str | None],
    ) -> Told:
        """Deliver what is due to the webhooks of a programme.

        now: the programme's time. world: the time of the world, by which receivers judge a signature.
        merchant_called: the code of a merchant by its id.
        """
        now = now.astimezone(UTC)
        told = Told()
        for row in await self._pool.fetch(q("webhook_open"), program.id, now):
            failures = row["failures"]
            for _ in range(PAGES):
                # Who failed is asked with few calls, so that others do not wait long for its silence.
                size = AT_ONCE if failures else PAGE
                went = await self._page(program, row, size, now, world, merchant_called, told)
                if went is None:
                    break
                if went:
                    failures = await self._healthy(program, row["code"], failures)
                else:
                    await self._resting(program, row["code"], failures + 1, now)
                    break
        return told

    async def _healthy(self, program: Reached, code: str, failures: int) -> int:
        if failures:
            await self._pool.execute(q("webhook_health"), program.id, code, 0, None)
        return 0

    async def _resting(self, program: Reached, code: str, failures: int, now: datetime) -> None:
        rest_s = min(FIRST_REST_S << min(failures - 1, 10), LONGEST_REST_S)
        until = now + timedelta(seconds=rest_s)
        await self._pool.execute(q("webhook_health"), program.id, code, failures, until)

    async def _page(
        self,
        program: Reached,
        webhook: Any,
        size: int,
        now: datetime,
        world: Callable[[], datetime],
        merchant_called: Callable[[Any], str | None],
        told: Told,
    ) -> bool | None:
        """Deliver one page; whether anything was accepted, None: there was nothing."""
        lease: Id = id_from_bytes(secrets.token_bytes(16))
        until = now + timedelta(seconds=LEASE_S)
        rows = await self._pool.fetch(
            q("webhook_claim"), program.id, webhook["code"], now, size, until, lease
        )
        if not rows:
            return None
        secret = Webhook(self._seal.open(webhook["secret"]))
        try:
            place: Place | str = await place_of(webhook["url"], private=self._private)
        except MessageRefused as refused:
            place = str(refused)
        limit = asyncio.Semaphore(AT_ONCE)

        async def call(row: Any) -> tuple[Any, int | None, str]:
            if isinstance(place, str):
                return row, None, place
            async with limit:
                body = event_of(program, row, merchant_called)
                return row, *await self._post(place, secret, f"{row['wallet']}-{row['no']}", body, world())

        answers = [
            _answer(row, status, detail, now)
            for row, status, detail in await asyncio.gather(*(call(row) for row in rows))
        ]
        columns = [list(column) for column in zip(*answers, strict=True)]
        await self._pool.execute(q("webhook_answer"), lease, webhook["code"], now, *columns)
        states = [answer[3] for answer in answers]
        told.accepted += states.count("accepted")
        told.failed += states.count("waiting")
        told.dead += states.count("dead")
        return "accepted" in states

    async def _post(
        self, place: Place, secret: Webhook, some_id: str, body: bytes, signed_at: datetime
    ) -> tuple[int | None, str]:
        """The status of one call, and what went wrong where there is none."""
        at = signed_at.astimezone(UTC)
        headers = {
            "host": place.host,
            "content-type": "application/cloudevents+json",
            "user-agent": "jifen-webhooks",
            "webhook-id": some_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": secret.sign(some_id, at, body.decode()),
        }
        # The name is what the certificate is checked against; the address is where was looked.
        extensions = {"sni_hostname": place.name}
        try:
            async with self._client.stream(
                "POST", place.url, content=body, headers=headers, extensions=extensions
            ) as answer:
                return answer.status_code, ""
        except httpx.HTTPError as fault:
            return None, type(fault).__name__


def _answer(row: Any, status: int | None, detail: str, now: datetime) -> tuple[Any, ...]:
    tries = row["tries"] + 1
    if status is not None and 200 <= status < 300:
        state, next_at = "accepted", now
    elif tries > len(WAITS_S):
        state, next_at = "dead", now
    else:
        state, next_at = "waiting", now + timedelta(seconds=WAITS_S[tries - 1])
    return row["cell"], row["wallet"], row["no"], state, next_at, tries, status, detail[:200]

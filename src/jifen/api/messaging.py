"""Messages: what was told and what waits, dead letters, inboxes, and providers' receipts."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Literal
from uuid import UUID

import msgspec

from jifen.api.calls import Call
from jifen.api.earlier import id_in
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import Parameter, Reply, operators
from jifen.messages.events import EVENTS
from jifen.messages.receipts import receipts_in, take_in
from jifen.store.queries import q
from jifen.values.ids import NOBODY, cell_of, parse_id

PAGE_MOST = 200
FAR = datetime(2100, 1, 1, tzinfo=UTC)
LAST_ID = UUID(int=2**128 - 1)
STATES = ("waiting", "sent", "delivered", "dead", "suppressed")

State = Literal["waiting", "sent", "delivered", "dead", "suppressed"]

_encode = msgspec.json.Encoder().encode


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body here shares: unknown fields are refused, not ignored."""


class Nothing(Body, frozen=True, kw_only=True):
    """Nothing has to be said: an empty object."""


class AttemptView(msgspec.Struct, frozen=True):
    """One attempt on one channel, with the words that were used."""

    no: int
    channel: str
    provider: str
    template_version: int
    subject: str
    text: str
    outcome: str
    detail: str
    provider_id: str | None
    tried_at: datetime
    settled_at: datetime | None


class MessageView(msgspec.Struct, frozen=True):
    """A message. next_at: when it is looked at again; reason: why it was not sent."""

    id: UUID
    member: str | None
    key: str
    event: str
    purpose: str
    fields: msgspec.Raw
    put_at: datetime
    due_at: datetime
    state: State
    reason: str
    channel: str | None
    settled_at: datetime | None
    next_at: datetime | None
    tries: int
    attempts: tuple[AttemptView, ...]


class MessagesView(msgspec.Struct, frozen=True):
    """A page of messages, newest first."""

    messages: tuple[MessageView, ...]
    next: str | None


class InboxMessage(msgspec.Struct, frozen=True):
    """A message in a member's inbox, in the words of then."""

    id: UUID
    event: str
    subject: str
    text: str
    at: datetime


class InboxView(msgspec.Struct, frozen=True):
    """A page of a member's inbox, newest first."""

    member: str
    messages: tuple[InboxMessage, ...]
    next: str | None


class Retried(msgspec.Struct, frozen=True):
    """The message is due again, from the first channel on."""

    id: UUID
    state: State


class AliyunTook(msgspec.Struct, frozen=True):
    """What Aliyun, and Tencent, want to hear: 0 for taken in."""

    code: int
    msg: str
    result: int
    errmsg: str


_nothing = msgspec.json.Decoder(Nothing)


async def messages(call: Call) -> Reply:
    """A page of messages, with their attempts."""
    query = call.query("limit", "cursor", "member", "event", "state")
    limit = limit_in(query.get("limit"))
    at, after = cursor_in(query.get("cursor"))
    for name, known in (("event", tuple(EVENTS)), ("state", STATES)):
        if query.get(name) is not None and query[name] not in known:
            raise invalid(name, query[name], f"is none: use one of {', '.join(known)}")
    wanted = (call.asking.program.id, at, after, query.get("event"), query.get("state"), limit + 1)
    pool = call.house.pool
    if "member" in query:
        call.args["number"] = query["member"]
        wallet = await wallet_in_path(call)
        rows = await pool.fetch(q("message_list_member"), *wanted, cell_of(wallet), wallet)
    else:
        listing = "message_list_dead" if query.get("state") == "dead" else "message_list"
        rows = await pool.fetch(q(listing), *wanted)
    page = rows[:limit]
    tried = await _attempts(call, [row["id"] for row in page])
    following = cursor_of(page[-1]["put_at"], page[-1]["id"]) if len(rows) > limit else None
    return shown(MessagesView(tuple(_view(row, tried.get(row["id"], ())) for row in page), following))


async def message(call: Call) -> Reply:
    """A message with its attempts: by its id among all."""
    call.query()
    of = id_in("id", call.args["id"])
    row = await call.house.pool.fetchrow(q("message_get"), of, call.asking.program.id)
    if row is None:
        raise _unknown(of)
    return shown(_view(row, (await _attempts(call, [of])).get(of, ())))


async def _attempts(call: Call, ids: Sequence[UUID]) -> dict[UUID, list[AttemptView]]:
    found: dict[UUID, list[AttemptView]] = {}
    for row in await call.house.pool.fetch(q("message_attempts"), list(ids), call.asking.program.id):
        some_id, *rest = tuple(row)
        found.setdefault(some_id, []).append(AttemptView(*rest))
    return found


def _view(row: Any, attempts: Sequence[AttemptView]) -> MessageView:
    values = dict(row.items())
    values["fields"] = msgspec.Raw(values["fields"].encode())
    return MessageView(
        **{
            name.replace("number", "member"): value
            for name, value in values.items()
            if name != "tries" or value is not None
        }
        | {"tries": values["tries"] or 0, "attempts": tuple(attempts)}
    )


def _unknown(of: UUID) -> Problem:
    return invalid("id", str(of), "is no message of this programme: check it", "message_unknown")


async def retry(call: Call) -> Reply:
    """Let a dead letter be delivered again, from the first channel on."""
    call.query()
    read(_nothing, await call.json())
    of = id_in("id", call.args["id"])
    asking, pool = call.asking, call.house.pool
    if await pool.fetchval(q("message_retry"), asking.program.id, of, asking.now) is None:
        state = await pool.fetchval(q("message_state"), of, asking.program.id)
        if state is None:
            raise _unknown(of)
        raise invalid(
            "id", str(of), f"is {state}, not dead: only a dead letter is sent again", "message_not_dead"
        )
    return shown(Retried(of, "waiting"))


async def inbox(call: Call) -> Reply:
    """A page of a member's inbox."""
    query = call.query("limit", "cursor")
    limit = limit_in(query.get("limit"))
    at, after = cursor_in(query.get("cursor"))
    wallet = await wallet_in_path(call)
    rows = await call.house.pool.fetch(q("message_inbox"), cell_of(wallet), wallet, at, after, limit + 1)
    page = tuple(InboxMessage(*row) for row in rows[:limit])
    following = cursor_of(page[-1].at, page[-1].id) if len(rows) > limit else None
    return shown(InboxView(call.args["number"], page, following))


async def receipts(call: Call) -> Reply:
    """Take in what a provider of short messages pushes; the last part of the address is the secret."""
    secret = call.house.channels.receipts
    given = call.args["secret"]
    if secret is None or not compare_digest(given.encode(), secret.encode()):
        raise Problem("not_found", "there is no such address: all are listed in /openapi.json")
    pushed = receipts_in(call.args["provider"], await call.json())
    async with call.house.pool.acquire() as conn:
        unknown = await take_in(conn, pushed, lambda clock: clock or datetime.now(UTC))
    # A receipt may overtake the answer to its message: then the provider is asked to push it again.
    said = f"{unknown} unknown" if unknown else "OK"
    return shown(AliyunTook(int(unknown > 0), said, int(unknown > 0), said))


def limit_in(text: str | None) -> int:
    """The size of a page."""
    if text is None:
        return 50
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_MOST):
        raise invalid("limit", text, f"is no size of a page: send a whole number from 1 to {PAGE_MOST}")
    return int(text)


def cursor_of(at: datetime, some_id: UUID) -> str:
    """The cursor behind an item of a page."""
    return base64.urlsafe_b64encode(f"{at.isoformat()} {some_id}".encode()).decode().rstrip("=")


def cursor_in(text: str | None) -> tuple[datetime, UUID]:
    """The item behind which a page begins; that of the first page lies beyond all."""
    if text is None:
        return FAR, LAST_ID
    try:
        at, _, some_id = base64.urlsafe_b64decode(text.encode() + b"==").decode().partition(" ")
        found = datetime.fromisoformat(at)
        if found.tzinfo is not None and parse_id(some_id) >= NOBODY:
            return found.astimezone(UTC), parse_id(some_id)
    except (ValueError, OverflowError, binascii.Error):
        pass
    raise invalid("cursor", text, "is none of ours: send the `next` of the page before as it is, or none")


_PAGE = (
    Parameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": PAGE_MOST, "default": 50}, "Messages a page."
    ),
    Parameter("cursor", {"type": "string"}, "The `next` of the page before."),
)
_FILTERS = (
    Parameter("member", {"type": "string"}, "Only those to this member."),
    Parameter("event", {"type": "string", "enum": list(EVENTS)}, "Only those of this event."),
    Parameter("state", {"type": "string", "enum": list(STATES)}, "Only those in this state."),
)


_MEMBER = "/v1/members/{number}"
_OF_MEMBER = ("member_unknown",)

ROUTES = (
    operators(
        "GET",
        "/v1/messages",
        "list_messages",
        "Messages, newest first",
        messages,
        MessagesView,
        query=(*_FILTERS, *_PAGE),
        codes=_OF_MEMBER,
    ),
    operators(
        "GET",
        "/v1/messages/{id}",
        "get_message",
        "A message with its attempts",
        message,
        MessageView,
        codes=("message_unknown",),
    ),
    operators(
        "POST",
        "/v1/messages/{id}/retry",
        "retry_message",
        "Deliver a dead letter again",
        retry,
        Retried,
        body=Nothing,
        codes=("message_unknown", "message_not_dead"),
    ),
    operators(
        "GET",
        f"{_MEMBER}/inbox",
        "get_inbox",
        "A member's inbox, newest first",
        inbox,
        InboxView,
        query=_PAGE,
        codes=_OF_MEMBER,
    ),
    operators(
        "POST",
        "/v1/receipts/{provider}/{secret}",
        "push_receipts",
        "Receipts of short messages, pushed by aliyun or tencent",
        receipts,
        AliyunTook,
        who="anyone",
        raw=True,
        body=list[dict[str, Any]],
        codes=("invalid_request", "unsupported_media_type", "body_too_large"),
    ),
)

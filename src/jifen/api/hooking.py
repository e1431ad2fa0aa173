"""Webhooks out, and hooks in: partner systems that are told, and partner systems that report."""

from datetime import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from jifen.api import bodies
from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.asking import Asking, utc
from jifen.api.bodies import Instant
from jifen.api.calls import Call
from jifen.api.house import now_in
from jifen.api.messaging import Body, limit_in
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, Problem, invalid
from jifen.api.reads import shown
from jifen.api.routing import JSON, Parameter, Reply, Route, operators
from jifen.api.setup_bodies import CodeName
from jifen.api.writes import command_from
from jifen.books.legs import Kind
from jifen.books.refusals import Code
from jifen.messages import hooks, webhooks
from jifen.messages.events import MessageRefused
from jifen.parties.keys import Key
from jifen.store.queries import q

KINDS = (webhooks.ANY_KIND, *(kind.value for kind in Kind))
State = Literal["waiting", "accepted", "dead"]

_encode = msgspec.json.Encoder().encode


class NewWebhook(Body, frozen=True, kw_only=True):
    """A URL to be told of entries, of some kinds or (`*`) of all, from now on."""

    code: CodeName
    url: Annotated[str, Meta(min_length=1, max_length=2000)]
    kinds: Annotated[tuple[str, ...], Meta(min_length=1, max_length=50)] = (webhooks.ANY_KIND,)


class Replay(Body, frozen=True, kw_only=True):
    """Tell again what was recorded from `since` on and before `until`."""

    since: Instant
    until: Instant


class NewHook(Body, frozen=True, kw_only=True):
    """A partner system that may report under a code, for a merchant or (without one) for all."""

    code: CodeName
    merchant: CodeName | None = None


class MadeWebhook(msgspec.Struct, frozen=True):
    """The new webhook. The secret is shown this once."""

    code: str
    url: str
    kinds: tuple[str, ...]
    secret: str


class WebhooksView(msgspec.Struct, frozen=True):
    """All webhooks of the programme."""

    webhooks: tuple[webhooks.Endpoint, ...]


class Removed(msgspec.Struct, frozen=True):
    """It is told, or may report, nothing more."""

    code: str
    removed_at: datetime


class Replayed(msgspec.Struct, frozen=True):
    """So many entries are told again."""

    entries: int


class DeliveryView(msgspec.Struct, frozen=True):
    """An entry on its way to a webhook. status: of the last answer; detail: what went wrong without one."""

    member: str | None
    wallet: Any
    no: int
    state: State
    tries: int
    status: int | None
    detail: str
    tried_at: datetime | None
    next_at: datetime


class DeliveriesView(msgspec.Struct, frozen=True):
    """The latest deliveries to a webhook."""

    deliveries: tuple[DeliveryView, ...]


class MadeHook(msgspec.Struct, frozen=True):
    """The new hook. The secret is shown this once."""

    code: str
    merchant: str | None
    address: str
    secret: str


class HookView(msgspec.Struct, frozen=True):
    """A partner system that may report."""

    code: str
    merchant: str | None
    added_at: datetime


class HooksView(msgspec.Struct, frozen=True):
    """All hooks in of the programme."""

    hooks: tuple[HookView, ...]


_webhook = msgspec.json.Decoder(NewWebhook)
_replay = msgspec.json.Decoder(Replay)
_hook = msgspec.json.Decoder(NewHook)
_fact: msgspec.json.Decoder[Any] = msgspec.json.Decoder(bodies.Act | bodies.Purchase)


async def add_webhook(call: Call) -> Reply:
    """Tell a URL of entries. It must be https and lie on the public internet."""
    call.query()
    body = read(_webhook, await call.json())
    for index, kind in enumerate(body.kinds):
        if kind not in KINDS:
            raise invalid(f"kinds[{index}]", kind, f"is no kind of entry: use some of {', '.join(KINDS)}")
    asking, house = call.asking, call.house
    try:
        async with house.pool.acquire() as conn:
            secret = await webhooks.add_webhook(
                conn,
                house.vault,
                asking.program.id,
                body.code,
                body.url,
                body.kinds,
                asking.now,
                private=house.channels.private_webhooks,
            )
    except MessageRefused as refused:
        raise _taken(refused, body.code) from refused
    return Reply(201, _encode(MadeWebhook(body.code, body.url, body.kinds, secret)))


def _taken(refused: MessageRefused, code: str) -> Exception:
    return invalid("code", code, str(refused), "already_exists") if refused.field == "code" else refused


async def list_webhooks(call: Call) -> Reply:
    """All webhooks, with how much waits for each and how much was given up."""
    call.query()
    async with call.house.pool.acquire() as conn:
        return shown(WebhooksView(tuple(await webhooks.webhooks_of(conn, call.asking.program.id))))


async def remove_webhook(call: Call) -> Reply:
    """Tell a URL nothing more; what waits for it is dropped."""
    call.query()
    asking, code = call.asking, call.args["code"]
    if not await _removed(call, "webhook_remove", code):
        raise _unknown(code)
    return shown(Removed(code, asking.now))


async def _removed(call: Call, query: str, code: str) -> bool:
    asking, pool = call.asking, call.house.pool
    # What cannot be printed was never a code, and a NUL cannot even be asked for.
    return (
        code.isprintable() and await pool.fetchval(q(query), asking.program.id, code, asking.now) is not None
    )


def _unknown(code: str) -> Problem:
    return invalid("code", code, "is no webhook of this programme: check the code", "webhook_unknown")


async def _known(call: Call) -> str:
    code = call.args["code"]
    async with call.house.pool.acquire() as conn:
        if not any(one.code == code for one in await webhooks.webhooks_of(conn, call.asking.program.id)):
            raise _unknown(code)
    return code


async def deliveries(call: Call) -> Reply:
    """The latest deliveries to a webhook."""
    query = call.query("state", "limit")
    limit = limit_in(query.get("limit"))
    state = query.get("state")
    if state is not None and state not in get_args(State):
        raise invalid("state", state, f"is none: use one of {', '.join(get_args(State))}")
    code = await _known(call)
    rows = await call.house.pool.fetch(q("webhook_deliveries"), call.asking.program.id, code, state, limit)
    return shown(DeliveriesView(tuple(DeliveryView(*row) for row in rows)))


async def replay(call: Call) -> Reply:
    """Tell a webhook again of a stretch of time; the ids stay those of the first telling."""
    call.query()
    body = read(_replay, await call.json())
    since, until = utc(body.since, "since"), utc(body.until, "until")
    if since >= until:
        raise invalid("until", body.until.isoformat(), "is not after `since`: send a later instant")
    code = await _known(call)
    asking = call.asking
    async with call.house.pool.acquire() as conn:
        count = await webhooks.replay(conn, asking.program.id, code, since, until, asking.now)
    return shown(Replayed(count))


async def add_hook(call: Call) -> Reply:
    """Let a partner system report acts and purchases, signed after Standard Webhooks."""
    call.query()
    body = read(_hook, await call.json())
    asking, house = call.asking, call.house
    merchant = None if body.merchant is None else asking.merchant_called(body.merchant).id
    # The code is the source of its facts: so it is taken as the label of a key, too, which nobody gets.
    try:
        async with house.pool.acquire() as conn, conn.transaction():
            secret = await hooks.add_hook(
                conn, house.vault, asking.program.id, body.code, merchant, asking.now
            )
            await house.keys.make(asking.program.id, merchant, body.code, asking.now)
    except MessageRefused as refused:
        raise _taken(refused, body.code) from refused
    return Reply(201, _encode(MadeHook(body.code, body.merchant, f"/v1/hooks/{body.code}", secret)))


async def list_hooks(call: Call) -> Reply:
    """All hooks in."""
    call.query()
    program = call.asking.program
    rows = await call.house.pool.fetch(q("hook_list"), program.id)
    views = []
    for code, merchant, added_at in map(tuple, rows):
        named = None if merchant is None else program.merchants_by_id[merchant].code
        views.append(HookView(code, named, added_at))
    return shown(HooksView(tuple(views)))


async def remove_hook(call: Call) -> Reply:
    """Let a partner system report nothing more; the code stays taken."""
    call.query()
    asking, code = call.asking, call.args["code"]
    if not await _removed(call, "hook_remove", code):
        raise invalid("code", code, "is no hook of this programme: check the code", "webhook_unknown")
    return shown(Removed(code, asking.now))


async def report(call: Call) -> Reply:
    """A partner system reports an act or a purchase; its key is the webhook-id where the body has none."""
    code = call.args["code"]
    raw = await call.json()
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in call.headers.items()}
    found = None
    if code.isprintable():
        async with call.house.pool.acquire() as conn:
            found = await hooks.verified(conn, call.house.vault, code, headers, raw)
    if found is None:
        said = f"no signature of the hook {code[:64]!r} that holds: sign with its secret, within five minutes"
        raise Problem("signature_invalid", said)
    hook, some_id = found
    program = await call.house.program(hook.program)
    call.asking = Asking(program, Key(hook.program, hook.merchant, hook.code), now_in(program))
    body = read(_fact, raw)
    if body.source not in (None, hook.code):
        raise invalid("source", body.source, f"is not yours: leave it out, your source is {hook.code!r}")
    body = msgspec.structs.replace(body, key=body.key or some_id)
    status, content = answered(await call.house.engine.submit(await command_from(call, body)))
    return Reply(status, content, JSON if status < 300 else CONTENT_TYPE)


ROUTES = (
    operators(
        "POST",
        "/v1/webhooks",
        "add_webhook",
        "Tell a URL of entries",
        add_webhook,
        MadeWebhook,
        body=NewWebhook,
        duty="approve",
        statuses=(201,),
        codes=("already_exists",),
    ),
    operators("GET", "/v1/webhooks", "list_webhooks", "All webhooks", list_webhooks, WebhooksView),
    operators(
        "DELETE",
        "/v1/webhooks/{code}",
        "remove_webhook",
        "Tell a URL nothing more",
        remove_webhook,
        Removed,
        codes=("webhook_unknown",),
    ),
    operators(
        "GET",
        "/v1/webhooks/{code}/deliveries",
        "list_deliveries",
        "The latest deliveries to a webhook",
        deliveries,
        DeliveriesView,
        codes=("webhook_unknown",),
        query=(
            Parameter(
                "state", {"type": "string", "enum": list(get_args(State))}, "Only those in this state."
            ),
            Parameter("limit", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}, "How many."),
        ),
    ),
    operators(
        "POST",
        "/v1/webhooks/{code}/replay",
        "replay_webhook",
        "Tell a webhook again",
        replay,
        Replayed,
        body=Replay,
        codes=("webhook_unknown",),
    ),
    operators(
        "POST",
        "/v1/hooks",
        "add_hook",
        "Let a partner system report",
        add_hook,
        MadeHook,
        body=NewHook,
        duty="approve",
        statuses=(201,),
        codes=("already_exists", "merchant_unknown"),
    ),
    operators("GET", "/v1/hooks", "list_hooks", "All hooks in", list_hooks, HooksView),
    operators(
        "DELETE",
        "/v1/hooks/{code}",
        "remove_hook",
        "Let a partner system report nothing more",
        remove_hook,
        Removed,
        codes=("webhook_unknown",),
    ),
    Route(
        method="POST",
        path="/v1/hooks/{code}",
        name="report_by_hook",
        summary="A partner system reports an act or a purchase, signed",
        handle=report,
        who="anyone",
        raw=True,
        body=bodies.Act | bodies.Purchase,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        codes=(
            "signature_invalid",
            "malformed_json",
            "invalid_request",
            "unsupported_media_type",
            "body_too_large",
            "member_unknown",
            "store_unknown",
            "out_of_scope",
            "busy",
            Code.KEY_REUSED,
            Code.EVENT_IN_FUTURE,
            Code.NO_RULES,
            Code.POINTS_OVERFLOW,
        ),
    ),
)

"""How members can be reached, and what they agreed to."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from jifen.api.calls import Call
from jifen.api.messaging import Body
from jifen.api.parsing import read
from jifen.api.problems import invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import Parameter, Reply, operators
from jifen.messages import consents
from jifen.messages.contacts import Contact, contact_of, set_contact
from jifen.messages.definition import Language

Address = Annotated[str, Meta(min_length=1, max_length=500)]
Email = Annotated[str, Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$(?!\n)")]
Short = Annotated[str, Meta(min_length=1, max_length=64)]
Unused = Annotated[int, Meta(ge=0, le=1000)]


class Contacts(Body, frozen=True, kw_only=True):
    """How a member can be reached beside the phone, all of it: what is left out is removed.

    push: the app's token. wechat: the openid. subscriptions: unused ones, by WeChat's template.
    """

    language: Language = "zh"
    email: Email | None = None
    push: Address | None = None
    wechat: Address | None = None
    subscriptions: dict[Short, Unused] = msgspec.field(default_factory=dict)


class Agreeing(Body, frozen=True, kw_only=True):
    """A member agrees. text: the very words that were shown; their hash is kept."""

    text: Annotated[str, Meta(min_length=1, max_length=20_000)]
    version: Short
    channel: Short


class ConsentLine(msgspec.Struct, frozen=True):
    """One line of the ledger: given or withdrawn."""

    given: bool
    version: str
    text_hash: str
    channel: str
    at: datetime


class ConsentView(msgspec.Struct, frozen=True):
    """A member's consent to a purpose: whether it holds, and every line, oldest first."""

    member: str
    purpose: str
    holds: bool
    lines: tuple[ConsentLine, ...]


_contacts = msgspec.json.Decoder(Contacts)
_agreeing = msgspec.json.Decoder(Agreeing)


async def contacts(call: Call) -> Reply:
    """How a member can be reached beside the phone."""
    call.query()
    wallet = await wallet_in_path(call)
    async with call.house.pool.acquire() as conn:
        found = await contact_of(conn, call.house.vault, wallet)
    return shown(Contacts(**msgspec.structs.asdict(found)))


async def put_contacts(call: Call) -> Reply:
    """Set how a member can be reached beside the phone."""
    call.query()
    body = read(_contacts, await call.json())
    wallet = await wallet_in_path(call)
    asking = call.asking
    made = Contact(**msgspec.structs.asdict(body))
    async with call.house.pool.acquire() as conn:
        await set_contact(conn, call.house.vault, asking.program.id, wallet, made, asking.now)
    return shown(body)


async def consent(call: Call) -> Reply:
    """A member's consent to a purpose, with its history."""
    call.query()
    return await _consent(call)


async def give_consent(call: Call) -> Reply:
    """A member agrees to a purpose."""
    call.query()
    body = read(_agreeing, await call.json())
    wallet = await wallet_in_path(call)
    asking = call.asking
    async with call.house.pool.acquire() as conn:
        await consents.give(
            conn,
            asking.program.id,
            wallet,
            call.args["purpose"],
            text=body.text,
            version=body.version,
            channel=body.channel,
            at=asking.now,
        )
    return await _consent(call)


async def withdraw_consent(call: Call) -> Reply:
    """A member takes a consent back: nothing has to be said for it."""
    channel = call.query("channel").get("channel", "api")
    if not (channel.isprintable() and 0 < len(channel) <= 64):
        raise invalid("channel", channel, "is no channel: send a word, or leave it out")
    wallet = await wallet_in_path(call)
    asking = call.asking
    async with call.house.pool.acquire() as conn:
        await consents.withdraw(
            conn, asking.program.id, wallet, call.args["purpose"], channel=channel, at=asking.now
        )
    return await _consent(call)


async def _consent(call: Call) -> Reply:
    purpose = call.args["purpose"]
    consents.check_purpose(purpose)
    wallet = await wallet_in_path(call)
    async with call.house.pool.acquire() as conn:
        lines = await consents.lines(conn, wallet, purpose)
    told = tuple(ConsentLine(one.given, one.version, one.text_hash, one.channel, one.at) for one in lines)
    return shown(ConsentView(call.args["number"], purpose, bool(lines) and lines[-1].given, told))


_MEMBER = "/v1/members/{number}"
_OF_MEMBER = ("member_unknown",)

ROUTES = (
    operators(
        "GET",
        f"{_MEMBER}/contacts",
        "get_contacts",
        "How a member can be reached beside the phone",
        contacts,
        Contacts,
        codes=_OF_MEMBER,
    ),
    operators(
        "PUT",
        f"{_MEMBER}/contacts",
        "put_contacts",
        "Set how a member can be reached beside the phone",
        put_contacts,
        Contacts,
        body=Contacts,
        codes=_OF_MEMBER,
    ),
    operators(
        "GET",
        f"{_MEMBER}/consents/{{purpose}}",
        "get_consent",
        "A member's consent to a purpose, with its history",
        consent,
        ConsentView,
        codes=_OF_MEMBER,
    ),
    operators(
        "PUT",
        f"{_MEMBER}/consents/{{purpose}}",
        "give_consent",
        "A member agrees to a purpose",
        give_consent,
        ConsentView,
        body=Agreeing,
        codes=_OF_MEMBER,
    ),
    operators(
        "DELETE",
        f"{_MEMBER}/consents/{{purpose}}",
        "withdraw_consent",
        "A member takes a consent back",
        withdraw_consent,
        ConsentView,
        query=(Parameter("channel", {"type": "string", "maxLength": 64}, "Where it was said."),),
        codes=_OF_MEMBER,
    ),
)

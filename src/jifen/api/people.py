"""What is known of members: birthdays, children and pets, segments, credit tokens."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.bodies import FactKey, Name, Number, Word
from jifen.api.calls import Call
from jifen.api.drafting import Head
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import JSON, Handle, Reply, Route
from jifen.books.refusals import Code
from jifen.messages import consents
from jifen.parties.catalog import Conflict
from jifen.parties.tokens import read_token, withdrawn
from jifen.programs.knowing import (
    OWN,
    Change,
    DropRelative,
    DropToken,
    Know,
    SetBirthday,
    SetRelative,
    SetSegments,
    TakeToken,
)
from jifen.rules.person import Anniversary, read_person
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of

Month = Annotated[int, Meta(ge=1, le=12)]
Day = Annotated[int, Meta(ge=1, le=31)]
Ref = Annotated[str, Meta(min_length=1, max_length=32, pattern=r"^[a-z0-9][a-z0-9_-]*$(?!\n)")]
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
LUNAR_DAYS = 30


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body here shares."""

    key: FactKey | None = None


class Birthday(Body, frozen=True, kw_only=True):
    """The member's birthday, solar or lunar; without month and day it is forgotten. No year is kept."""

    month: Month | None = None
    day: Day | None = None
    lunar: bool = False


class Consent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text to which somebody consented, and through which channel."""

    text: Annotated[str, Meta(min_length=1, max_length=5000)]
    channel: Name


class Relative(Body, frozen=True, kw_only=True):
    """A child or a pet. The name is kept sealed; a child is kept only with a guardian's separate consent."""

    ref: Ref
    whose: Literal["child", "pet"]
    name: Annotated[str, Meta(max_length=100)] = ""
    month: Month
    day: Day
    lunar: bool = False
    guardian_consent: Consent | None = None


class Forget(Body, frozen=True, kw_only=True):
    """A child or a pet is forgotten."""

    ref: Ref


class Segments(Body, frozen=True, kw_only=True):
    """The segments that the member is in from now on."""

    segments: Annotated[tuple[Name, ...], Meta(max_length=50)]


class CreditToken(Body, frozen=True, kw_only=True):
    """A signed credit token, with the member's written authorisation to use it."""

    token: Annotated[str, Meta(min_length=1, max_length=4096)]
    authorisation: Consent


class TokenWithdrawal(Body, frozen=True, kw_only=True):
    """A credit token holds no more, at once, and is never taken again."""

    authority: Name
    id: Word


class StandingView(msgspec.Struct, frozen=True):
    """The member's tier: since when, and until when it is kept (null: for ever)."""

    tier: str
    since: date | None
    until: date | None


class TokenView(msgspec.Struct, frozen=True):
    """A credit token that holds."""

    authority: str
    grant: str
    until: Any
    id: str


class BirthdayView(msgspec.Struct, frozen=True):
    """A birthday: whose, on which day of the solar or of the lunar year."""

    whose: str
    ref: str
    month: int
    day: int
    lunar: bool


class ProfileView(msgspec.Struct, frozen=True):
    """What rules read of a member."""

    number: Number
    joined: date | None
    standing: StandingView
    segments: tuple[str, ...]
    tokens: tuple[TokenView, ...]
    birthdays: tuple[BirthdayView, ...]


def _day(month: int, day: int, lunar: bool) -> None:
    most = LUNAR_DAYS if lunar else LONGEST[month - 1]
    if day > most:
        raise invalid("day", day, f"is no day of month {month}: send 1 to {most}")


async def _birthday(call: Call, body: Birthday) -> Change:
    if (body.month is None) != (body.day is None):
        missing = "month" if body.month is None else "day"
        raise invalid(missing, None, "is missing: send month and day, or neither to have it forgotten")
    if body.month is None or body.day is None:
        return SetBirthday(None)
    _day(body.month, body.day, body.lunar)
    return SetBirthday(Anniversary(OWN, OWN, body.month, body.day, body.lunar))


async def _relative(call: Call, body: Relative) -> Change:
    if body.ref == OWN:
        raise invalid("ref", body.ref, "is the member's own: choose another word")
    if body.whose == "child" and body.guardian_consent is None:
        said = (
            "is missing: a child is kept only with a guardian's separate consent; send its text and channel"
        )
        raise invalid("guardian_consent", None, said, "consent_missing")
    _day(body.month, body.day, body.lunar)
    vault = call.house.vault
    consent = body.guardian_consent
    return SetRelative(
        Anniversary(body.whose, body.ref, body.month, body.day, body.lunar),
        vault.seal(body.name),
        None if consent is None else vault.blind(f"{consent.channel}\x1f{consent.text}"),
    )


async def _forget(call: Call, body: Forget) -> Change:
    return DropRelative(body.ref)


async def _segments(call: Call, body: Segments) -> Change:
    return SetSegments(tuple(sorted(set(body.segments))))


async def _token(call: Call, body: CreditToken) -> Change:
    program = call.asking.program
    try:
        token = read_token(program, call.args["number"], body.token, call.asking.now)
    except Conflict as wrong:
        raise invalid("token", body.token[:16], str(wrong), "token_refused") from wrong
    if await withdrawn(call.house.pool, program.id, token):
        raise invalid("token", token.id, "was withdrawn: ask the authority for another", "token_refused")
    return TakeToken(token)


async def _withdrawal(call: Call, body: TokenWithdrawal) -> Change:
    return DropToken(body.authority, body.id)


def _taking(kind: type[Body], change_of: Callable[[Call, Any], Any]) -> Handle:
    """The handler of one kind of change. What was asked is stored as a keyed digest, never in words."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    async def take(call: Call) -> Reply:
        call.query()
        body = read(decoder, await call.json())
        key = call.key(body.key)
        wallet = await wallet_in_path(call)
        asked = msgspec.json.encode(msgspec.structs.replace(body, key=None), order="deterministic")
        digest = call.house.vault.blind(asked.decode()).hex()[:32]
        content = msgspec.json.encode({"type": "profile", "change": kind.__name__, "digest": digest})
        change = await change_of(call, body)
        await _agreed(call, wallet, body)
        common = Head(call.asking, call.asking.owner.label, key).common(wallet, None, content)
        status, answer = answered(await call.house.engine.submit(Know(**common, change=change)))
        return Reply(status, answer, JSON if status < 300 else CONTENT_TYPE)

    return take


async def _agreed(call: Call, wallet: WalletId, body: Body) -> None:
    """What was agreed to stands in the ledger of consents before it is made use of (PIPL 29, 31)."""
    match body:
        case Relative(ref=ref, whose="child", guardian_consent=Consent() as consent):
            purpose = f"child:{ref}"
        case CreditToken(authorisation=consent):
            purpose = "credit"
        case _:
            return
    program, now = call.asking.program.id, call.asking.now
    async with call.house.pool.acquire() as conn:
        if not await consents.holds(conn, program, wallet, purpose):
            await consents.give(
                conn, program, wallet, purpose, text=consent.text, version="", channel=consent.channel, at=now
            )


async def profile(call: Call) -> Reply:
    """What rules read of a member."""
    call.query()
    wallet = await wallet_in_path(call)
    facts = await call.house.pool.fetchval(q("wallet_facts"), cell_of(wallet), wallet)
    person = read_person(facts or "")
    standing = person.standing
    return shown(
        ProfileView(
            call.args["number"],
            person.joined,
            StandingView(standing.tier, standing.since, standing.until),
            person.segments,
            tuple(
                TokenView(one.authority, one.grant, one.until, one.id)
                for one in person.tokens
                if one.until > call.asking.now
            ),
            tuple(
                BirthdayView(one.whose, one.ref, one.month, one.day, one.lunar) for one in person.birthdays
            ),
        )
    )


def _route(
    name: str, path: str, summary: str, body: type[Body], change_of: Callable[..., Any], *codes: str
) -> Route:
    return Route(
        method="POST",
        path=f"/v1/members/{{number}}/{path}",
        name=name,
        summary=summary,
        handle=_taking(body, change_of),
        who="operator",
        body=body,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        key=True,
        codes=("member_unknown", Code.KEY_REUSED, "key_missing", "key_differs", "busy", *codes),
    )


ROUTES = (
    _route("set_birthday", "birthday", "Set or forget a member's birthday", Birthday, _birthday),
    _route(
        "set_relative",
        "relatives",
        "Add or correct a member's child or pet",
        Relative,
        _relative,
        "consent_missing",
        Code.LIMIT_REACHED,
    ),
    _route(
        "forget_relative",
        "relatives/forget",
        "Forget a member's child or pet",
        Forget,
        _forget,
        Code.RELATIVE_UNKNOWN,
    ),
    _route("set_segments", "segments", "Say which segments a member is in", Segments, _segments),
    _route("take_token", "tokens", "Take a signed credit token", CreditToken, _token, "token_refused"),
    _route(
        "withdraw_token", "tokens/withdraw", "Withdraw a credit token at once", TokenWithdrawal, _withdrawal
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/profile",
        name="get_profile",
        summary="What rules read of a member",
        handle=profile,
        who="operator",
        answer=ProfileView,
        codes=("member_unknown",),
    ),
)

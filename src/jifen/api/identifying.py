"""Members known at a till: the app's changing code, printed cards, a phone that answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from jifen.api.asking import Asking
from jifen.api.bodies import FactKey, Said
from jifen.api.calls import Call
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.reads import shown, unit_balance, wallet_in_path
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.engine.loading import load_wallets
from jifen.messages.outbox import Message, put
from jifen.parties.cards import Card, Cards
from jifen.parties.catalog import Conflict
from jifen.parties.codes import (
    CODE_DIGITS,
    CODE_PREFIX,
    card_number,
    card_text,
    changing_code,
    looks_like_code,
    step_end,
    step_of,
)
from jifen.parties.identifying import CODE_LIVES, TRIES, Asked, Identification, Identifying
from jifen.parties.members import normal_phone
from jifen.values.ids import WalletId, parse_id

NUMBERS_ONLY = r"^[0-9]+$(?!\n)"


class NewIdentification(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the member is to be known: by one of the three."""

    key: FactKey | None = None
    code: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    card: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=32)] | None = None


class Confirming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The six digits that were sent to the phone."""

    code: Annotated[str, Meta(min_length=6, max_length=6, pattern=NUMBERS_ONLY)]


class NewCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A printed card to give out. reason: why the one before, which stops at once, is replaced."""

    key: FactKey | None = None
    reason: Said


class StoppedCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the card stops at once, such as that it was lost."""

    reason: Said


class IdentificationView(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands at the till, until when; or, until the phone has answered, how long that is waited for.

    fresh: it proves that the member is there, which a card does not. available: of the rules' unit.
    """

    id: UUID
    how: Literal["code", "card", "phone"]
    state: Literal["waiting", "known", "over"]
    fresh: bool
    member: str | None = None
    name: str | None = None
    unit: str | None = None
    available: int | None = None
    until: datetime | None = None
    confirm_until: datetime | None = None
    tries_left: int | None = None


class CodeView(msgspec.Struct, frozen=True):
    """The code that the member's app shows now, as digits for a bar or QR code, and how long it stays."""

    code: str
    until: datetime
    seconds: int


class CardView(msgspec.Struct, frozen=True):
    """A printed card."""

    card: str
    issued_at: datetime
    stopped_at: datetime | None
    stopped_for: str | None


class CardsView(msgspec.Struct, frozen=True):
    """All printed cards of a member, the newest first."""

    cards: tuple[CardView, ...]


_new = msgspec.json.Decoder(NewIdentification)
_confirming = msgspec.json.Decoder(Confirming)
_card = msgspec.json.Decoder(NewCard)
_stopped = msgspec.json.Decoder(StoppedCard)
_encode = msgspec.json.Encoder().encode


async def identify(call: Call) -> Reply:
    """Know a member, or send a code to a phone. The same key again gets the same answer."""
    call.query()
    body = read(_new, await call.json())
    key = call.key(body.key)
    given = [name for name in ("code", "card", "phone") if getattr(body, name) is not None]
    if len(given) != 1:
        said = "is to be given alone: send the code of the app, the card, or the phone"
        raise invalid(given[1] if given else "code", None, said)
    how = given[0]
    value = _checked(how, getattr(body, how))
    asking = call.asking
    asked = _asked(call, key, call.house.vault.blind(f"identification:{how}:{value}"))
    identifying = _identifying(call)
    made = await identifying.repeated(asked)
    status = 201 if made is None else 200
    if made is None:
        if how == "code":
            made = await identifying.by_code(asked, value, call.house.wall())
        else:
            made = await {"card": identifying.by_card, "phone": identifying.by_phone}[how](asked, value)
    if isinstance(made, Refusal):
        raise refused(made)
    if made.how == "phone" and not made.known:
        await _send(call, asking, identifying, made)
    return Reply(status, _encode(await _view(call, made)))


def _checked(how: str, value: str) -> str:
    """What was scanned or typed, where it has the form that it must have."""
    if how == "phone":
        try:
            return normal_phone(value)
        except Conflict as wrong:
            raise invalid(
                "phone", value, "is no mainland mobile number: send eleven digits that begin with 13 to 19"
            ) from wrong
    if how == "code" and not looks_like_code(value):
        said = f"is no member code: scan {CODE_DIGITS} digits that begin with {CODE_PREFIX}"
        raise invalid("code", value, said)
    if how == "card" and card_number(value) is None:
        raise invalid("card", value, "is no member card, or misread: send its thirteen digits")
    return value


async def _send(call: Call, asking: Asking, identifying: Identifying, made: Identification) -> None:
    """Put the code into the outbox, once. Where nobody has the phone, nothing is put."""
    merchant = asking.program.merchants_by_id.get(made.merchant) if made.merchant else None
    messages = []
    if made.wallet is not None:
        messages.append(
            Message(
                program=asking.program.id,
                wallet=made.wallet,
                event="till_code",
                key=f"till_code:{made.id}",
                fields={
                    "code": identifying.sent(made),
                    "merchant": merchant.name if merchant else asking.program.name,
                    "minutes": str(int(CODE_LIVES.total_seconds()) // 60),
                },
                due_at=made.made_at,
            )
        )
    await put(call.house.pool, messages, asking.now)


async def identification(call: Call) -> Reply:
    """An identification as it stands."""
    call.query()
    return shown(await _view(call, await _known_here(call)))


async def confirm(call: Call) -> Reply:
    """The code that was sent to the phone: five tries, five minutes. A repeat answers again."""
    call.query()
    body = read(_confirming, await call.json())
    waiting = await _known_here(call)
    made = await _identifying(call).confirm(_asked(call, "", b""), waiting.id, body.code)
    if isinstance(made, Refusal):
        raise refused(made)
    return shown(await _view(call, made))


async def code(call: Call) -> Reply:
    """The code that the member's app shows now, by the real time."""
    call.query()
    wallet = await _person(call)
    asking = call.asking
    number = await Cards(call.house.pool, call.house.vault).hidden_number(
        asking.program.id, wallet, asking.now
    )
    now = call.house.wall()
    step = step_of(now)
    until = step_end(step)
    seconds = int((until - now).total_seconds())
    return shown(CodeView(changing_code(call.house.vault, asking.program.id, number, step), until, seconds))


async def issue_card(call: Call) -> Reply:
    """Give a member a printed card; the one before stops at once."""
    call.query()
    body = read(_card, await call.json())
    key = call.key(body.key)
    wallet = await _person(call)
    asking = call.asking
    made = await Cards(call.house.pool, call.house.vault).issue(
        asking.program.id, wallet, "card", (asking.owner.label, key), body.reason, asking.now
    )
    return Reply(201, _encode(_card_view(made)))


async def stop_card(call: Call) -> Reply:
    """Stop a member's printed card at once; one that was stopped before stays as it was."""
    call.query()
    body = read(_stopped, await call.json())
    wallet = await _person(call)
    made = Cards(call.house.pool, call.house.vault)
    await made.stop(wallet, "card", body.reason, call.asking.now)
    return shown(CardsView(tuple(map(_card_view, await made.every(wallet)))))


async def cards(call: Call) -> Reply:
    """All printed cards that a member ever had."""
    call.query()
    wallet = await wallet_in_path(call)
    made = await Cards(call.house.pool, call.house.vault).every(wallet)
    return shown(CardsView(tuple(map(_card_view, made))))


def _card_view(card: Card) -> CardView:
    return CardView(card_text(card.number), card.issued_at, card.stopped_at, card.stopped_for)


async def _person(call: Call) -> WalletId:
    """The wallet of the member in the path: a person, not a household's pool."""
    wallet = await wallet_in_path(call)
    if await call.house.members.member(wallet) is None:
        said = "is a household's pool: name the person who stands at the till"
        raise invalid("number", call.args["number"], said, "member_unknown")
    return wallet


def _identifying(call: Call) -> Identifying:
    return Identifying(call.house.pool, call.house.vault, call.house.members)


def _asked(call: Call, key: str, asked: bytes) -> Asked:
    asking = call.asking
    return Asked(asking.program.id, asking.owner.merchant, asking.owner.label, key, asked, asking.now)


async def _known_here(call: Call) -> Identification:
    """The identification in the path, where it was made by the caller's merchant."""
    try:
        of = parse_id(call.args["id"])
    except ValueError:
        of = None
    found = None if of is None else await _identifying(call).found(call.asking.program.id, of)
    if found is None or (not call.asking.operator and found.merchant != call.asking.owner.merchant):
        said = "there is no such identification: ask for one, and send the id that was answered"
        raise Problem(Code.IDENTIFICATION_REFUSED, said, facts={"why": "unknown"})
    return found


async def _view(call: Call, made: Identification) -> IdentificationView:
    now = call.asking.now
    if not made.known:
        assert made.code_until is not None
        waiting = now < made.code_until and made.tries < TRIES
        return IdentificationView(
            id=made.id,
            how=made.how,
            state="waiting" if waiting else "over",
            fresh=False,
            confirm_until=made.code_until,
            tries_left=TRIES - made.tries,
        )
    assert made.wallet is not None and made.until is not None
    if now >= made.until:
        return IdentificationView(id=made.id, how=made.how, state="over", fresh=False, until=made.until)
    member = await call.house.members.member(made.wallet)
    assert member is not None
    asking = call.asking
    unit = asking.unit(None, now)
    async with call.house.pool.acquire() as conn:
        found = await load_wallets(
            conn, [made.wallet], {asking.program.id: asking.program}, call.house.series
        )
    return IdentificationView(
        id=made.id,
        how=made.how,
        state="known",
        fresh=made.fresh(now),
        member=member.number,
        name=masked_name(member.name),
        unit=unit,
        available=unit_balance(asking, found[made.wallet], unit).available,
        until=made.until,
    )


def masked_name(name: str) -> str:
    """A name of which only the first letter is left: a till need not know more."""
    return name[:1] + "*" * min(2, len(name) - 1) if name else ""


REFUSED = (Code.IDENTIFICATION_REFUSED,)

ROUTES = (
    Route(
        method="POST",
        path="/v1/identifications",
        name="identify_member",
        summary="Know a member at the till by code or card, or send a code to a phone",
        handle=identify,
        body=NewIdentification,
        answer=IdentificationView,
        statuses=(201, 200),
        key=True,
        codes=(*REFUSED, Code.KEY_REUSED, "key_missing", "key_differs"),
    ),
    Route(
        method="GET",
        path="/v1/identifications/{id}",
        name="get_identification",
        summary="An identification as it stands",
        handle=identification,
        answer=IdentificationView,
        codes=REFUSED,
    ),
    Route(
        method="POST",
        path="/v1/identifications/{id}/confirm",
        name="confirm_identification",
        summary="Send the code that the member's phone got",
        handle=confirm,
        body=Confirming,
        answer=IdentificationView,
        codes=REFUSED,
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/code",
        name="get_member_code",
        summary="The code that a member's app shows now",
        handle=code,
        who="operator",
        answer=CodeView,
        codes=("member_unknown",),
    ),
    Route(
        method="POST",
        path="/v1/members/{number}/cards",
        name="issue_card",
        summary="Give a member a printed card, instead of the one before",
        handle=issue_card,
        who="operator",
        body=NewCard,
        answer=CardView,
        statuses=(201,),
        key=True,
        codes=("member_unknown", "key_missing", "key_differs"),
    ),
    Route(
        method="POST",
        path="/v1/members/{number}/cards/stop",
        name="stop_card",
        summary="Stop a member's printed card at once",
        handle=stop_card,
        who="operator",
        body=StoppedCard,
        answer=CardsView,
        codes=("member_unknown",),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/cards",
        name="list_cards",
        summary="All printed cards of a member",
        handle=cards,
        who="operator",
        answer=CardsView,
        codes=("member_unknown",),
    ),
)

"""Rewards that several pay together: offered by one, agreed to by each, paid when the last has agreed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.bodies import FactKey, Name, Number, Points, Quantity
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, wallet_of
from jifen.api.households import id_in_path
from jifen.api.parsing import read
from jifen.api.problems import CONTENT_TYPE, invalid, refused
from jifen.api.reads import shown, wallet_in_path
from jifen.api.redeeming import prepared
from jifen.api.routing import JSON, Reply, Route
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, entry_id
from jifen.mall.joint import (
    AgreeJoint,
    DeclineJoint,
    Offer,
    OfferJoint,
    PayJoint,
    offer_from,
    payers_in,
    unknown,
)
from jifen.parties.households import kin, maker_of, numbers_of
from jifen.parties.programs import Merchant, Store
from jifen.store.queries import q
from jifen.values.ids import Id, WalletId, cell_of
from jifen.values.points import POINTS_MAX

PAGE = 50
"""So many offers of a member are listed, the newest."""

RACES = 3
"""How often an answer is made anew because another payer's came in between."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body here shares."""

    key: FactKey | None = None


class PayerPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who pays how many points of it."""

    member: Number
    points: Points


class NewOffer(Body, frozen=True, kw_only=True):
    """A member offers others to pay a reward together, and agrees to the own part.

    expected: the points of a piece, as shown; the parts sum to those of all pieces.
    """

    member: Number
    reward: Name
    expected: Annotated[int, Meta(ge=1, le=POINTS_MAX)]
    count: Quantity = 1
    merchant: Name | None = None
    store: Name | None = None
    payers: Annotated[tuple[PayerPart, ...], Meta(min_length=2, max_length=20)]


class OfferAnswer(Body, frozen=True, kw_only=True):
    """One of the payers agrees, or declines."""

    member: Number


class PartView(msgspec.Struct, frozen=True):
    """Who pays how much; agreed_at: null, until the member has agreed."""

    member: str
    points: int
    agreed_at: datetime | None


class OfferView(msgspec.Struct, frozen=True):
    """A joint offer as it stands: open, done, declined, or lapsed, of which nothing was paid.

    redemption: the id of the entry by which the reward was redeemed, for the member who made the offer.
    """

    id: Id
    member: str
    reward: str
    merchant: str
    store: str | None
    count: int
    expected: int
    offered_at: datetime
    ends_at: datetime
    state: str
    redemption: Id | None
    payers: tuple[PartView, ...]


class OffersView(msgspec.Struct, frozen=True):
    """Joint offers, the newest first."""

    offers: tuple[OfferView, ...]


_new = msgspec.json.Decoder(NewOffer)
_answer = msgspec.json.Decoder(OfferAnswer)


async def offer(call: Call) -> Reply:
    """Make an offer."""
    call.query()
    body = read(_new, await call.json())
    key, asking = call.key(body.key), call.asking
    numbers = [body.member, *(part.member for part in body.payers)]
    found = Found(await call.house.members.wallets(asking.program.id, numbers), {})
    wallet = wallet_of(found, body.member)
    parts = tuple(
        (wallet_of(found, part.member, f"payers[{place}].member"), part.points)
        for place, part in enumerate(body.payers)
    )
    merchant, store = _where(call, body)
    asked = msgspec.to_builtins(msgspec.structs.replace(body, key=None))
    content = msgspec.json.encode({"type": "joint_offer", **asked}, order="deterministic")
    command = OfferJoint(
        **Head(asking, asking.owner.label, key).common(wallet, None, content),
        reward=body.reward,
        merchant=merchant.code,
        store=None if store is None else store.code,
        count=body.count,
        expected=body.expected,
        parts=parts,
    )
    return await _submitted(call, command)


def _where(call: Call, body: NewOffer) -> tuple[Merchant, Store | None]:
    asking = call.asking
    rules = asking.program.rules_at(asking.now)
    rewards = rules.definition.rewards if rules else ()
    reward = next((one for one in rewards if one.code == body.reward), None)
    if body.store is None and body.merchant is None and reward and reward.merchant:
        return asking.merchant_called(reward.merchant), None
    return asking.merchant(body), None if body.store is None else asking.store(body.store)


async def accept(call: Call) -> Reply:
    """A payer agrees; the last one pays, with all the others, or nobody does."""
    call.query()
    body = read(_answer, await call.json())
    key, asking = call.key(body.key), call.asking
    head = Head(asking, asking.owner.label, key)
    this = entry_id(asking.program.id, asking.owner.label, key)
    for race in range(RACES):
        made = await _offer(call)
        payer = await _payer(call, body, made)
        content = _content("joint_accept", made, body)
        part = next((part for part in made.parts if part.payer == payer), None)
        before = part is not None and part.agreed_at is not None and made.redemption != this
        if before or made.waits_for(payer):
            common = head.common(payer, None, content)
            command: Command = AgreeJoint(**common, offer=made.id, maker=made.wallet)
        else:
            pays = PayJoint(
                **head.common(made.wallet, None, content),
                reward=made.reward,
                merchant=asking.merchant_called(made.merchant),
                store=None if made.store is None else asking.store(made.store),
                count=made.count,
                expected=made.expected,
                payers=payers_in(made),
                offer=made.id,
                last=payer,
            )
            command = await prepared(call.house, asking.program, pays)
        answer = await call.house.engine.submit(command)
        if isinstance(answer, Refusal) and race < RACES - 1 and (await _offer(call)) != made:
            continue
        break
    status, told = answered(answer)
    return Reply(status, told, JSON if status < 300 else CONTENT_TYPE)


async def decline(call: Call) -> Reply:
    """A payer declines, or who made the offer withdraws it: nobody pays."""
    call.query()
    body = read(_answer, await call.json())
    key, asking = call.key(body.key), call.asking
    made = await _offer(call)
    payer = await _payer(call, body, made)
    common = Head(asking, asking.owner.label, key).common(payer, None, _content("joint_decline", made, body))
    return await _submitted(call, DeclineJoint(**common, offer=made.id, maker=made.wallet))


async def stands(call: Call) -> Reply:
    """How an offer stands."""
    call.query()
    made = await _offer(call)
    return shown((await _views(call, [made]))[0])


async def of_member(call: Call) -> Reply:
    """The offers that a member made, and those of the own household in which the member has a part."""
    call.query()
    wallet = await wallet_in_path(call)
    pool = call.house.pool
    home = (await kin(pool, [wallet]))[wallet].home
    makers = [wallet] if home is None else [wallet, *(await kin(pool, [home]))[home].members]
    rows = await pool.fetch(q("joint_offers_of"), [cell_of(one) for one in makers], makers, wallet, PAGE)
    parts: dict[Id, list[Any]] = {}
    for row in rows:
        parts.setdefault(row["asked"], []).append(row)
    offers = [made for some in parts.values() if (made := offer_from(some)) is not None]
    return shown(OffersView(tuple(await _views(call, offers))))


async def _views(call: Call, offers: Sequence[Offer]) -> list[OfferView]:
    wallets = {wallet for made in offers for wallet in (made.wallet, *(part.payer for part in made.parts))}
    numbers = await numbers_of(call.house.pool, list(wallets))
    return [
        OfferView(
            made.id,
            numbers.get(made.wallet, ""),
            made.reward,
            made.merchant,
            made.store,
            made.count,
            made.expected,
            made.offered_at,
            made.ends_at,
            made.closed(call.asking.now) or "open",
            made.redemption,
            tuple(PartView(numbers.get(part.payer, ""), part.points, part.agreed_at) for part in made.parts),
        )
        for made in offers
    ]


async def _offer(call: Call) -> Offer:
    of = id_in_path(call, "joint offer")
    maker = await maker_of(call.house.pool, call.asking.program.id, of)
    made = None
    if maker is not None:
        made = offer_from(await call.house.pool.fetch(q("needs_joint"), [cell_of(maker)], [maker], [of]))
    if made is None:
        raise refused(unknown(of))
    return made


async def _payer(call: Call, body: OfferAnswer, made: Offer) -> WalletId:
    found = Found(await call.house.members.wallets(call.asking.program.id, [body.member]), {})
    payer = wallet_of(found, body.member)
    if all(part.payer != payer for part in made.parts):
        raise invalid("member", body.member, "is no payer of this offer: name one", Code.PAYERS_REFUSED)
    return payer


def _content(kind: str, made: Offer, body: OfferAnswer) -> bytes:
    return msgspec.json.encode({"type": kind, "offer": made.id, "by": body.member})


async def _submitted(call: Call, command: Command) -> Reply:
    status, told = answered(await call.house.engine.submit(command))
    return Reply(status, told, JSON if status < 300 else CONTENT_TYPE)


def _writing(path: str, name: str, summary: str, handle: object, body: type, *codes: str) -> Route:
    return Route(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        handle=handle,  # type: ignore[arg-type]
        who="operator",
        body=body,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        key=True,
        codes=("member_unknown", Code.KEY_REUSED, "key_missing", "key_differs", "busy", *codes),
    )


ROUTES = (
    _writing(
        "/v1/joint-redemptions",
        "offer_joint_redemption",
        "Offer others to pay a reward together",
        offer,
        NewOffer,
        Code.PAYERS_REFUSED,
        Code.REWARD_UNKNOWN,
        "store_unknown",
        "merchant_unknown",
    ),
    Route(
        method="GET",
        path="/v1/joint-redemptions/{id}",
        name="get_joint_redemption",
        summary="How a joint offer stands",
        handle=stands,
        who="operator",
        answer=OfferView,
        codes=(Code.PAYERS_REFUSED,),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/joint-redemptions",
        name="list_joint_redemptions",
        summary="The joint offers of a member and of the own household",
        handle=of_member,
        who="operator",
        answer=OffersView,
        codes=("member_unknown",),
    ),
    _writing(
        "/v1/joint-redemptions/{id}/accept",
        "accept_joint_redemption",
        "Agree to pay one's part; the last one pays, with all the others, or nobody does",
        accept,
        OfferAnswer,
        Code.PAYERS_REFUSED,
        Code.INSUFFICIENT_POINTS,
        Code.WALLET_FROZEN,
        Code.REWARD_UNKNOWN,
        Code.REWARD_ELSEWHERE,
        Code.REWARD_NOT_NOW,
        Code.LIMIT_REACHED,
        Code.PRICE_CHANGED,
        Code.OUT_OF_STOCK,
        Code.STOCK_UNKNOWN,
        Code.HOUSEHOLD_REFUSED,
    ),
    _writing(
        "/v1/joint-redemptions/{id}/decline",
        "decline_joint_redemption",
        "Decline a joint offer, or withdraw it: nobody pays",
        decline,
        OfferAnswer,
        Code.PAYERS_REFUSED,
    ),
)

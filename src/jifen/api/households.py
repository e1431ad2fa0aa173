"""Families: invited, joined, left, closed; what members let each other spend; guardians, and heirs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from jifen.api.answers import ReceiptAnswer, answered
from jifen.api.bodies import FactKey, Name, Number, Points, Said
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, wallet_of
from jifen.api.parsing import read
from jifen.api.people import Consent
from jifen.api.problems import CONTENT_TYPE, invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import JSON, Handle, Parameter, Reply, Route
from jifen.books.refusals import Code
from jifen.books.series import FAR
from jifen.books.wallet import Wallet
from jifen.engine.command import Command
from jifen.engine.loading import load_counters, load_wallets
from jifen.mall.households import AnswerInvitation, CloseHousehold, Invite, Leave, LetPool, TakeBack
from jifen.mall.inheriting import Inherit, SetGuardian
from jifen.mall.paying import allowance, pooled
from jifen.mall.provenance import shares_of, steps_of
from jifen.messages.consents import text_digest
from jifen.parties.households import invitations_of, kin, numbers_of
from jifen.rules.person import read_person
from jifen.store.queries import q
from jifen.values.ids import Id, WalletId, cell_of, parse_id


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body here shares."""

    key: FactKey | None = None


class NewInvitation(Body, frozen=True, kw_only=True):
    """Somebody is asked to join the household of the member in the path."""

    invitee: Number


class Answering(Body, frozen=True, kw_only=True):
    """Nothing has to be said beside the key."""


class Letting(Body, frozen=True, kw_only=True):
    """The others may spend so many of the member's points of a unit in a month, from now on."""

    points: Points
    unit: Name | None = None


class Taking(Body, frozen=True, kw_only=True):
    """The member takes so many own points of a unit back out of the pool."""

    points: Points
    unit: Name | None = None


class Guarding(Body, frozen=True, kw_only=True):
    """The member is under 14: the guardian, and what the guardian allows, with the text of the consent."""

    guardian: Number
    allows: Annotated[tuple[Literal["spend", "pool"], ...], Meta(max_length=2)] = ()
    consent: Consent | None = None
    version: Annotated[str, Meta(max_length=64)] = ""


class Inheriting(Body, frozen=True, kw_only=True):
    """The member has died. case: the reference of the certificate; evidence: what was seen, in words."""

    heir: Number
    case: Annotated[str, Meta(min_length=1, max_length=200)]
    evidence: Said


class KinView(msgspec.Struct, frozen=True):
    """A member of a household. lets: so many points a month the others may spend, by unit."""

    number: str
    head: bool
    since: datetime | None
    lets: dict[str, int]


class ShareView(msgspec.Struct, frozen=True):
    """Whose points of a lot of the pool are. member: null, everybody's; expires_at: null, never."""

    member: str | None
    unit: str
    points: int
    expires_at: datetime | None


class HouseholdView(msgspec.Struct, frozen=True):
    """The household of a member: its pool's number, who is in it, and sums by unit, of no single member.

    number: null, where the member is in none. pooled: what is in the pool and what members let each other
    spend now. payable: what this member can pay with the others' help. shares: whose the points in the pool
    are, lot by lot, soonest to expire first.
    """

    number: str | None
    members: tuple[KinView, ...]
    pooled: dict[str, int]
    payable: dict[str, int]
    shares: tuple[ShareView, ...] = ()


class InvitationView(msgspec.Struct, frozen=True):
    """An invitation that can still be answered: into the household of that number, by whom, until when."""

    id: Id
    household: str
    inviter: str
    invited_at: datetime
    ends_at: datetime


class InvitationsView(msgspec.Struct, frozen=True):
    """The invitations that a member can still answer, the newest first."""

    invitations: tuple[InvitationView, ...]


Makes = Callable[[Call, Any, WalletId, dict[str, Any]], Awaitable[Command]]
"""From a call, its body, the wallet in the path and the fields of every command to the command."""


def taking(kind: type[Body], do: str, make: Makes) -> Handle:
    """The handler of one kind of change. What was asked is stored as a keyed digest beside its kind."""
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(kind)

    async def take(call: Call) -> Reply:
        deleting = kind is Answering and do in DELETING
        asked = call.query(*DELETING[do]) if deleting else call.query()
        body = Answering() if deleting else read(decoder, await call.json())
        key = call.key(body.key)
        wallet = await wallet_in_path(call)
        said = msgspec.json.encode(
            [msgspec.structs.replace(body, key=None), asked, call.args], order="deterministic"
        )
        digest = call.house.vault.blind(said.decode()).hex()[:32]
        content = msgspec.json.encode({"type": "household", "do": do, "digest": digest})
        common = Head(call.asking, call.asking.owner.label, key).common(wallet, None, content)
        command = await make(call, body, wallet, common)
        status, answer = answered(await call.house.engine.submit(command))
        return Reply(status, answer, JSON if status < 300 else CONTENT_TYPE)

    return take


DELETING: dict[str, tuple[str, ...]] = {"unpool": ("unit",), "of_age": (), "unname": ()}
"""What is asked by DELETE, without a body, and the parameters that it takes."""


async def _invite(call: Call, body: NewInvitation, wallet: WalletId, common: dict[str, Any]) -> Command:
    return Invite(**common, invitee=await _named(call, body.invitee, "invitee"))


def _answer(accept: bool) -> Makes:
    async def make(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
        of = id_in_path(call, "invitation")
        row = await call.house.pool.fetchrow(*_invitation_row(wallet, of))
        # Of an invitation that is not there the command says so; it needs some wallet to look at.
        home = wallet if row is None else WalletId(row["home"])
        return AnswerInvitation(**common, invitation=of, home=home, accept=accept)

    return make


async def _leave(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
    return Leave(**common, home=await _home(call, wallet) or wallet)


async def _take_back(call: Call, body: Taking, wallet: WalletId, common: dict[str, Any]) -> Command:
    unit = call.asking.unit(body.unit, call.asking.now)
    return TakeBack(**common, home=await _home(call, wallet) or wallet, unit=unit, points=body.points)


async def _close(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
    home = await _home(call, wallet)
    members = () if home is None else tuple((await kin(call.house.pool, [home]))[home].members)
    return CloseHousehold(**common, home=home or wallet, members=members)


async def _pool(call: Call, body: Letting, wallet: WalletId, common: dict[str, Any]) -> Command:
    return LetPool(**common, unit=call.asking.unit(body.unit, call.asking.now), points=body.points)


async def _unpool(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
    unit = call.query("unit").get("unit")
    return LetPool(**common, unit=call.asking.unit(unit, call.asking.now), points=None)


async def _guard(call: Call, body: Guarding, wallet: WalletId, common: dict[str, Any]) -> Command:
    consent = body.consent
    if body.allows and consent is None:
        said = "is missing: what a guardian allows is kept with the text of the consent; send it"
        raise invalid("consent", None, said, "consent_missing")
    return SetGuardian(
        **common,
        guardian=await _named(call, body.guardian, "guardian"),
        spend="spend" in body.allows,
        pool="pool" in body.allows,
        text_hash=text_digest("" if consent is None else consent.text),
        version=body.version,
        channel="api" if consent is None else consent.channel,
    )


async def _of_age(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
    return SetGuardian(**common, guardian=None, text_hash=text_digest(""), channel="api")


async def _inherit(call: Call, body: Inheriting, wallet: WalletId, common: dict[str, Any]) -> Command:
    for field in ("case", "evidence"):
        if not getattr(body, field).strip():
            raise invalid(field, getattr(body, field), "says nothing: write it in words, since it is kept")
    heir = await _named(call, body.heir, "heir")
    home = await _home(call, wallet)
    return Inherit(**common, heir=heir, case=body.case, evidence=body.evidence, home=home)


async def _named(call: Call, number: str, field: str) -> WalletId:
    found = Found(await call.house.members.wallets(call.asking.program.id, [number]), {})
    return wallet_of(found, number, field)


async def _home(call: Call, wallet: WalletId) -> WalletId | None:
    return (await kin(call.house.pool, [wallet]))[wallet].home


def _invitation_row(wallet: WalletId, of: Id) -> tuple[Any, ...]:
    return q("needs_invitation"), [cell_of(wallet)], [wallet], [of]


def id_in_path(call: Call, what: str) -> Id:
    """The id that the path names."""
    text = call.args["id"]
    try:
        return parse_id(text)
    except ValueError:
        raise invalid("id", text, f"is no id of {what}: send the one that was answered") from None


async def household(call: Call) -> Reply:
    """The household of a member, with sums of what may be spent, of no single member."""
    call.query()
    wallet = await wallet_in_path(call)
    pool, asking = call.house.pool, call.asking
    home = await _home(call, wallet)
    if home is None:
        return shown(HouseholdView(None, (), {}, {}))
    members = (await kin(pool, [home]))[home].members
    program, now = asking.program, asking.now
    async with pool.acquire() as conn:
        found = await load_wallets(conn, [home, *members], {program.id: program}, call.house.series)
        units = sorted(program.units)
        counters = [pooled(unit, now, program.zone) for unit in units]
        await load_counters(conn, found, [(of, counters) for of in members])
    numbers = await numbers_of(pool, members)
    views = tuple(
        KinView(numbers.get(one, ""), one == members[0], belonging.since, dict(belonging.pool))
        for one, belonging in ((one, read_person(found[one].facts).household) for one in members)
    )
    family = read_person(found[home].facts).family
    return shown(
        HouseholdView(
            family.number if family else "",
            views,
            {unit: _sum(call, found, home, unit) for unit in units},
            {unit: _sum(call, found, wallet, unit) for unit in units},
            await _shares(call, found[home], numbers),
        )
    )


async def _shares(call: Call, home: Wallet, numbers: dict[WalletId, str]) -> tuple[ShareView, ...]:
    """Whose the points in a pool are, as its entries tell."""
    rows = await call.house.pool.fetch(q("needs_pool"), [cell_of(home.id)], [home.id], [home.id])
    views = []
    for series, owners in shares_of(home.id, steps_of(rows)).items():
        lot = home.lots.get(series)
        if lot is None:
            continue
        until = home.expiry(lot.series)
        for owner, points in owners.items():
            number = None if owner is None else numbers.get(owner)
            views.append(ShareView(number, lot.series.unit, points, until))
    return tuple(sorted(views, key=lambda one: (one.expires_at or FAR, one.member or "")))


def _sum(call: Call, found: dict[WalletId, Wallet], of: WalletId, unit: str) -> int:
    """What the holder of a wallet can pay with the others' help; of the pool: what all of them share."""
    now, zone = call.asking.now, call.asking.program.zone
    own = found[of].balance(unit, now).available
    others = [wallet for wallet in found.values() if wallet.id != of]
    return own + sum(allowance(found[of], other, unit, now, zone, now) or 0 for other in others)


async def invitations(call: Call) -> Reply:
    """The invitations that a member can still answer."""
    call.query()
    wallet = await wallet_in_path(call)
    pool = call.house.pool
    found = await invitations_of(pool, wallet, call.asking.now)
    homes = await kin(pool, list({one.home for one in found}))
    numbers = await numbers_of(pool, list({one.inviter for one in found}))
    views = []
    for one in found:
        family = homes[one.home].person.family
        views.append(
            InvitationView(
                one.id,
                family.number if family else "",
                numbers.get(one.inviter, ""),
                one.invited_at,
                one.ends_at,
            )
        )
    return shown(InvitationsView(tuple(views)))


def writing(
    method: str, path: str, name: str, summary: str, body: type[Body], do: str, make: Makes, *codes: str
) -> Route:
    """A route by which the operator changes something of a member's household."""
    deleting = method == "DELETE"
    unit = Parameter("unit", {"type": "string"}, "Of which unit; by default that of the rules in force.")
    return Route(
        method=method,
        path=f"/v1/members/{{number}}/{path}",
        name=name,
        summary=summary,
        handle=taking(body, do, make),
        who="operator",
        body=None if deleting else body,
        answer=ReceiptAnswer,
        statuses=(201, 200),
        key=True,
        query=(unit,) if deleting and "unit" in DELETING[do] else (),
        codes=("member_unknown", Code.KEY_REUSED, "key_missing", "key_differs", "busy", *codes),
    )


_REFUSED = Code.HOUSEHOLD_REFUSED

ROUTES = (
    Route(
        method="GET",
        path="/v1/members/{number}/household",
        name="get_household",
        summary="The household of a member, with what may be spent together",
        handle=household,
        who="operator",
        answer=HouseholdView,
        codes=("member_unknown", _REFUSED),
    ),
    Route(
        method="GET",
        path="/v1/members/{number}/household/invitations",
        name="list_invitations",
        summary="The invitations that a member can still answer",
        handle=invitations,
        who="operator",
        answer=InvitationsView,
        codes=("member_unknown",),
    ),
    writing(
        "POST",
        "household/invitations",
        "invite_member",
        "Ask somebody to join a member's household",
        NewInvitation,
        "invite",
        _invite,
        _REFUSED,
    ),
    writing(
        "POST",
        "household/invitations/{id}/accept",
        "accept_invitation",
        "Join the household of an invitation",
        Answering,
        "accept",
        _answer(True),
        _REFUSED,
    ),
    writing(
        "POST",
        "household/invitations/{id}/decline",
        "decline_invitation",
        "Decline an invitation",
        Answering,
        "decline",
        _answer(False),
        _REFUSED,
    ),
    writing(
        "POST",
        "household/leave",
        "leave_household",
        "Leave a household with the own part of its pool",
        Answering,
        "leave",
        _leave,
        _REFUSED,
        Code.WALLET_FROZEN,
    ),
    writing(
        "POST",
        "household/take-back",
        "take_back_points",
        "Take own points back out of a household's pool",
        Taking,
        "take",
        _take_back,
        _REFUSED,
        Code.WALLET_FROZEN,
        Code.UNIT_UNKNOWN,
        Code.INSUFFICIENT_POINTS,
    ),
    writing(
        "POST",
        "household/close",
        "close_household",
        "End a household: its head gives each member the own part of the pool",
        Answering,
        "close",
        _close,
        _REFUSED,
        Code.WALLET_FROZEN,
    ),
    writing(
        "PUT",
        "household/pool",
        "let_pool",
        "Let the others of the household spend so many points a month",
        Letting,
        "pool",
        _pool,
        _REFUSED,
        Code.UNIT_UNKNOWN,
    ),
    writing(
        "DELETE",
        "household/pool",
        "end_pool",
        "Let nobody else spend a member's points any more, at once",
        Answering,
        "unpool",
        _unpool,
        _REFUSED,
        Code.UNIT_UNKNOWN,
    ),
    writing(
        "PUT",
        "guardian",
        "set_guardian",
        "Name the guardian of a member under 14, and what the guardian allows",
        Guarding,
        "guard",
        _guard,
        _REFUSED,
        "consent_missing",
    ),
    writing(
        "DELETE",
        "guardian",
        "end_guardian",
        "A member is 14 and needs no guardian any more",
        Answering,
        "of_age",
        _of_age,
        _REFUSED,
    ),
    writing(
        "POST",
        "inheritance",
        "inherit",
        "Close the wallet of a member who died, and give its lots to the heir, for good",
        Inheriting,
        "inherit",
        _inherit,
        _REFUSED,
        Code.WALLET_FROZEN,
    ),
)

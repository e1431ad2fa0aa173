"""Redeem together: the family's shared points at once, or an offer in which each gives a stated part."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response
from markupsafe import Markup, escape

from jifen.pages.naming import said_in
from jifen.pages.strip import Segment, strip
from jifen.rules.pricing import pricing_of
from jifen.rules.rewards import Reward
from jifen.site.inside import No
from jifen.site.member.family import FAMILY
from jifen.site.member.family_view import LOOKS, Home, home_of, names_of, unit_now
from jifen.site.member.me_refusing import Refused, points_in, refused, refused_here
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.points import split

JOINT = f"{FAMILY}/joint"
REWARDS_MOST = 200
ORDERS = "/m/orders"


class Part(msgspec.Struct, frozen=True):
    """Who gives how much of an offer; agreed_at: None, not yet."""

    number: str
    name: str
    mine: bool
    points: int
    agreed_at: datetime | None
    look: str


class Offer(msgspec.Struct, frozen=True):
    """A joint offer as the page shows it. waits: for the member's own word."""

    id: str
    title: Markup
    mine: bool
    maker: str
    count: int
    points: int
    offered_at: datetime
    ends_at: datetime
    state: str
    waits: bool
    parts: tuple[Part, ...]
    segments: Sequence[Segment]


class Choice(msgspec.Struct, frozen=True):
    """A reward that can be had together now. payers: so many may pay by an offer; 1: only the family does."""

    code: str
    title: Markup
    merchant: str
    points: int
    left: int | None
    payers: int


async def show(visit: Visit) -> Response[bytes]:
    """What was offered, what can be had together, and the form for one that was chosen."""
    return await _shown(visit)


async def _shown(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    home = await home_of(visit)
    choices = await _choices(visit)
    code = visit.field("reward") or visit.query("reward")
    chosen = next((one for one in choices if one.code == code), None)
    if code and chosen is None and no is None:
        raise Stop("nothing_here", 404, JOINT)
    own = (await visit.api.get(f"{visit.mine}/balance"))["balances"]
    return visit.page(
        "member/family_joint.html",
        status,
        back=JOINT if chosen else FAMILY,
        no=no,
        form=visit.form,
        home=home,
        unit_word=visit.words.unit(unit_now(visit.program, visit.now)),
        own=own[unit_now(visit.program, visit.now).code]["available"],
        choices=choices,
        chosen=chosen,
        halves=_proposal(home, chosen) if chosen else {},
        offers=[] if chosen else await _offers(visit, home),
        stores=_stores(visit, chosen) if chosen else (),
    )


def _proposal(home: Home | None, chosen: Choice) -> dict[str, int]:
    """Equal parts for those who may pay, to begin with."""
    owners = [one.number for one in home.owners] if home else ["me", "friend"]
    if len(owners) == 1:
        owners.append("friend")
    payers = owners[: chosen.payers]
    return dict(zip(payers, split(chosen.points, [1] * len(payers)), strict=True)) if payers else {}


def _stores(visit: Visit, chosen: Choice) -> list[tuple[str, str]]:
    """Where it can be had: only asked where the reward does not say it itself."""
    if chosen.merchant:
        return []
    return [(one.code, one.name) for one in visit.program.stores.values()]


def _rewards(visit: Visit) -> Mapping[str, Reward]:
    rules = visit.program.rules_at(visit.now)
    return {} if rules is None else pricing_of(rules).rewards


async def _choices(visit: Visit) -> list[Choice]:
    """Rewards that are neither booked for a time nor paid in cash too, nor a gift, and are there now."""
    unit = unit_now(visit.program, visit.now).code
    defined = _rewards(visit)
    found = await visit.api.get("/v1/rewards", member=visit.number, limit=REWARDS_MOST)
    choices = []
    for one in found["rewards"]:
        other = one["booked"] or one["cash_fen"] or one["kind"] == "donation" or one["unit"] != unit
        if other or not one["points"] or one["why_not"] not in ("", "points"):
            continue
        merchant = visit.program.merchants.get(one["merchant"] or "")
        choices.append(
            Choice(
                one["code"],
                said_in(visit.words, one["title"], one["title_en"]),
                merchant.name if merchant else "",
                one["points"],
                one["left"],
                defined[one["code"]].payers,
            )
        )
    return choices


def _looks(home: Home | None, numbers: Sequence[str]) -> dict[str, str]:
    """The colours of who pays: those of the family have theirs, friends what is free."""
    looks = {one.number: one.look for one in home.owners} if home else {}
    free = [f"own-{no}" for no in range(1, LOOKS + 1) if f"own-{no}" not in looks.values()] or ["own-0"]
    for place, number in enumerate(number for number in numbers if number not in looks):
        looks[number] = free[place % len(free)]
    return looks


async def _offers(visit: Visit, home: Home | None) -> list[Offer]:
    found = (await visit.api.get(f"{visit.mine}/joint-redemptions"))["offers"]
    names = await names_of(visit, sorted({part["member"] for one in found for part in one["payers"]}))
    return [_offer(visit, one, names, home) for one in found]


def _offer(visit: Visit, one: Any, names: Mapping[str, str], home: Home | None) -> Offer:
    reward = _rewards(visit).get(one["reward"])
    looks = _looks(home, [part["member"] for part in one["payers"]])
    parts = tuple(
        Part(
            part["member"],
            names[part["member"]],
            part["member"] == visit.number,
            part["points"],
            datetime.fromisoformat(part["agreed_at"]) if part["agreed_at"] else None,
            looks[part["member"]],
        )
        for part in one["payers"]
    )
    waits = one["state"] == "open" and any(part.mine and part.agreed_at is None for part in parts)
    return Offer(
        one["id"],
        said_in(visit.words, reward.title, reward.title_en) if reward else escape(one["reward"]),
        one["member"] == visit.number,
        names[one["member"]],
        one["count"],
        one["expected"] * one["count"],
        datetime.fromisoformat(one["offered_at"]),
        datetime.fromisoformat(one["ends_at"]),
        one["state"],
        waits,
        parts,
        strip([(part.points, part.look, "") for part in parts]),
    )


async def one_offer(visit: Visit) -> Response[bytes]:
    """One offer, for those who have a part in it."""
    return await _one(visit)


async def _one(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    offer = await _mine(visit)
    unit = unit_now(visit.program, visit.now)
    own = (await visit.api.get(f"{visit.mine}/balance"))["balances"][unit.code]["available"]
    base = str(visit.request.base_url).rstrip("/")
    return visit.page(
        "member/family_offer.html",
        status,
        back=JOINT,
        no=no,
        offer=offer,
        own=own,
        unit_word=visit.words.unit(unit),
        link=f"{base}{JOINT}/{offer.id}",
    )


async def _mine(visit: Visit) -> Offer:
    """The offer of the address.

    Raises:
        Stop: there is none, or the member has no part in it: both are answered alike.
    """
    try:
        found = await visit.api.get(f"/v1/joint-redemptions/{visit.args['id']}")
    except No:
        raise Stop("nothing_here", 404, JOINT) from None
    numbers = [part["member"] for part in found["payers"]]
    if visit.number not in numbers:
        raise Stop("nothing_here", 404, JOINT)
    names = await names_of(visit, [*numbers, found["member"]])
    return _offer(visit, found, names, await home_of(visit))


async def make(visit: Visit) -> Response[bytes]:
    """Offer the others to pay a reward together; one's own part is agreed to with it."""
    home = await home_of(visit)
    known = {one.number for one in home.owners} if home else {visit.number}
    parts: list[dict[str, object]] = []
    for number in sorted(known, key=lambda one: one != visit.number):
        if (points := points_in(visit, f"part-{number}")) is not None:
            parts.append({"member": number, "points": points})
    friend = visit.field("friend").replace(" ", "").upper()
    points = points_in(visit, "part-friend")
    if friend and points is not None:
        parts.append({"member": friend, "points": points})
    elif friend or (points is not None and not known - {visit.number}):
        return await _shown(visit, refused_here(visit, "nobody_named"), 422)
    body: dict[str, object] = {
        "member": visit.number,
        "reward": visit.field("reward"),
        "expected": points_in(visit, "expected"),
        "payers": parts,
    }
    if store := visit.field("store"):
        body["store"] = store
    if len(parts) < 2:
        return await _shown(visit, refused_here(visit, "one_payer"), 422)
    if (asked := sum(int(str(one["points"])) for one in parts)) != body["expected"]:
        price = points_in(visit, "expected") or 0
        said = refused_here(visit, "parts", given=f"{asked:,}", price=f"{price:,}")
        return await _shown(visit, said, 422)
    try:
        made = await visit.api.post("/v1/joint-redemptions", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=made["id"], reward=visit.field("reward"))
    return visit.go(f"{JOINT}/{made['id']}", "joint_offered")


async def pay(visit: Visit) -> Response[bytes]:
    """The family pays at once, out of what its members let each other spend and what is in the pool."""
    home = await home_of(visit)
    if home is None:
        raise Stop("no_family", 404, FAMILY)
    others = [one.number for one in home.others]
    body: dict[str, object] = {
        "member": visit.number,
        "reward": visit.field("reward"),
        "expected": points_in(visit, "expected"),
        "payers": [{"member": number} for number in (visit.number, home.number, *others)],
    }
    if store := visit.field("store"):
        body["store"] = store
    try:
        made = await visit.api.post("/v1/reward-redemptions", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=made["id"], reward=visit.field("reward"))
    return visit.go(ORDERS if ORDERS in visit.open_to else FAMILY, "family_paid")


async def answer(visit: Visit) -> Response[bytes]:
    """Agree to one's own part, or decline; the last one who agrees pays, with all the others."""
    offer, word = await _mine(visit), visit.field("answer")
    if word not in ("accept", "decline"):
        raise Stop("form", 422, JOINT)
    path = f"/v1/joint-redemptions/{offer.id}/{word}"
    try:
        await visit.api.post(path, {"member": visit.number}, visit.key)
    except No as no:
        return await _one(visit, refused(visit, no), no.status)
    visit.note(target=offer.id, answer=word)
    if word == "decline":
        return visit.go(f"{JOINT}/{offer.id}", "joint_declined")
    now = await _mine(visit)
    return visit.go(f"{JOINT}/{offer.id}", "joint_paid" if now.state == "done" else "joint_agreed")


ROUTES = (
    get(JOINT, "member.joint", show, MEMBER, key="family"),
    post(f"{JOINT}/offers", "member.joint_offer", make, MEMBER, key="family"),
    post(f"{JOINT}/pay", "member.joint_pay", pay, MEMBER, key="family"),
    get(f"{JOINT}/{{id}}", "member.joint_one", one_offer, MEMBER, key="family"),
    post(f"{JOINT}/{{id}}", "member.joint_answer", answer, MEMBER, key="family"),
)

"""The family: its pool and who put in how much, invitations, what each lets the others spend, leaving."""

import hashlib
from typing import Any

from litestar import Response

from jifen.mall.family import terms_at
from jifen.rules.definition import Households
from jifen.site.inside import No
from jifen.site.member.family_view import Home, home_of, moves_of, names_of, unit_now
from jifen.site.member.family_wards import guardian_of, wards_of
from jifen.site.member.me_refusing import Refused, points_in, refused, refused_here
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit

FAMILY = "/m/family"
NUMBER_DIGITS = 8


def terms_of(visit: Visit) -> Households:
    """What the programme says of households now."""
    return terms_at(visit.program, visit.now)


async def show(visit: Visit) -> Response[bytes]:
    """The family, or how to begin one."""
    return await _shown(visit)


async def _shown(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    home = await home_of(visit)
    unit = unit_now(visit.program, visit.now)
    shared: dict[str, Any] = {
        "no": no,
        "form": visit.form,
        "home": home,
        "unit": unit,
        "unit_word": visit.words.unit(unit),
        "unit_long": visit.words.unit(unit, long=True),
        "terms": terms_of(visit),
        "guardian": await guardian_of(visit),
        "wards": await wards_of(visit),
    }
    if home is None:
        return visit.page("member/family_none.html", status, invitations=await _invitations(visit), **shared)
    offers = (await visit.api.get(f"{visit.mine}/joint-redemptions"))["offers"]
    balance = (await visit.api.get(f"/v1/members/{home.number}/balance"))["balances"][unit.code]
    own = (await visit.api.get(f"{visit.mine}/balance"))["balances"][unit.code]["available"]
    return visit.page(
        "member/family_home.html",
        status,
        balance=balance,
        own=own,
        asked=[one["id"] for one in offers if _waits(one, visit.number)],
        moves=await moves_of(visit, home, visit.words),
        **shared,
    )


def _waits(offer: Any, number: str) -> bool:
    """Whether an offer to pay together waits for a member's own word."""
    parts = offer["payers"]
    return offer["state"] == "open" and any(
        part["member"] == number and part["agreed_at"] is None for part in parts
    )


async def _invitations(visit: Visit) -> list[Any]:
    found = (await visit.api.get(f"{visit.mine}/household/invitations"))["invitations"]
    names = await names_of(visit, [one["inviter"] for one in found])
    return [{**one, "name": names[one["inviter"]]} for one in found]


async def _home(visit: Visit) -> Home:
    home = await home_of(visit)
    if home is None:
        raise Stop("no_family", 404, FAMILY)
    return home


async def start(visit: Visit) -> Response[bytes]:
    """Begin a family with oneself; the number follows from the form: sent twice it begins one."""
    digest = hashlib.sha256(f"{visit.number} {visit.key}".encode()).digest()
    number = f"F{int.from_bytes(digest[:8]) % 10**NUMBER_DIGITS:0{NUMBER_DIGITS}d}"
    try:
        await visit.api.post("/v1/households", {"number": number, "members": [visit.number]})
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=number)
    return visit.go(FAMILY, "family_started")


async def invite(visit: Visit) -> Response[bytes]:
    """Ask somebody to join, by the member's number."""
    number = visit.field("number").replace(" ", "").upper()
    if not number:
        return await _shown(visit, refused_here(visit, "nobody_named"), 422)
    try:
        await visit.api.post(f"{visit.mine}/household/invitations", {"invitee": number}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=number)
    return visit.go(FAMILY, "family_invited", number=number, days=terms_of(visit).invitation_days)


async def answer(visit: Visit) -> Response[bytes]:
    """Accept an invitation, or decline it."""
    word = visit.field("answer")
    if word not in ("accept", "decline"):
        raise Stop("form", 422, FAMILY)
    path = f"{visit.mine}/household/invitations/{visit.args['id']}/{word}"
    try:
        await visit.api.post(path, {}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    return visit.go(FAMILY, "family_joined" if word == "accept" else "family_declined")


async def let(visit: Visit) -> Response[bytes]:
    """Let the others spend so many points a month, or nothing any more."""
    path = f"{visit.mine}/household/pool"
    points = points_in(visit)
    if visit.field("end") != "yes" and points is None:
        return await _shown(visit, refused_here(visit, "no_points"), 422)
    try:
        if points is None or visit.field("end") == "yes":
            await visit.api.delete(path, key=visit.key)
            return visit.go(FAMILY, "family_unlet")
        await visit.api.put(path, {"points": points}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    return visit.go(FAMILY, "family_let", points=f"{points:,}")


async def put_in(visit: Visit) -> Response[bytes]:
    """Put points into the pool; they stay one's own."""
    home = await _home(visit)
    points = points_in(visit)
    if points is None:
        return await _shown(visit, refused_here(visit, "no_points"), 422)
    body = {"member": visit.number, "to": home.number, "points": points}
    try:
        await visit.api.post("/v1/transfers", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=home.number, points=points)
    return visit.go(FAMILY, "family_put", points=f"{points:,}")


async def take_back(visit: Visit) -> Response[bytes]:
    """Take own points back out of the pool."""
    points = points_in(visit)
    if points is None:
        return await _shown(visit, refused_here(visit, "no_points"), 422)
    try:
        await visit.api.post(f"{visit.mine}/household/take-back", {"points": points}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(points=points)
    return visit.go(FAMILY, "family_taken", points=f"{points:,}")


async def leaving(visit: Visit) -> Response[bytes]:
    """What goes along and what stays, before somebody leaves."""
    return await _leaving(visit)


async def _leaving(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    home = await _home(visit)
    return visit.page(
        "member/family_leave.html",
        status,
        back=FAMILY,
        no=no,
        home=home,
        unit_word=visit.words.unit(home.unit),
        terms=terms_of(visit),
    )


async def leave(visit: Visit) -> Response[bytes]:
    """Leave with one's own part of the pool."""
    try:
        await visit.api.post(f"{visit.mine}/household/leave", {}, visit.key)
    except No as no:
        return await _leaving(visit, refused(visit, no), no.status)
    return visit.go(FAMILY, "family_left")


async def close(visit: Visit) -> Response[bytes]:
    """End the household: each gets the own part. Its head alone may."""
    try:
        await visit.api.post(f"{visit.mine}/household/close", {}, visit.key)
    except No as no:
        return await _leaving(visit, refused(visit, no), no.status)
    return visit.go(FAMILY, "family_closed")


async def guard(visit: Visit) -> Response[bytes]:
    """A guardian says what a child of the own may: the words that stand beside the switches are kept."""
    wards = {one.number: one for one in await wards_of(visit)}
    if visit.args["ward"] not in wards:
        raise Stop("nothing_here", 404, FAMILY)
    ward = wards[visit.args["ward"]]
    allows = [what for what in ("spend", "pool") if visit.field(what) == "yes"]
    body = {
        "guardian": visit.number,
        "allows": allows,
        "consent": {"text": str(visit.words.t("family.guard_text", name=ward.name)), "channel": "h5"},
    }
    try:
        await visit.api.put(f"/v1/members/{ward.number}/guardian", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=ward.number, allows=",".join(allows))
    return visit.go(FAMILY, "family_guarded", name=ward.name)


ROUTES = (
    get(FAMILY, "member.family", show, MEMBER, key="family"),
    post(f"{FAMILY}/start", "member.family_start", start, MEMBER, key="family"),
    post(f"{FAMILY}/invite", "member.family_invite", invite, MEMBER, key="family"),
    post(f"{FAMILY}/invitations/{{id}}", "member.family_answer", answer, MEMBER, key="family"),
    post(f"{FAMILY}/let", "member.family_let", let, MEMBER, key="family"),
    post(f"{FAMILY}/put", "member.family_put", put_in, MEMBER, key="family"),
    post(f"{FAMILY}/take", "member.family_take", take_back, MEMBER, key="family"),
    post(f"{FAMILY}/wards/{{ward}}", "member.family_guard", guard, MEMBER, key="family"),
    get(f"{FAMILY}/leave", "member.family_leaving", leaving, MEMBER, key="family"),
    post(f"{FAMILY}/leave", "member.family_leave", leave, MEMBER, key="family"),
    post(f"{FAMILY}/close", "member.family_close", close, MEMBER, key="family"),
)

"""What a clerk does about a member: propose a correction, freeze on evidence, lift a freeze."""

from datetime import date, timedelta
from typing import Any

from litestar import Response

from jifen.site.console.entries import wallet_asked
from jifen.site.inside import No
from jifen.site.routing import CLERKS, get, post
from jifen.site.visit import Stop, Visit
from jifen.values.periods import end_of_day

FREEZE_DAYS = 7
FREEZE_DAYS_MOST = 90
FIELDS = {
    "adjust": ("points", "unit", "reason", "evidence"),
    "freeze": ("reason", "evidence", "notice", "until"),
    "unfreeze": ("reason",),
}


async def show(visit: Visit) -> Response[bytes]:
    """The form of what is to be done."""
    return await _form(visit, _act(visit), {}, None)


async def propose(visit: Visit) -> Response[bytes]:
    """Put a correction up for a second person; nothing is booked yet."""
    number, _ = await wallet_asked(visit)
    filled = _filled(visit, "adjust")
    visit.note(target=number, points=filled["points"])
    points = _whole(filled["points"])
    if points is None:
        return await _form(visit, "adjust", filled, None, "points")
    body = {"member": number, "points": points, "reason": filled["reason"], "evidence": filled["evidence"]}
    if filled["unit"]:
        body["unit"] = filled["unit"]
    try:
        made = await visit.api.post("/v1/adjustment-proposals", body, visit.key)
    except No as no:
        return await _refused(visit, "adjust", filled, no)
    return visit.go(f"/console/adjustments#{made['id']}", "watch_proposed", points=f"{points:,}")


async def freeze(visit: Visit) -> Response[bytes]:
    """Stop spending until the end of a day, on evidence; the member is told."""
    number, _ = await wallet_asked(visit)
    filled = _filled(visit, "freeze")
    visit.note(target=number, until=filled["until"])
    try:
        until = date.fromisoformat(filled["until"])
    except ValueError:
        return await _form(visit, "freeze", filled, None, "until")
    if not visit.today <= until <= visit.today + timedelta(days=FREEZE_DAYS_MOST):
        return await _form(visit, "freeze", filled, None, "until")
    body = {
        "member": number,
        "reason": filled["reason"],
        "evidence": filled["evidence"],
        "notice": filled["notice"],
        "until": end_of_day(until, visit.program.zone),
    }
    try:
        await visit.api.post("/v1/freezes", body, visit.key)
    except No as no:
        return await _refused(visit, "freeze", filled, no)
    return visit.go(f"/console/members/{number}", "watch_frozen", until=until.isoformat())


async def unfreeze(visit: Visit) -> Response[bytes]:
    """Lift the freeze that is in force."""
    number, _ = await wallet_asked(visit)
    filled = _filled(visit, "unfreeze")
    visit.note(target=number)
    try:
        await visit.api.post("/v1/unfreezes", {"member": number, "reason": filled["reason"]}, visit.key)
    except No as no:
        return await _refused(visit, "unfreeze", filled, no)
    return visit.go(f"/console/members/{number}", "watch_unfrozen")


async def _form(
    visit: Visit, act: str, filled: dict[str, str], no: No | None, wrong: str = ""
) -> Response[bytes]:
    number, wallet = await wallet_asked(visit)
    member = await visit.house.members.member(wallet)
    balance = await visit.api.get(f"/v1/members/{number}/balance")
    if not filled and act == "freeze":
        filled = {"until": (visit.today + timedelta(days=FREEZE_DAYS)).isoformat()}
    limit = (await visit.api.get("/v1/adjustment-proposals"))["approver_above"] if act == "adjust" else 0
    rules = visit.program.rules_at(visit.now)
    usual = rules.definition.unit if rules is not None else next(iter(visit.program.units), "")
    return visit.page(
        "console/member_act.html",
        422 if wrong else no.status if no else 200,
        act=act,
        number=number,
        name=(member.name if member else "") or number,
        balance=balance["balances"].get(usual),
        frozen_until=balance["frozen_until"],
        units=[(one.code, visit.words.unit(one)) for one in visit.program.units.values()],
        usual=usual,
        filled=filled,
        wrong=wrong,
        no=no,
        limit=limit,
        latest=visit.today + timedelta(days=FREEZE_DAYS_MOST),
    )


async def _refused(visit: Visit, act: str, filled: dict[str, str], no: No) -> Response[bytes]:
    if no.ours:
        raise no
    return await _form(visit, act, filled, no)


def _act(visit: Visit) -> str:
    assert visit.asked is not None
    act = visit.asked.path.rsplit("/", 1)[1]
    if act not in FIELDS:
        raise Stop("nothing_here", back="/console/members")
    return act


def _filled(visit: Visit, act: str) -> dict[str, str]:
    return {name: visit.field(name) for name in FIELDS[act]}


def _whole(text: str) -> int | None:
    """A whole number other than 0, with − or - before it and commas in it as people write them."""
    plain = text.replace("−", "-").replace(",", "").replace("，", "").replace(" ", "")
    digits = plain.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
        return None
    return int(plain) or None


def _pair(act: str, handle: Any) -> tuple[Any, ...]:
    path = f"/console/members/{{number}}/{act}"
    return (
        get(path, f"console.member_{act}_form", show, CLERKS, key="members"),
        post(path, f"console.member_{act}", handle, CLERKS, key="members"),
    )


ROUTES = (*_pair("adjust", propose), *_pair("freeze", freeze), *_pair("unfreeze", unfreeze))

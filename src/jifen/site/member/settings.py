"""Settings: language and look, birthdays of one's own, of children and of pets, where one is signed in."""

import re
from typing import Any

from litestar import Response

from jifen.site.inside import No
from jifen.site.member.consents import CHANNEL, give, purposes_of
from jifen.site.member.me_refusing import Refused, refused, refused_here
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit

SETTINGS = "/m/me/settings"
KINDS = ("child", "pet")
REF = re.compile(r"^[a-z0-9][a-z0-9_-]{0,31}$")


async def show(visit: Visit) -> Response[bytes]:
    """All that can be set."""
    return await _shown(visit)


async def _shown(visit: Visit, no: Refused | None = None, status: int = 200) -> Response[bytes]:
    birthdays = (await visit.api.get(f"{visit.mine}/profile"))["birthdays"]
    purposes = {one.code: one.holds for one in await purposes_of(visit)}
    return visit.page(
        "member/me_settings.html",
        status,
        back="/m/me",
        no=no,
        form=visit.form,
        mine=next((one for one in birthdays if one["whose"] == "self"), None),
        relatives=[one for one in birthdays if one["whose"] != "self"],
        greeted=purposes.get("birthday", False),
    )


def _number(visit: Visit, name: str) -> int | None:
    text = visit.field(name)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None


async def birthday(visit: Visit) -> Response[bytes]:
    """Set the own birthday, or have it forgotten; where the box is ticked, it may be used for greetings."""
    forgotten = visit.field("forget") == "yes"
    body: dict[str, Any] = {}
    if not forgotten:
        month, day = _number(visit, "month"), _number(visit, "day")
        if month is None or day is None:
            return await _shown(visit, refused_here(visit, "no_day"), 422)
        body = {"month": month, "day": day, "lunar": visit.field("lunar") == "yes"}
    try:
        await visit.api.post(f"{visit.mine}/birthday", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    if not forgotten and visit.field("agree") == "yes":
        await give(visit, "birthday")
    return visit.go(SETTINGS, "birthday_forgotten" if forgotten else "birthday_kept")


async def relative(visit: Visit) -> Response[bytes]:
    """Add a child, with a guardian's own consent, or a pet."""
    kind = visit.field("whose")
    month, day = _number(visit, "month"), _number(visit, "day")
    if kind not in KINDS:
        raise Stop("form", 422, SETTINGS)
    if month is None or day is None:
        return await _shown(visit, refused_here(visit, "no_day"), 422)
    if kind == "child" and visit.field("agree") != "yes":
        return await _shown(visit, refused_here(visit, "no_consent"), 422)
    body: dict[str, Any] = {
        "ref": await _free(visit, kind),
        "whose": kind,
        "month": month,
        "day": day,
        "lunar": visit.field("lunar") == "yes",
    }
    if kind == "child":
        text = str(visit.words.t("me.purpose_child_text"))
        body["guardian_consent"] = {"text": text, "channel": CHANNEL}
    try:
        await visit.api.post(f"{visit.mine}/relatives", body, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    visit.note(target=body["ref"])
    return visit.go(SETTINGS, "relative_kept")


async def _free(visit: Visit, kind: str) -> str:
    """The first word that is free for another one."""
    birthdays = (await visit.api.get(f"{visit.mine}/profile"))["birthdays"]
    taken = {one["ref"] for one in birthdays}
    return next(f"{kind}-{no}" for no in range(1, len(taken) + 2) if f"{kind}-{no}" not in taken)


async def forget(visit: Visit) -> Response[bytes]:
    """Forget a child or a pet, and with a child the consent to keep it."""
    ref = visit.args["ref"]
    if not REF.match(ref):
        raise Stop("nothing_here", 404, SETTINGS)
    try:
        await visit.api.post(f"{visit.mine}/relatives/forget", {"ref": ref}, visit.key)
    except No as no:
        return await _shown(visit, refused(visit, no), no.status)
    purpose = f"child:{ref}"
    if any(one.code == purpose and one.holds for one in await purposes_of(visit)):
        await visit.api.delete(f"{visit.mine}/consents/{purpose}", channel=CHANNEL)
    visit.note(target=ref)
    return visit.go(SETTINGS, "relative_forgotten")


ROUTES = (
    get(SETTINGS, "member.settings", show, MEMBER, key="me"),
    post(f"{SETTINGS}/birthday", "member.birthday", birthday, MEMBER, key="me"),
    post(f"{SETTINGS}/relatives", "member.relative", relative, MEMBER, key="me"),
    post(f"{SETTINGS}/relatives/{{ref}}/forget", "member.relative_forget", forget, MEMBER, key="me"),
)

"""Consents by purpose, as easy to withdraw as to give; and how the member wants to be told things."""

from typing import Any

import msgspec
from litestar import Response

from jifen.messages import consents
from jifen.site.inside import No
from jifen.site.member.own import wallet_of
from jifen.site.routing import MEMBER, get, post
from jifen.site.visit import Stop, Visit

CONSENTS = "/m/me/consents"
CONTACTS = "/m/me/contacts"
OFFERED = ("marketing", "birthday")
"""What the member may give here. Other purposes are given where they are asked for, and withdrawn here."""

SAID_VERSION = "2026-11"
CHANNEL = "h5"


class Purpose(msgspec.Struct, frozen=True):
    """A purpose and whether it holds. lines: every word said on it, newest first; whom: a merchant's name."""

    code: str
    of: str
    whom: str
    holds: bool
    may_give: bool
    lines: tuple[consents.Consent, ...]


async def purposes_of(visit: Visit) -> list[Purpose]:
    """What is offered, and what the member ever said a word on. A guardian's words stand with the family."""
    async with visit.house.pool.acquire() as conn:
        lines = await consents.lines(conn, wallet_of(visit))
    said: dict[str, list[consents.Consent]] = {code: [] for code in OFFERED}
    for line in lines:
        if not line.purpose.startswith("guardian"):
            said.setdefault(line.purpose, []).append(line)
    return [_purpose(visit, code, found) for code, found in said.items()]


def _purpose(visit: Visit, code: str, lines: list[consents.Consent]) -> Purpose:
    of, _, whom = code.partition(":")
    merchant = visit.program.merchants.get(whom)
    holds = bool(lines) and lines[-1].given
    name = merchant.name if merchant else whom
    return Purpose(code, of, name, holds, code in OFFERED, tuple(reversed(lines)))


async def show(visit: Visit) -> Response[bytes]:
    """Every purpose with its switch."""
    return visit.page("member/me_consents.html", back="/m/me", purposes=await purposes_of(visit))


async def switch(visit: Visit) -> Response[bytes]:
    """Give a consent in the words that stand on the page, or take it back."""
    code = visit.args["purpose"]
    known = {one.code: one for one in await purposes_of(visit)}
    if code not in known or (visit.field("give") == "yes" and not known[code].may_give):
        raise Stop("nothing_here", 404, CONSENTS)
    if visit.field("give") == "yes":
        await give(visit, code)
        return visit.go(CONSENTS, "consent_given")
    await visit.api.delete(f"{visit.mine}/consents/{code}", channel=CHANNEL)
    visit.note(target=code, given="no")
    return visit.go(CONSENTS, "consent_withdrawn")


async def give(visit: Visit, code: str) -> None:
    """Keep that the member agreed to the words of the catalogue in the language of the page."""
    text = str(visit.words.t(f"me.purpose_{code}_text"))
    body = {"text": text, "version": SAID_VERSION, "channel": CHANNEL}
    await visit.api.put(f"{visit.mine}/consents/{code}", body)
    visit.note(target=code, given="yes")


async def contacts(visit: Visit) -> Response[bytes]:
    """In which language, and by which address."""
    return await _contacts(visit)


async def _contacts(visit: Visit, wrong: bool = False, status: int = 200) -> Response[bytes]:
    found: Any = await visit.api.get(f"{visit.mine}/contacts")
    member = await visit.api.get(visit.mine)
    return visit.page(
        "member/me_contacts.html",
        status,
        back="/m/me",
        contacts=found,
        phone=member["phone"],
        form=visit.form,
        wrong=visit.words.t("me.email_wrong") if wrong else "",
    )


async def put_contacts(visit: Visit) -> Response[bytes]:
    """Change language and e-mail; what else is known stays."""
    found: Any = await visit.api.get(f"{visit.mine}/contacts")
    email = visit.field("email")
    language = visit.field("language")
    if language not in ("zh", "en"):
        raise Stop("form", 422, CONTACTS)
    try:
        await visit.api.put(f"{visit.mine}/contacts", {**found, "language": language, "email": email or None})
    except No as no:
        if no.code != "invalid_request":
            raise
        return await _contacts(visit, True, 422)
    return visit.go(CONTACTS, "contacts_kept")


ROUTES = (
    get(CONSENTS, "member.consents", show, MEMBER, key="me"),
    post(f"{CONSENTS}/{{purpose}}", "member.consent", switch, MEMBER, key="me"),
    get(CONTACTS, "member.contacts", contacts, MEMBER, key="me"),
    post(CONTACTS, "member.contacts_keep", put_contacts, MEMBER, key="me"),
)

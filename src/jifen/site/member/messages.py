"""The inbox: what the member was told, each with what to do; what is new since it was last looked at here."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import Response

from jifen.pages.rendering import YEAR_S
from jifen.site.inside import No
from jifen.site.routing import MEMBER, get
from jifen.site.visit import Stop, Visit

MESSAGES = "/m/me/messages"
SEEN_COOKIE = "jifen_inbox"
"""Until when this browser has shown the inbox. What is read is not kept with the message itself."""

ON_A_PAGE = 20
NEW_MOST = 50
NEW_DAYS = 7
"""A browser that never showed the inbox takes for new what came in so many days."""

TO_DO = {
    "points_lapsing": ("/m/mall", "spend"),
    "points_extended": ("/m/lots", "lots"),
    "points_expired": ("/m/entries", "entries"),
    "terms_changed": ("/m/me/terms", "terms"),
    "terms_effective": ("/m/me/terms", "terms"),
    "closing": ("/m/me/terms", "terms"),
    "merchant_leaving": ("/m/mall", "mall"),
    "birthday_self": ("/m/entries", "entries"),
    "birthday_child": ("/m/entries", "entries"),
    "birthday_pet": ("/m/entries", "entries"),
    "campaign_started": ("/m/mall", "mall"),
    "tier_changed": ("/m/tier", "tier"),
    "frozen": ("/m/me/appeals", "object"),
    "unfrozen": ("/m/wallet", "wallet"),
    "referral_paid": ("/m/me/referral", "referral"),
    "referral_refused": ("/m/me/referral", "referral"),
    "act_approved": ("/m/entries", "entries"),
    "compensated": ("/m/entries", "entries"),
    "order_confirmed": ("/m/orders", "orders"),
    "order_fulfilled": ("/m/orders", "orders"),
    "order_cancelled": ("/m/orders", "orders"),
    "order_failed": ("/m/orders", "orders"),
    "order_withdrawn": ("/m/orders", "orders"),
    "booking_tomorrow": ("/m/orders", "orders"),
    "voucher_lapsing": ("/m/orders", "orders"),
    "appeal_decided": ("/m/me/appeals", "appeals"),
}
"""Where the next step of an event is, and the word of the link."""

DRAWN = {"points": "clock", "order": "receipt", "terms": "file-text", "frozen": "lock", "voucher": "ticket"}
"""Icons by the first part of an event's name."""


class Told(msgspec.Struct, frozen=True):
    """A message. to: the address of the next step, where there is one; presses: it asks for something."""

    subject: str
    text: str
    at: datetime
    new: bool
    to: str
    word: str
    drawn: str
    presses: bool


def seen_until(visit: Visit) -> datetime:
    """Until when this browser has shown the inbox."""
    try:
        at = datetime.fromisoformat(visit.request.cookies.get(SEEN_COOKIE, ""))
        return at if at.tzinfo else visit.now - timedelta(days=NEW_DAYS)
    except ValueError:
        return visit.now - timedelta(days=NEW_DAYS)


async def new_messages(visit: Visit) -> int:
    """So many messages are new to this browser, at most NEW_MOST."""
    found = await visit.api.get(f"{visit.mine}/inbox", limit=NEW_MOST)
    since = seen_until(visit)
    return sum(datetime.fromisoformat(one["at"]) > since for one in found["messages"])


async def show(visit: Visit) -> Response[bytes]:
    """A page of the inbox. The first page also keeps that it was shown."""
    cursor = visit.query("cursor") or None
    try:
        found = await visit.api.get(f"{visit.mine}/inbox", limit=ON_A_PAGE, cursor=cursor)
    except No as no:
        raise Stop("nothing_here", no.status, MESSAGES) from None
    since = seen_until(visit)
    messages = [_told(visit, one, since) for one in found["messages"]]
    if messages and not cursor and messages[0].at > since:
        visit.set_cookie(SEEN_COOKIE, messages[0].at.isoformat(), YEAR_S)
    return visit.page(
        "member/me_messages.html",
        back="/m/me",
        messages=messages,
        older=f"{MESSAGES}?cursor={found['next']}" if found["next"] else "",
        newer=MESSAGES if cursor else "",
    )


def _told(visit: Visit, one: Any, since: datetime) -> Told:
    event = one["event"]
    to, word = TO_DO.get(event, ("", ""))
    at = datetime.fromisoformat(one["at"])
    return Told(
        one["subject"],
        one["text"],
        at,
        at > since,
        to if to in visit.open_to else "",
        word,
        DRAWN.get(event.partition("_")[0], "mail"),
        event in ("points_lapsing", "frozen", "voucher_lapsing"),
    )


ROUTES = (get(MESSAGES, "member.messages", show, MEMBER, key="me"),)

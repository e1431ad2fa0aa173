"""Notices and deliveries: what was told to whom by which channel, what waits, what nobody could deliver."""

import json
from typing import Any

from litestar import Response

from jifen.messages.events import EVENTS
from jifen.pages.words import Words
from jifen.site.inside import No
from jifen.site.routing import CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q

STATES = ("waiting", "sent", "delivered", "dead", "suppressed")
ON_A_PAGE = 30


def event_word(words: Words, event: str) -> str:
    """What an event is called: the subject of its message."""
    known = EVENTS.get(event)
    return (known.zh if words.language == "zh" else known.en)[0] if known else event


async def show(visit: Visit) -> Response[bytes]:
    """Messages, newest first, by state, event and member."""
    state, event, member = visit.query("state"), visit.query("event"), visit.query("member").strip()
    asked: dict[str, Any] = {"state": state or None, "event": event or None, "member": member or None}
    wrong = None
    found: dict[str, Any] = {"messages": [], "next": None}
    try:
        found = await visit.api.get(
            "/v1/messages", limit=ON_A_PAGE, cursor=visit.query("cursor") or None, **asked
        )
    except No as no:
        if no.ours:
            raise
        wrong = no
    counts = await visit.house.pool.fetchrow(q("message_counts"), visit.program.id, visit.now)
    kept = "".join(f"&{name}={value}" for name, value in asked.items() if value)
    return visit.page(
        "console/messages.html",
        rows=[{**one, "word": event_word(visit.words, one["event"])} for one in found["messages"]],
        counts=counts,
        states=STATES,
        state=state,
        events=[("", visit.words.t("run.any_event")), *_events(visit.words)],
        event=event,
        member=member,
        older=f"?cursor={found['next']}{kept}" if found["next"] else "",
        newer=f"?{kept.removeprefix('&')}" if visit.query("cursor") else "",
        wrong=wrong,
    )


async def show_one(visit: Visit) -> Response[bytes]:
    """One message with each attempt and the words that were used."""
    found = await _message(visit)
    fields = [(name, value) for name, value in sorted(found["fields"].items())]
    return visit.page(
        "console/message.html",
        message=found,
        word=event_word(visit.words, found["event"]),
        fields=[(name, _plain(value)) for name, value in fields],
    )


async def retry(visit: Visit) -> Response[bytes]:
    """Deliver a dead letter again, from the first channel on."""
    of = visit.args["id"]
    visit.note(target=of)
    try:
        await visit.api.post(f"/v1/messages/{of}/retry", {})
    except No as no:
        if no.code != "message_not_dead":
            raise
        return visit.go(f"/console/messages/{of}", "message_not_dead")
    return visit.go(f"/console/messages/{of}", "message_retried")


async def _message(visit: Visit) -> Any:
    try:
        return await visit.api.get(f"/v1/messages/{visit.args['id']}")
    except No as no:
        if no.ours:
            raise
        raise Stop("nothing_here", back="/console/messages") from no


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _events(words: Words) -> list[tuple[str, str]]:
    return [(event, event_word(words, event)) for event in EVENTS]


ROUTES = (
    get("/console/messages", "console.messages", show, CONSOLE, "messages"),
    get("/console/messages/{id}", "console.message", show_one, CONSOLE, "messages"),
    post("/console/messages/{id}/retry", "console.message_retry", retry, CLERKS, "messages"),
)

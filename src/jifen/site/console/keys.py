"""API keys, webhooks out and hooks in: made, shown once, watched, and taken away."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Response

from jifen.books.legs import Kind
from jifen.parties.roles import KEY_ROLES
from jifen.site.inside import No
from jifen.site.routing import APPROVER, CLERKS, CONSOLE, get, post
from jifen.site.visit import Stop, Visit
from jifen.store.queries import q
from jifen.values.periods import zone

ANY_KIND = "*"


async def show(visit: Visit) -> Response[bytes]:
    """What opens the interface, whom it tells, and who reports to it."""
    return await _shown(visit)


async def _shown(
    visit: Visit, status: int = 200, made: dict[str, str] | None = None, refused: No | None = None
) -> Response[bytes]:
    program = visit.program
    rows = await visit.house.pool.fetch(q("site_keys"), program.id)
    codes = {merchant.id: merchant.name for merchant in program.merchants.values()}
    return visit.page(
        "console/keys.html",
        status,
        keys=[{**dict(row), "owner": codes.get(row["merchant"], "")} for row in rows],
        hooks=(await visit.api.get("/v1/webhooks"))["webhooks"],
        reporters=(await visit.api.get("/v1/hooks"))["hooks"],
        merchants=[(one.code, one.name) for one in program.merchants.values()],
        roles=KEY_ROLES,
        kinds=[kind.value for kind in Kind],
        made=made,
        refused=refused,
        form=visit.form,
    )


async def make_key(visit: Visit) -> Response[bytes]:
    """Make a key: a merchant's, or one of the operator's that is restricted to a role."""
    merchant, role, label = visit.field("merchant"), visit.field("role"), visit.field("label")
    visit.note(target=label, merchant=merchant, role=role)
    if role not in KEY_ROLES:
        raise Stop("form", 422, back="/console/keys")
    body: dict[str, Any] = {"label": label, "role": role}
    if merchant:
        body = {"label": label, "merchant": merchant, "role": "auditor" if role == "auditor" else ""}
    try:
        answer = await visit.api.post("/v1/keys", body)
    except No as no:
        return await _refused(visit, no)
    return await _shown(visit, made={"what": "key", "name": label, "secret": answer["secret"]})


async def revoke_key(visit: Visit) -> Response[bytes]:
    """Revoke a key; its label stays taken."""
    label = visit.field("label")
    visit.note(target=label)
    try:
        await visit.api.delete(f"/v1/keys/{label}")
    except No as no:
        return await _refused(visit, no)
    return visit.go("/console/keys", "key_revoked", label=label)


async def add_webhook(visit: Visit) -> Response[bytes]:
    """Tell an address of entries from now on."""
    code, kinds = visit.field("code"), visit.many.get("kinds", [])
    visit.note(target=code)
    body = {"code": code, "url": visit.field("url"), "kinds": kinds or [ANY_KIND]}
    try:
        answer = await visit.api.post("/v1/webhooks", body)
    except No as no:
        return await _refused(visit, no)
    return await _shown(visit, made={"what": "webhook", "name": code, "secret": answer["secret"]})


async def remove_webhook(visit: Visit) -> Response[bytes]:
    """Tell an address nothing more; what waits is dropped."""
    visit.note(target=visit.args["code"])
    try:
        await visit.api.delete(f"/v1/webhooks/{visit.args['code']}")
    except No as no:
        return await _refused(visit, no)
    return visit.go("/console/keys", "webhook_removed", code=visit.args["code"])


async def add_hook(visit: Visit) -> Response[bytes]:
    """Let a partner system report, for a merchant or for the operator."""
    code, merchant = visit.field("code"), visit.field("merchant")
    visit.note(target=code, merchant=merchant)
    try:
        answer = await visit.api.post("/v1/hooks", {"code": code, "merchant": merchant or None})
    except No as no:
        return await _refused(visit, no)
    return await _shown(visit, made={"what": "hook", "name": code, "secret": answer["secret"]})


async def remove_hook(visit: Visit) -> Response[bytes]:
    """Let a partner system report nothing more."""
    visit.note(target=visit.args["code"])
    try:
        await visit.api.delete(f"/v1/hooks/{visit.args['code']}")
    except No as no:
        return await _refused(visit, no)
    return visit.go("/console/keys", "hook_removed", code=visit.args["code"])


async def deliveries(visit: Visit) -> Response[bytes]:
    """What one webhook was told, and what went wrong."""
    code, state = visit.args["code"], visit.query("state")
    found = next(
        (one for one in (await visit.api.get("/v1/webhooks"))["webhooks"] if one["code"] == code), None
    )
    if found is None or state not in ("", "waiting", "accepted", "dead"):
        raise Stop("nothing_here", back="/console/keys")
    rows = await visit.api.get(f"/v1/webhooks/{code}/deliveries", state=state or None, limit=50)
    return visit.page("console/deliveries.html", hook=found, rows=rows["deliveries"], state=state)


async def replay(visit: Visit) -> Response[bytes]:
    """Tell a webhook again of some days; the ids stay those of the first telling."""
    code = visit.args["code"]
    visit.note(target=code, since=visit.field("since"), until=visit.field("until"))
    try:
        since, until = (_midnight(visit, visit.field(name)) for name in ("since", "until"))
        body = {"since": since, "until": until + timedelta(days=1)}
    except ValueError:
        return visit.go(f"/console/webhooks/{code}", "replay_wrong")
    try:
        answer = await visit.api.post(f"/v1/webhooks/{code}/replay", body)
    except No as no:
        if no.code != "invalid_request":
            raise
        return visit.go(f"/console/webhooks/{code}", "replay_wrong")
    return visit.go(f"/console/webhooks/{code}", "replayed", entries=answer["entries"])


def _midnight(visit: Visit, day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=zone(visit.program.zone))


async def _refused(visit: Visit, no: No) -> Response[bytes]:
    if no.ours:
        raise no
    visit.note(refused=no.code)
    return await _shown(visit, no.status, refused=no)


ROUTES = (
    get("/console/keys", "console.keys", show, CONSOLE, "keys"),
    post("/console/keys", "console.key_make", make_key, APPROVER, "keys"),
    post("/console/keys/revoke", "console.key_revoke", revoke_key, APPROVER, "keys"),
    post("/console/webhooks", "console.webhook_add", add_webhook, APPROVER, "keys"),
    get("/console/webhooks/{code}", "console.webhook", deliveries, CONSOLE, "keys"),
    post("/console/webhooks/{code}/remove", "console.webhook_remove", remove_webhook, CLERKS, "keys"),
    post("/console/webhooks/{code}/replay", "console.webhook_replay", replay, CLERKS, "keys"),
    post("/console/hooks", "console.hook_add", add_hook, APPROVER, "keys"),
    post("/console/hooks/{code}/remove", "console.hook_remove", remove_hook, CLERKS, "keys"),
)

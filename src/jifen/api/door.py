"""The door: finds the route, sees who asks, answers; whatever goes wrong leaves as a problem."""

import time
from datetime import UTC, datetime
from typing import Any

from jifen.api.answers import problem_of
from jifen.api.asking import Asking, second_wanted
from jifen.api.calls import Call, Gone
from jifen.api.house import House, now_in
from jifen.api.problems import CONTENT_TYPE, Problem
from jifen.api.routing import Reply, Route, Router
from jifen.engine.command import Unavailable
from jifen.engine.engine import LOST
from jifen.parties.keys import PREFIX, Key
from jifen.parties.roles import decides, writes

ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
CHALLENGE = ((b"www-authenticate", b'Bearer realm="jifen"'),)
PIECE = 65_536

FACTS = "Facts"
"""The group of routes whose calls leave entries in the books, chained and with their source."""


class Door:
    """The ASGI application of all routes of a table. `house` is set for as long as it is open."""

    def __init__(self, router: Router[Route]) -> None:
        self.router = router
        self.house: House | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008, "reason": "there are no websockets here"})
            return
        try:
            reply = await self._reply(scope, receive)
        except Gone:
            return
        except Exception as fault:
            if self.house is not None and isinstance(fault, LOST):
                self.house.mend()
            reply = told(fault)
        body = reply.body
        if isinstance(body, bytes):
            length = str(len(body)).encode()
            headers = [(b"content-type", reply.kind), (b"content-length", length), *ALWAYS, *reply.headers]
            await send({"type": "http.response.start", "status": reply.status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
            return
        headers = [(b"content-type", reply.kind), *ALWAYS, *reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _reply(self, scope: Any, receive: Any) -> Reply:
        house = self.house
        route, args = self.router.find(scope["method"], path_of(scope))
        if route.who == "anyone" and not route.raw:
            return await route.handle(house)
        if house is None:
            raise Problem(
                "shutting_down", "this server is not open: send this again in a second, with the same key"
            )
        headers = dict(scope["headers"])
        if route.raw:
            return await route.handle(Call.of_nobody(house, args, headers, scope, receive))
        owner = await whose(house, headers)
        check_role(route, owner)
        program = await house.program(owner.program)
        reply = await route.handle(
            Call(house, Asking(program, owner, now_in(program)), args, headers, scope, receive)
        )
        await record(house, route, args, owner, reply.status)
        return reply


def path_of(scope: Any) -> str:
    """The path as it was sent, percent signs and all, below the place where we are mounted."""
    raw: bytes | None = scope.get("raw_path")
    path = raw.decode("latin-1") if raw is not None else str(scope["path"])
    root = scope.get("root_path", "")
    return path.removeprefix(root) if root else path


async def whose(house: House, headers: dict[bytes, bytes]) -> Key:
    """Who asks.

    Raises:
        Problem: unauthenticated.
    """
    scheme, _, secret = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise Problem(
            "unauthenticated", "there is no API key: send `Authorization: Bearer jf_…`", headers=CHALLENGE
        )
    if secret.startswith(PREFIX) and len(secret) < 100 and secret.isascii():
        owner = await house.keys.whose(secret, time.monotonic())
        if owner is not None:
            return owner
    raise Problem(
        "unauthenticated",
        "nobody is known by this API key: check it for missing letters, or ask the operator for a new one",
        headers=CHALLENGE,
    )


def check_role(route: Route, owner: Key) -> None:
    """Refuse a merchant's key where only the operator's opens, and a role that does not go so far.

    Raises:
        Problem: operator_only or role_refused.
    """
    if route.who == "operator" and owner.merchant is not None:
        raise Problem(
            "operator_only",
            f"{route.summary.rstrip('.')}: that is for the operator, and this key is a merchant's",
        )
    if route.method != "GET" and not writes(owner.role):
        raise Problem(
            "role_refused",
            f"{route.summary.rstrip('.')}: that changes something, and an auditor only reads",
            facts={"role": owner.role},
        )
    if route.duty == "approve" and not decides(owner.role):
        raise second_wanted(route.summary.rstrip("."), owner.role)


async def record(house: House, route: Route, args: dict[str, str], owner: Key, status: int) -> None:
    """Write down what an operator's key did, where its fact leaves no entry of its own."""
    if route.who != "operator" or route.method == "GET" or route.group == FACTS or status >= 400:
        return
    actor, role = owner.label, owner.role or "key"
    facts = {"by": "api", "status": status}
    target = "/".join(args.values())
    at = datetime.now(UTC)
    await house.audit.write(owner.program, at, actor, role, route.name, target, "done", facts)


def told(fault: Exception) -> Reply:
    """The reply that tells of a fault."""
    if isinstance(fault, LOST):
        fault = Unavailable("the database cannot be reached: send this again with the same key")
    problem = problem_of(fault)
    return Reply(problem.status, problem.body(), CONTENT_TYPE, tuple(problem.headers))

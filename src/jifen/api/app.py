"""The web application: our routes mounted in Litestar, which brings pages and plugins along."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from functools import cache
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, asgi
from litestar.exceptions import HTTPException
from litestar.types import ControllerRouterHandler, Receive, Scope, Send

from jifen.api import (
    appealing,
    beneficiaries,
    billing,
    bulk,
    consenting,
    correcting,
    delisting,
    docs,
    donating,
    enrolling,
    explaining,
    greenery,
    history,
    hooking,
    households,
    identifying,
    joint,
    messaging,
    offline,
    ordering,
    people,
    probes,
    programme_drafts,
    programmes,
    proposing,
    publishing,
    quoting,
    reads,
    referrals,
    remedies,
    return_quoting,
    rewards,
    setup,
    slots,
    verifying,
    vouchers,
    writes,
)
from jifen.api.door import FACTS, Door, told
from jifen.api.house import House, open_house
from jifen.api.openapi import document
from jifen.api.problems import Problem
from jifen.api.routing import Route, Router
from jifen.api.settings import Settings, from_environment

GROUPS: tuple[tuple[str, Sequence[Route]], ...] = (
    (FACTS, (*writes.ROUTES, *bulk.ROUTES, *proposing.ROUTES)),
    (
        "Members",
        (
            *enrolling.ROUTES,
            *reads.ROUTES,
            *people.ROUTES,
            *identifying.ROUTES,
            *appealing.ROUTES,
            *referrals.ROUTES,
        ),
    ),
    ("Households", (*households.ROUTES, *beneficiaries.ROUTES, *joint.ROUTES)),
    ("Entries and holds", (*history.ROUTES, *explaining.ROUTES)),
    ("Watching", (*correcting.ROUTES, *verifying.ROUTES)),
    (
        "Programme",
        (
            *setup.ROUTES,
            *publishing.ROUTES,
            *rewards.ROUTES,
            *greenery.ROUTES,
            *remedies.ROUTES,
            *delisting.ROUTES,
        ),
    ),
    ("Vouchers and bookings", (*vouchers.ROUTES, *slots.ROUTES)),
    ("Till", (*quoting.ROUTES, *billing.ROUTES, *return_quoting.ROUTES, *offline.ROUTES)),
    ("Orders", (*ordering.ROUTES, *donating.ROUTES)),
    ("Messages", (*messaging.ROUTES, *consenting.ROUTES)),
    ("Webhooks", hooking.ROUTES),
    ("Programmes as code", (*programmes.ROUTES, *programme_drafts.ROUTES)),
    ("Health", probes.ROUTES),
)

DOCUMENTED: tuple[Route, ...] = tuple(
    msgspec.structs.replace(route, group=group) for group, routes in GROUPS for route in routes
)
"""Every route of the interface."""


@cache
def _described() -> dict[str, Any]:
    """The interface's document, the same for every application of a process."""
    return document(DOCUMENTED)


Beside = Callable[[House], contextlib.AbstractAsyncContextManager[None]]
"""What runs as long as the house is open, such as jobs; it ends before the house does."""


def create_app(
    settings: Settings, handlers: Sequence[ControllerRouterHandler] = (), beside: Sequence[Beside] = ()
) -> Litestar:
    """The application; `handlers` are further routes beside ours, such as pages.

    While it runs, `app.state.house` is what requests share: pool, catalog, members, keys, engine.
    """
    door = Door(Router((*DOCUMENTED, *docs.routes(_described()))))

    @contextlib.asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            house = await stack.enter_async_context(open_house(settings))
            for other in beside:
                await stack.enter_async_context(other(house))
            app.state.house = door.house = house
            try:
                yield
            finally:
                door.house = None

    return Litestar(
        route_handlers=[*mounts(door), *handlers],
        lifespan=[lifespan],
        exception_handlers={HTTPException: elsewhere, Exception: fault},
        openapi_config=None,
        logging_config=None,
    )


def mounts(door: Door) -> list[ControllerRouterHandler]:
    """The places at which the door stands. As plain ASGI a request costs 6 µs in Litestar instead of 40."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        await door(scope, receive, send)

    plain = ["/healthz", "/readyz", "/openapi.json"]
    below = ["/v1", "/docs"]
    return [
        asgi(plain, copy_scope=False)(enter),
        *(asgi(path, is_mount=True, copy_scope=False)(enter) for path in below),
    ]


def elsewhere(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes]:
    """What Litestar refuses by itself, as a problem: an address that is not there, a host that is none."""
    path = request.url.path
    if fault.status_code == 405:
        allowed = (fault.headers or {}).get("allow", "")
        return _response(
            Problem(
                "method_not_allowed",
                f"{path} takes {allowed}, not {request.method}: use one of these",
                headers=((b"allow", allowed.encode()),),
            )
        )
    if fault.status_code < 500:
        return _response(
            Problem("not_found", f"there is no address {path[:200]}: all are listed in /openapi.json")
        )
    return _response(fault)


def _response(fault: Exception) -> Response[bytes]:
    reply = told(fault)
    assert isinstance(reply.body, bytes)
    headers = {name.decode(): value.decode() for name, value in reply.headers}
    return Response(reply.body, status_code=reply.status, media_type=reply.kind.decode(), headers=headers)


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """What nobody foresaw, as a problem."""
    return _response(error)


def app_from_environment() -> Litestar:
    """The application with settings from the environment, for servers that want a factory."""
    return create_app(from_environment())

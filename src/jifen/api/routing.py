"""Routes as a table: what is served is what is documented, since both are made of it."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, Generic, Literal, Protocol, TypeVar
from urllib.parse import unquote

import msgspec

from jifen.api.problems import KINDS, Problem

JSON = b"application/json"
NDJSON = b"application/x-ndjson"
HTML = b"text/html; charset=utf-8"

Who = Literal["anyone", "merchant", "operator"]

Duty = Literal["", "approve"]
"""What a route asks of a role beyond its scope: approve is for the second person, never a clerk's."""


class Reply(msgspec.Struct):
    """What is answered: bytes, or pieces of them one after the other."""

    status: int
    body: bytes | Iterator[bytes]
    kind: bytes = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


Handle = Callable[[Any], Awaitable[Reply]]
"""What answers a route: of a call, or, where anyone may ask, of the house."""


class Parameter(msgspec.Struct, frozen=True):
    """A query parameter, for the documents; its reading is the handler's."""

    name: str
    schema: dict[str, Any]
    description: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address.

    who: anyone, any API key (a merchant's sees its own), or only an operator's. body, answer: their types.
    duty: what it asks of the caller's role, beside that an auditor only reads.
    raw: of anyone: the handler gets the request and sees by itself who asks; else it gets the house.
    key: whether it takes the header Idempotency-Key. codes: problems beyond those that every route may have.
    group: under which heading it is documented.
    """

    method: str
    path: str
    name: str
    summary: str
    handle: Handle
    who: Who = "merchant"
    duty: Duty = ""
    raw: bool = False
    body: Any = None
    answer: Any = None
    statuses: tuple[int, ...] = (200,)
    kind: bytes = JSON
    key: bool = False
    query: tuple[Parameter, ...] = ()
    codes: tuple[str, ...] = ()
    group: str = ""

    def __post_init__(self) -> None:
        unknown = [code for code in self.codes if code not in KINDS]
        if unknown:
            raise ValueError(f"route {self.name} names problems that there are not: {unknown}")

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def operators(
    method: str,
    path: str,
    name: str,
    summary: str,
    handle: Handle,
    answer: Any,
    codes: tuple[str, ...] = (),
    body: Any = None,
    statuses: tuple[int, ...] = (200,),
    **more: Any,
) -> Route:
    """A route that only an operator's key opens, unless `who` says otherwise. more: other fields of a Route.

    Raises:
        ValueError: it names problems that there are not. TypeError: a Route has no such field.
    """
    return Route(
        method=method,
        path=path,
        name=name,
        summary=summary,
        handle=handle,
        answer=answer,
        codes=codes,
        body=body,
        statuses=statuses,
        **{"who": "operator", **more},
    )


class Routed(Protocol):
    """Whatever has a method and an address, such as a route of the interface or a page."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def parameters(self) -> list[str]: ...


R = TypeVar("R", bound=Routed)


class Router(Generic[R]):
    """Finds routes: plain addresses by one look-up, those with parameters part by part."""

    def __init__(self, routes: Iterable[R]) -> None:
        self.routes = tuple(routes)
        self._plain: dict[str, dict[str, R]] = {}
        self._shaped: dict[tuple[str, ...], dict[str, R]] = {}
        for route in self.routes:
            if route.parameters:
                shape = tuple(route.path.split("/"))
                self._shaped.setdefault(shape, {})[route.method] = route
            else:
                self._plain.setdefault(route.path, {})[route.method] = route

    def find(self, method: str, raw_path: str) -> tuple[R, dict[str, str]]:
        """The route of a request and the values of its path's parameters.

        Raises:
            Problem: not_found, or method_not_allowed with the header Allow.
        """
        path = raw_path.removesuffix("/") or "/"
        methods = self._plain.get(path)
        args: dict[str, str] = {}
        if methods is None:
            methods, args = self._match(path)
        route = methods.get("GET" if method == "HEAD" else method)
        if route is None:
            allow = ", ".join(sorted(methods))
            said = f"{path} takes {allow}, not {method}: use one of these"
            raise Problem("method_not_allowed", said, headers=((b"allow", allow.encode()),))
        return route, args

    def _match(self, path: str) -> tuple[dict[str, R], dict[str, str]]:
        parts = path.split("/")
        for shape, methods in self._shaped.items():
            if len(shape) == len(parts) and all(
                part == wanted or (part and wanted[:1] == "{")
                for part, wanted in zip(parts, shape, strict=True)
            ):
                return methods, {
                    wanted[1:-1]: unquote(part)
                    for part, wanted in zip(parts, shape, strict=True)
                    if wanted[:1] == "{"
                }
        raise Problem("not_found", f"there is no address {path[:200]}: all are listed in /openapi.json")

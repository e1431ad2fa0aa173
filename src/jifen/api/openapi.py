"""The OpenAPI 3.1 document, made of the table of routes and the types that they read and write."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from jifen import __version__
from jifen.api.answers import ReceiptAnswer
from jifen.api.problems import CONTENT_TYPE, KINDS, ProblemDetails
from jifen.api.routing import Route
from jifen.api.setup_bodies import LineAnswer

REF = "#/components/schemas/{name}"
PROBLEM = {CONTENT_TYPE.decode(): {"schema": {"$ref": REF.format(name="ProblemDetails")}}}

WITH_KEY = ("unauthenticated", "database_unavailable", "shutting_down", "internal")
WITH_BODY = ("malformed_json", "invalid_request", "body_too_large", "unsupported_media_type")
OF_OPERATOR = ("operator_only",)
OF_MERCHANT = ("out_of_scope",)
OF_ROLE = ("role_refused",)

ABOUT = """\
Every write is a fact with a key of its own: the same key with the same content gets the same answer, for
ever. Points are whole, money is whole fen, times are RFC 3339 with a zone. What is refused is told as a
problem after RFC 9457 with a stable `code`; `retry` says whether the same request may be granted later as
it is."""


def document(routes: Sequence[Route]) -> dict[str, Any]:
    """The whole document, as what JSON can say."""
    types = [one for route in routes for one in (route.body, route.answer) if one is not None]
    types += [ProblemDetails, LineAnswer, ReceiptAnswer]
    unique = list(dict.fromkeys(types))
    schemas, components = msgspec.json.schema_components(unique, ref_template=REF)
    schema_of = dict(zip(unique, schemas, strict=True))
    for component in components.values():
        _plain(component)
    components["ProblemDetails"]["additionalProperties"] = True
    components["LineAnswer"]["additionalProperties"] = True
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of)
    whole = msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Jifen (积分)",
                "version": __version__,
                "summary": "A loyalty-points platform whose books are provable to the last point.",
                "description": ABOUT,
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": "/"}],
            "tags": [{"name": name} for name in dict.fromkeys(route.group for route in routes)],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "key": {"type": "http", "scheme": "bearer", "description": "An API key: jf_…"}
                },
            },
        }
    )
    plain: dict[str, Any] = msgspec.json.decode(whole)
    return plain


def _plain(component: dict[str, Any]) -> None:
    """A body by itself need not say its type; only a line in bulk must."""
    if "type" in component.get("required", ()) and "enum" in component.get("properties", {}).get("type", {}):
        component["required"] = [name for name in component["required"] if name != "type"]


def _operation(route: Route, schema_of: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "description": _for_whom(route),
        "tags": [route.group],
        "security": [] if route.who == "anyone" else [{"key": []}],
        "responses": _responses(route, schema_of),
    }
    if parameters := list(_parameters(route)):
        operation["parameters"] = parameters
    if route.body is not None:
        content = {route.kind.decode(): {"schema": schema_of[route.body]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _for_whom(route: Route) -> str:
    about = (route.handle.__doc__ or "").strip()
    match route.who:
        case "anyone":
            return f"{about} Needs no key.".strip()
        case "operator":
            return f"{about} For an operator's key.".strip()
    return f"{about} For any key; a merchant's sees and books only its own.".strip()


def _parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in route.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for parameter in route.query:
        yield {
            "name": parameter.name,
            "in": "query",
            "required": False,
            "schema": parameter.schema,
            "description": parameter.description,
        }
    if route.key:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "minLength": 1, "maxLength": 128},
            "description": "The fact's key, here or in the body's field `key`.",
        }


def _responses(route: Route, schema_of: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    content = {route.kind.decode(): {"schema": schema_of[route.answer]}}
    said = {200: "As asked", 201: "Done", 202: "Taken; it is done in its turn"}
    if route.key:
        said = {200: "Done before under this key: the first answer again", 201: "Booked"}
    responses: dict[str, Any] = {
        str(status): {"description": said[status], "content": content} for status in sorted(route.statuses)
    }
    by_status: dict[int, list[str]] = {}
    for code in dict.fromkeys(_codes(route)):
        by_status.setdefault(KINDS[code].status, []).append(str(code))
    for status in sorted(by_status):
        codes = ", ".join(f"`{code}`" for code in by_status[status])
        responses[str(status)] = {"description": f"A problem: {codes}", "content": PROBLEM}
    return responses


def _codes(route: Route) -> Iterable[str]:
    if route.who == "anyone":
        return route.codes
    codes = [*WITH_KEY, "invalid_request", *route.codes]
    if route.who == "operator":
        codes += OF_OPERATOR
    elif route.method != "GET":
        codes += OF_MERCHANT
    if route.method != "GET":
        codes += OF_ROLE
    if route.body is not None:
        codes += WITH_BODY
    return codes

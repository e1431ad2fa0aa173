"""The OpenAPI document is valid, tells of every route, and says what is so."""

from typing import Any

import pytest
from litestar import Litestar
from openapi_spec_validator import OpenAPIV31SpecValidator

from jifen.api.app import DOCUMENTED
from jifen.api.openapi import document
from jifen.api.problems import KINDS
from tests.api.alliance import Alliance


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """The document."""
    return document(DOCUMENTED)


def test_it_is_valid(told: dict[str, Any]) -> None:
    """After OpenAPI 3.1."""
    assert told["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(told).validate()


def test_every_route_is_there(told: dict[str, Any]) -> None:
    """With an answer, a body where one is read, and problems of known codes."""
    listed = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    assert listed == {(route.method, route.path) for route in DOCUMENTED}
    names = [route.name for route in DOCUMENTED]
    assert len(set(names)) == len(names)
    assert all(route.group for route in DOCUMENTED)
    for route in DOCUMENTED:
        operation = told["paths"][route.path][route.method.lower()]
        assert (route.method in ("POST", "PUT")) == ("requestBody" in operation)
        assert set(map(str, route.statuses)) <= set(operation["responses"])
        if route.who != "anyone":
            assert operation["security"] == [{"key": []}]
            assert "401" in operation["responses"]
            problems = [answer for status, answer in operation["responses"].items() if int(status) >= 400]
            assert all("application/problem+json" in answer["content"] for answer in problems)


def test_a_body_is_told_as_it_is_read(told: dict[str, Any]) -> None:
    """Limits, what must be there, and that nothing else may be."""
    schemas = told["components"]["schemas"]
    purchase = schemas["Purchase"]
    assert purchase["additionalProperties"] is False
    assert sorted(purchase["required"]) == ["member", "store"]
    assert purchase["properties"]["member"]["maxLength"] == 64
    assert schemas["BasketLine"]["properties"]["amount"]["maximum"] == 2**53 - 1
    lines = told["paths"]["/v1/bulk"]["post"]["requestBody"]["content"]["application/x-ndjson"]["schema"]
    assert len(lines["anyOf"]) == 13
    assert lines["discriminator"]["propertyName"] == "type"
    keyed = [one["name"] for one in told["paths"]["/v1/purchases"]["post"]["parameters"]]
    assert keyed == ["Idempotency-Key"]


def test_every_code_is_told_of_some_route(told: dict[str, Any]) -> None:
    """But for those that every request may meet before there is a route."""
    text = str(told["paths"])
    untold = {str(code) for code in KINDS if f"`{code}`" not in text}
    assert untold == {"not_found", "method_not_allowed", "wallet_unknown", "hold_running"}


async def test_it_is_served_with_its_page(alliance: Alliance, app: Litestar) -> None:
    """The page loads files of its own only, and no script stands in it."""
    served = await alliance.stranger.get("/openapi.json")
    assert served.json() == document(DOCUMENTED)
    page = await alliance.stranger.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    scripts = next(part for part in policy.split(";") if part.strip().startswith("script-src"))
    assert scripts.split() == ["script-src", "'self'"]
    assert "default-src 'none'" in policy
    assert "<script>" not in page.text
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert " on" not in page.text.replace(" one", "").replace(" only", "")
    script = await alliance.stranger.get("/docs/docs.js")
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "validatorUrl: null" in script.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js"):
        file = await alliance.stranger.get(f"/docs/{name}")
        assert file.status_code == 200 or "make assets" in file.json()["detail"]
    for path in ("/docs/../app.py", "/docs/swagger/LICENSE", "/docs/%2e%2e/app.py", "/docs/docs.html"):
        assert (await alliance.stranger.get(path)).status_code == 404

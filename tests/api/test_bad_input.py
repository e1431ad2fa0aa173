"""Malformed and hostile requests: each is told field, value and remedy, and leaves no trace in the books."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.api.alliance import Alliance, problem
from tests.api.bad_requests import BADS, UNSET, Bad

DOING = "send|leave|add|remove|choose|check|use|name|write|give|mend"
REMEDY = re.compile(rf": .*\b({DOING})\b|did you mean")


def test_there_are_enough_of_them() -> None:
    """And each has a name of its own."""
    assert len(BADS) >= 130
    assert len({bad.name for bad in BADS}) == len(BADS)


@pytest.mark.parametrize("bad", BADS, ids=lambda bad: bad.name.replace(" ", "-"))
async def test_it_is_refused_with_field_value_and_remedy(alliance: Alliance, bad: Bad) -> None:
    """Never a fault of ours, never a trace."""
    before = await alliance.books()
    headers = {"content-type": "application/json", **bad.headers}
    content = bad.body if isinstance(bad.body, bytes | None) else msgspec.json.encode(bad.body)
    answer = await alliance.operator.ask(bad.method, bad.path, content=content, headers=headers)
    told = problem(answer, bad.code)
    assert 400 <= answer.status_code < 500
    error = told["errors"][0]
    assert error["field"] == bad.field, error
    if bad.value is not UNSET:
        assert error["value"] == bad.value
        assert type(error["value"]) is type(bad.value)
    assert "value" in error
    assert REMEDY.search(error["message"]), error["message"]
    assert told["retry"] is False
    assert len(answer.content) < 2_000, "what is shown is cut"
    assert await alliance.books() == before


async def test_the_same_in_bulk(alliance: Alliance) -> None:
    """What a single request is told, its line is told; only what a body's end decides may differ."""
    names = ("purchase", "redemption", "hold", "return", "reversal", "adjustment", "transfer")
    kinds = {f"/v1/{name}s": name.encode() for name in names}
    chosen = [bad for bad in BADS if bad.path in kinds and isinstance(bad.body, Mapping) and not bad.headers]
    chosen = [bad for bad in chosen if "type" not in bad.body]
    lines = [b'{"type":"' + kinds[bad.path] + b'",' + msgspec.json.encode(bad.body)[1:] for bad in chosen]
    assert len(lines) > 50
    before = await alliance.books()
    answers = await alliance.operator.bulk(*lines)
    for bad, line in zip(chosen, answers, strict=True):
        assert (line["code"], line["errors"][0]["field"]) == (bad.code, bad.field), bad.name
    assert await alliance.books() == before


async def test_a_body_beyond_a_megabyte_is_refused(alliance: Alliance) -> None:
    """By the length that it states, and by the bytes that come where it states none."""
    huge = b'{"key":"' + b"x" * 1_100_000 + b'"}'
    headers = {"content-type": "application/json"}
    answer = await alliance.operator.ask("POST", "/v1/purchases", content=huge, headers=headers)
    assert problem(answer, "body_too_large")["most"] == 1_048_576

    async def unstated() -> Any:
        for start in range(0, len(huge), 65_536):
            yield huge[start : start + 65_536]

    answer = await alliance.operator.ask("POST", "/v1/purchases", content=unstated(), headers=headers)
    problem(answer, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/purchases", "POST"),
        ("DELETE", "/v1/members/ann", "GET"),
        ("PATCH", "/v1/clock", "PUT"),
        ("PUT", "/v1/rules", "GET, POST"),
        ("OPTIONS", "/v1/bulk", "POST"),
        ("POST", "/openapi.json", "GET"),
        ("POST", "/healthz", "GET"),
        ("TRACE", "/v1/entries/x", "GET"),
    ],
)
async def test_another_method_is_told_which_there_are(
    alliance: Alliance, method: str, path: str, allow: str
) -> None:
    """405 with the header Allow."""
    answer = await alliance.operator.ask(method, path)
    problem(answer, "method_not_allowed")
    assert answer.headers["allow"] == allow

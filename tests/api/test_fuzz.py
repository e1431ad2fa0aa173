"""Thousands of requests put together by chance: none meets a fault of ours."""

import random
from typing import Any

import msgspec
import pytest

from jifen.api.app import DOCUMENTED
from jifen.api.problems import KINDS
from tests.api.alliance import Alliance

LATER = "2026-12-01T00:00:00Z"
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 5, 2**31, 2**53 - 1, 2**53, 2**63, 10**30, 0.1, 1e300),
    *("", " ", "\0", "ann", "bob", "home", "air", "air-1", "sea-1", "hope", "point", "green", "k1", "k2"),
    *("k" * 128, "k" * 129, "\u202e", "积分", "' OR 1=1 --", "../..", "%00", "2026-11-20T00:00:00Z", LATER),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-20", "00000000-0000-0000-0000-000000000000"),
    *([], {}, [None], [[]], ["ann"], {"a": 1}, [{"sku": "a", "quantity": 1}]),
    [{"sku": "a", "quantity": 1, "amount": 1}],
    [{"sku": "a", "quantity": 10**9, "amount": 2**53 - 1}],
    *({"rules": []}, {"type": "never"}, {"rules": [{"type": "flat", "id": "x", "points": 1}]}),
)
"""Values that any field may get."""

FIELDS = [
    "key",
    "source",
    "type",
    "member",
    "members",
    "to",
    "store",
    "merchant",
    "amount",
    "lines",
    "at",
    "act",
    "purchase",
    "entry",
    "entry_key",
    "hold",
    "hold_key",
    "points",
    "unit",
    "stock",
    "count",
    "deadline",
    "until",
    "keep_open",
    "charity",
    "reason",
    "evidence",
    "notice",
    "at_fault",
    "number",
    "name",
    "phone",
    "code",
    "label",
    "valid_from",
    "rules",
    "contract",
    "offset_points",
    "offset_fen",
    "issue_fen_per_100",
    "reimburse_fen_per_100",
    "language",
    "email",
    "push",
    "wechat",
    "subscriptions",
    "text",
    "version",
    "channel",
    "url",
    "kinds",
    "since",
]

LIKELY: dict[str, tuple[Any, ...]] = {
    "key": ("k1", "k2", "k3", "k4"),
    "member": ("ann", "bob", "fay"),
    "to": ("gus",),
    "store": ("air-1", "sea-1"),
    "points": (1, 5),
    "amount": (100, 5_000),
    "deadline": (LATER,),
    "until": (LATER,),
    "purchase": ("k1", "k2"),
    "entry_key": ("k1", "k2", "k3"),
    "hold_key": ("k3",),
    "reason": ("x",),
    "evidence": ("x",),
    "notice": ("x",),
    "act": ("bag",),
    "charity": ("hope",),
    "since": ("2026-01-01T00:00:00Z",),
    "url": ("https://127.0.0.1/",),
}
"""Values with which a fact may well be booked, so that later ones find something."""


def some_body(chance: random.Random, kind: type) -> dict[str, Any]:
    """A body of a type, mostly right, with something odd in it."""
    body: dict[str, Any] = {}
    for field in kind.__struct_fields__:  # type: ignore[attr-defined]
        if field in LIKELY and chance.random() < 0.8:
            body[field] = chance.choice(LIKELY[field])
    for _ in range(chance.choice((0, 0, 1, 1, 2))):
        body[chance.choice(FIELDS)] = chance.choice(ODD)
    return body


PLACES = {
    "id": "00000000-0000-8000-8000-000000000000",
    "code": "air",
    "number": "ann",
    "purpose": "marketing",
    "version": "1",
    "ref": "friend",
}


@pytest.mark.parametrize("seed", range(5))
async def test_no_body_meets_a_fault_of_ours(alliance: Alliance, seed: int) -> None:
    """Every route that takes one, in any order, so that some are booked and others find them."""
    chance = random.Random(seed)
    routes = [one for one in DOCUMENTED if one.body is not None and "bulk" not in one.path and not one.raw]
    met: set[int] = set()
    for _ in range(400):
        route = chance.choice(routes)
        path = route.path.format_map(PLACES)
        body = some_body(chance, route.body)
        if route.path == "/v1/clock":
            continue
        content, headers = msgspec.json.encode(body), {"content-type": "application/json"}
        answer = await alliance.operator.ask(route.method, path, content=content, headers=headers)
        met.add(answer.status_code)
        assert answer.status_code < 500, (path, body, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["code"] in KINDS, (path, body)
    assert {201, 404, 422} <= met


@pytest.mark.parametrize("seed", range(3))
async def test_no_line_meets_a_fault_of_ours(alliance: Alliance, seed: int) -> None:
    """In bulk, with bytes turned round here and there."""
    chance = random.Random(seed)
    lines = []
    kinds = next(one.body.__args__ for one in DOCUMENTED if one.path == "/v1/bulk")
    for _ in range(4_000):
        kind = chance.choice(kinds)
        body = {"type": kind.__struct_config__.tag, **some_body(chance, kind)}
        turned = bytearray(msgspec.json.encode(body))
        if chance.random() < 0.2:
            turned[chance.randrange(len(turned))] = chance.choice(b'"{}[],:\\0\x00\xff u')
        lines.append(bytes(turned).replace(b"\n", b" "))
    answers = await alliance.operator.bulk(*lines)
    assert [answer["line"] for answer in answers] == list(range(1, 4_001))
    for line, answer in zip(lines, answers, strict=True):
        assert answer["status"] < 500, (line, answer)
    assert {201, 200, 404, 409, 422, 400} <= {answer["status"] for answer in answers}


async def test_no_path_meets_a_fault_of_ours(alliance: Alliance) -> None:
    """Whatever stands in the place of a parameter."""
    chance = random.Random(1)
    odd = (
        "%00",
        "%ff",
        "..",
        "%2e%2e",
        "a%20b",
        "1",
        "0",
        "-1",
        "9" * 40,
        "x" * 3_000,
        "%E7%A7%AF",
        "ann",
        "?",
        "#",
        "%",
    )
    reads = [route for route in DOCUMENTED if route.method in ("GET", "DELETE")]
    for _ in range(500):
        route = chance.choice(reads)
        names = {name: chance.choice(odd) for name in route.parameters}
        query = chance.choice(
            ("", "?limit=1", "?limit=%00", "?cursor=bm8gMQ", "?a=b&a=c", "?%ff=%ff", "?&&==&")
        )
        answer = await alliance.operator.ask(route.method, route.path.format(**names) + query)
        assert answer.status_code < 500, (answer.request.url, answer.text)

"""Malformed and hostile requests: each is told field, value and remedy, and none leaves a trace in the books."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.api.alliance import Alliance, problem

ELLIPSIS = "…"
UNSET: Any = object()
REMEDY = re.compile(
    r": .*\b(send|leave|add|remove|choose|check|use|name|write|give|say|mend|one of)\b|: send|did you mean"
)
DEEP = b'{"key":"k","member":"ann","store":"air-1","lines":' + b"[" * 100_000

PURCHASE: Mapping[str, Any] = {"key": "bad", "member": "ann", "store": "air-1", "amount": 100}
LINE: Mapping[str, Any] = {"sku": "a", "quantity": 1, "amount": 100}
SPEND: Mapping[str, Any] = {"key": "bad", "member": "ann", "store": "air-1", "points": 1}
HOLD: Mapping[str, Any] = {**SPEND, "deadline": "2026-12-01T00:00:00Z"}
ADJUST: Mapping[str, Any] = {"key": "bad", "member": "ann", "points": 1, "reason": "x"}
FREEZE: Mapping[str, Any] = {
    "key": "bad",
    "member": "ann",
    "reason": "x",
    "evidence": "y",
    "notice": "z",
    "until": "2026-12-01T00:00:00Z",
}


class Bad(msgspec.Struct, frozen=True):
    """One request that must be refused, the field that is to be named, and the value that is to be shown."""

    name: str
    path: str
    body: Any
    field: str
    value: Any = UNSET
    code: str = "invalid_request"
    method: str = "POST"
    headers: dict[str, str] = {}


def purchase(name: str, field: str, value: Any = UNSET, code: str = "invalid_request", **fields: Any) -> Bad:
    """A purchase with some fields wrong."""
    return Bad(name, "/v1/purchases", {**PURCHASE, **fields}, field, value, code)


def basket(name: str, field: str, value: Any = UNSET, **fields: Any) -> Bad:
    """A purchase whose second line is wrong."""
    lines = [LINE, {**LINE, **fields}]
    body = {name: value for name, value in PURCHASE.items() if name != "amount"}
    return Bad(name, "/v1/purchases", {**body, "lines": lines}, f"lines[1].{field}", value)


def spend(name: str, field: str, value: Any = UNSET, code: str = "invalid_request", **fields: Any) -> Bad:
    """A redemption with some fields wrong."""
    return Bad(name, "/v1/redemptions", {**SPEND, **fields}, field, value, code)


def raw(name: str, body: bytes, field: str, value: Any = UNSET, code: str = "malformed_json") -> Bad:
    """A purchase in bytes of its own."""
    return Bad(name, "/v1/purchases", body, field, value, code)


def get(name: str, path: str, field: str, value: Any = UNSET, code: str = "invalid_request") -> Bad:
    """A read that asks for what cannot be."""
    return Bad(name, path, None, field, value, code, method="GET")


WHOLE = msgspec.json.encode(PURCHASE)

BADS = (
    # JSON that is none.
    raw("nothing but a brace", b"{", "body", "{"),
    raw("text", b"buy me", "body", "buy me"),
    raw("cut short", WHOLE[:-5], "body"),
    raw("a comma too many", WHOLE[:-1] + b",}", "body"),
    raw("two objects", WHOLE + WHOLE, "body"),
    raw("a byte order mark", b"\xef\xbb\xbf" + WHOLE, "body"),
    raw("utf-16", WHOLE.decode().encode("utf-16"), "body"),
    raw("single quotes", b"{'key':'k'}", "body"),
    raw("a comment", b"{/* hello */}", "body"),
    raw("not a number", b'{"amount":NaN}', "body"),
    raw("infinity", b'{"amount":Infinity}', "body"),
    raw("a leading zero", b'{"amount":007}', "body"),
    raw("a raw line feed in a text", b'{"key":"a\nb"}', "body"),
    raw("a raw NUL", b'{"key":"a\0b"}', "body"),
    raw("nested a hundred thousand times", DEEP, "lines[0]", code="invalid_request"),
    raw("bytes that are no UTF-8", b'{"key":"bad","member":"\xff\xfe","store":"air-1"}', "member", code="invalid_request"),
    raw("a lone high surrogate", b'{"key":"bad","member":"a\\ud800"}', "member", code="invalid_request"),
    raw("a lone low surrogate", b'{"key":"bad","store":"\\udc00"}', "store", code="invalid_request"),
    raw("a list", b"[]", "body", "[]", "invalid_request"),
    raw("null", b"null", "body", None, "invalid_request"),
    raw("a number", b"5", "body", 5, "invalid_request"),
    raw("a number beyond every float", b'{"amount":1e400}', "amount", code="invalid_request"),
    # Fields.
    purchase("an unknown field", "colour", "red", colour="red"),
    purchase("a misspelt field", "amuont", 5, amuont=5),
    purchase("another kind of fact", "type", "redemption", type="redemption"),
    raw("no member", b'{"key":"bad","store":"air-1","amount":5}', "member", None, "invalid_request"),
    raw("no store", b'{"key":"bad","member":"ann","amount":5}', "store", None, "invalid_request"),
    raw("no key", b'{"member":"ann","store":"air-1","amount":5}', "key", None, "key_missing"),
    raw("an empty object", b"{}", "member", None, "invalid_request"),
    raw("no body", b"", "member", None, "invalid_request"),
    raw("neither amount nor lines", b'{"key":"bad","member":"ann","store":"air-1"}', "amount", None, "invalid_request"),
    # Whole numbers.
    purchase("a fraction", "amount", "1.5", amount=1.5),
    purchase("a fraction that is whole", "amount", "1.0", amount=1.0),
    raw("an exponent", b'{"key":"bad","member":"ann","store":"air-1","amount":1e2}', "amount", code="invalid_request"),
    purchase("a number in quotes", "amount", "100", amount="100"),
    purchase("a boolean", "amount", True, amount=True),
    purchase("an amount that is null and no lines", "amount", None, amount=None),
    purchase("an amount in a list", "amount", "[100]", amount=[100]),
    purchase("a negative amount", "amount", -1, amount=-1),
    purchase("an amount of nothing", "amount", 0, amount=0),
    purchase("an amount beyond 2**53", "amount", "9007199254740992", amount=2**53),
    purchase("an amount beyond 64 bits", "amount", "36893488147419103232", amount=2**65),
    raw(
        "an amount of ten thousand digits",
        b'{"key":"bad","member":"ann","store":"air-1","amount":' + b"9" * 10_000 + b"}",
        "amount",
        code="invalid_request",
    ),
    basket("a line of no quantity", "quantity", 0, quantity=0),
    basket("a line of negative quantity", "quantity", -1, quantity=-1),
    basket("half an article", "quantity", "0.5", quantity=0.5),
    basket("a negative price", "amount", -5, amount=-5),
    basket("a line without an article", "sku", "", sku=""),
    basket("a line with an article that is a number", "sku", 5, sku=5),
    basket("a line with a long article", "sku", "x" * 79 + ELLIPSIS, sku="x" * 100),
    basket("a line with an unknown field", "color", "red", color="red"),
    basket("a line with tags in a text", "tags", "green", tags="green"),
    basket("a NUL in an article", "sku", "a\\u0000", sku="a\0"),
    basket("a NUL in a tag", "tags[0]", "\\u0000", tags=["\0"]),
    purchase("lines that are an object", "lines", "{}", lines={}),
    purchase("lines that are texts", "lines[0]", "a", lines=["a"]),
    purchase("lines that sum to another amount", "amount", 100, lines=[{**LINE, "amount": 99}]),
    purchase("more lines than fit", "lines", lines=[LINE] * 2_001),
    Bad(
        "lines that sum beyond 2**53", "/v1/purchases",
        {"key": "bad", "member": "ann", "store": "air-1", "lines": [{**LINE, "amount": 2**53 - 1}] * 2},
        "amount", "18014398509481982",
    ),
    # Texts.
    purchase("a key of 129 letters", "key", "k" * 79 + ELLIPSIS, key="k" * 129),
    purchase("an empty key", "key", "", key=""),
    purchase("a key that is a number", "key", 5, key=5),
    purchase("a key with a line feed", "key", "a\nb", key="a\nb"),
    purchase("a key with a NUL", "key", "a\\u0000b", key="a\0b"),
    purchase("a key with a direction mark", "key", "a\u202eb", key="a\u202eb"),
    purchase("a member that is a list", "member", '["ann"]', member=["ann"]),
    purchase("an empty member", "member", "", member=""),
    purchase("a member nobody knows", "member", "eve", "member_unknown", member="eve"),
    purchase("a member in SQL", "member", "' OR 1=1 --", "member_unknown", member="' OR 1=1 --"),
    purchase("a member of a thousand letters", "member", "m" * 79 + ELLIPSIS, member="m" * 1_000),
    purchase("a store that is not there", "store", "moon", "store_unknown", store="moon"),
    purchase("a source that cannot be printed", "source", "a\x1fb", source="a\x1fb"),
    # Times.
    purchase("a time without a zone", "at", "2026-11-20T10:00:00", at="2026-11-20T10:00:00"),
    purchase("a day for a time", "at", "2026-11-20", at="2026-11-20"),
    purchase("a time that is a number", "at", 1_700_000_000, at=1_700_000_000),
    purchase("a thirteenth month", "at", "2026-13-01T00:00:00Z", at="2026-13-01T00:00:00Z"),
    purchase("the thirtieth of February", "at", "2026-02-30T00:00:00Z", at="2026-02-30T00:00:00Z"),
    purchase("a leap second", "at", "2016-12-31T23:59:60Z", at="2016-12-31T23:59:60Z"),
    purchase("the year 1", "at", "0001-01-01T00:00:00+00:00", at="0001-01-01T00:00:00Z"),
    purchase("before the year 1", "at", "0001-01-01T00:00:00+14:00", at="0001-01-01T00:00:00+14:00"),
    purchase("the year 9999", "at", "9999-12-31T23:59:59-12:00", at="9999-12-31T23:59:59-12:00"),
    purchase("yesterday in words", "at", "yesterday", at="yesterday"),
    # Spending.
    spend("no points", "points", 0, points=0),
    spend("negative points", "points", -5, points=-5),
    spend("half a point", "points", "0.5", points=0.5),
    spend("points beyond 2**53", "points", "9007199254740993", points=2**53 + 1),
    spend("a unit that is not there", "unit", "gold", "unit_unknown", unit="gold"),
    spend("a merchant that is not there", "merchant", "moon", "merchant_unknown", store=None, merchant="moon"),
    spend("a count of nothing", "count", 0, stock="mug", count=0),
    Bad("a hold without an end", "/v1/holds", SPEND, "deadline", None),
    Bad("a hold to the end of time", "/v1/holds", {**HOLD, "deadline": "9999-12-31T00:00:00Z"}, "deadline"),
    Bad("a hold without a zone", "/v1/holds", {**HOLD, "deadline": "2026-12-01T00:00:00"}, "deadline"),
    Bad("a capture of no hold", "/v1/holds/12345/capture", {"key": "bad"}, "hold", "12345"),
    Bad("a release of a path", "/v1/holds/..%2f..%2fetc/release", {"key": "bad"}, "hold", "../../etc"),
    Bad("a capture that names its hold twice", "/v1/holds/x/capture", {"key": "bad", "hold": "y"}, "hold", "y"),
    Bad("a reversal of no id", "/v1/reversals", {"key": "bad", "entry": "x" * 36}, "entry", "x" * 36),
    Bad("a reversal of nothing", "/v1/reversals", {"key": "bad"}, "entry_key", None),
    Bad("a return of an id that is none", "/v1/returns", {"key": "bad", "entry": "{}"}, "entry", "{}"),
    Bad("a return of nothing", "/v1/returns", {"key": "bad"}, "purchase", None),
    Bad("a return of a fraction", "/v1/returns", {"key": "bad", "purchase": "p", "amount": 0.1}, "amount", "0.1"),
    Bad("a return of no fen", "/v1/returns", {"key": "bad", "purchase": "p", "amount": 0}, "amount", 0),
    Bad("a return of a line by a number", "/v1/returns", {"key": "bad", "purchase": "p", "lines": [1]}, "lines[0]", 1),
    # The operator's.
    Bad("an adjustment of nothing", "/v1/adjustments", {**ADJUST, "points": 0}, "points", 0),
    Bad("an adjustment without a reason", "/v1/adjustments", {**ADJUST, "reason": ""}, "reason", ""),
    Bad("an adjustment below -2**53", "/v1/adjustments", {**ADJUST, "points": -(2**53)}, "points"),
    Bad("a reason of a book", "/v1/adjustments", {**ADJUST, "reason": "x" * 2_001}, "reason"),
    Bad("a freeze of blanks", "/v1/freezes", {**FREEZE, "evidence": " \t"}, "evidence", " \t"),
    Bad("a freeze for ever", "/v1/freezes", {**FREEZE, "until": "9999-01-01T00:00:00Z"}, "until"),
    Bad("a transfer to a number", "/v1/transfers", {"key": "bad", "member": "ann", "to": 5, "points": 1}, "to", 5),
    Bad("a clock of words", "/v1/clock", {"at": "noon"}, "at", "noon", method="PUT"),
    Bad("a clock of nothing", "/v1/clock", {}, "at", None, method="PUT"),
    Bad("a code with a blank", "/v1/merchants", {"code": "a b", "name": "x"}, "code", "a b"),
    Bad("a code with a line feed", "/v1/stores", {"code": "a\n", "name": "x", "merchant": "air"}, "code", "a\n"),
    Bad("a unit that is worth nothing for nothing", "/v1/units", {"code": "u", "name": "u", "offset_points": 0, "offset_fen": 0}, "offset_points", 0),
    Bad("a stock of less than nothing", "/v1/stocks", {"code": "mug", "count": -1}, "count", -1),
    Bad("a number with a blank before it", "/v1/members", {"number": " eve"}, "number", " eve"),
    Bad("a phone of letters", "/v1/members", {"number": "eve", "phone": "call me"}, "phone", "call me"),
    Bad("a household of nobody", "/v1/households", {"number": "x", "members": []}, "members", "[]"),
    # Headers, queries and paths.
    Bad("a key in two places", "/v1/purchases", {**PURCHASE}, "key", "bad", "key_differs", headers={"idempotency-key": "x"}),
    Bad("a header key of 129 letters", "/v1/purchases", {**PURCHASE}, "Idempotency-Key", headers={"idempotency-key": "x" * 129}),
    Bad("a header key of nothing", "/v1/purchases", {**PURCHASE}, "Idempotency-Key", "", headers={"idempotency-key": ""}),
    Bad("a form", "/v1/purchases", b"key=bad", "Content-Type", code="unsupported_media_type", headers={"content-type": "application/x-www-form-urlencoded"}),
    Bad("latin-1", "/v1/purchases", WHOLE, "Content-Type", code="unsupported_media_type", headers={"content-type": "application/json; charset=latin-1"}),
    Bad("no kind at all", "/v1/purchases", WHOLE, "Content-Type", "", code="unsupported_media_type", headers={"content-type": ""}),
    Bad("compressed", "/v1/purchases", WHOLE, "Content-Encoding", "gzip", code="unsupported_media_type", headers={"content-encoding": "gzip"}),
    get("a page of 201", "/v1/members/ann/entries?limit=201", "limit", "201"),
    get("a page of none", "/v1/members/ann/entries?limit=0", "limit", "0"),
    get("a page of words", "/v1/members/ann/entries?limit=all", "limit", "all"),
    get("a cursor of somebody else", "/v1/members/ann/entries?cursor=MTIz", "cursor", "MTIz"),
    get("a cursor of nonsense", "/v1/members/ann/entries?cursor=%F0%9F%98%80", "cursor"),
    get("an unknown parameter", "/v1/members/ann/entries?page=2", "page", "2"),
    get("a parameter twice", "/v1/members/ann/entries?limit=1&limit=2", "limit", "2"),
    get("a parameter where there is none", "/v1/members/ann?expand=all", "expand", "all"),
    get("a member with a NUL", "/v1/members/a%00b", "number", code="member_unknown"),
    get("a member of invalid bytes", "/v1/members/%ff%fe/balance", "number", code="member_unknown"),
    get("a member of a thousand letters in a path", f"/v1/members/{'m' * 1000}/lots", "number", code="member_unknown"),
    get("an entry that is no id", "/v1/entries/first", "id", "first"),
    get("an entry with a number that is none", "/v1/members/ann/entries/-1", "no", "-1"),
    get("an entry with a number beyond all", "/v1/members/ann/entries/99999999999", "no", "99999999999"),
    get("a hold that is no id", "/v1/holds/0", "id", "0"),
)  # fmt: skip


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
    kinds = {
        "/v1/purchases": b"purchase", "/v1/redemptions": b"redemption", "/v1/holds": b"hold", "/v1/returns": b"return",
        "/v1/reversals": b"reversal", "/v1/adjustments": b"adjustment", "/v1/transfers": b"transfer",
    }  # fmt: skip
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

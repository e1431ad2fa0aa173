"""Malformed and hostile requests, as a table: what is sent, and which field and value are to be named."""

from collections.abc import Mapping
from typing import Any

import msgspec

INVALID = "invalid_request"
KIND = "unsupported_media_type"
ELLIPSIS = "…"
UNSET: Any = object()
DEEP = b'{"key":"k","member":"ann","store":"air-1","lines":' + b"[" * 100_000

PURCHASE: Mapping[str, Any] = {"key": "bad", "member": "ann", "store": "air-1", "amount": 100}
LINE: Mapping[str, Any] = {"sku": "a", "quantity": 1, "amount": 100}
SPEND: Mapping[str, Any] = {"key": "bad", "member": "ann", "store": "air-1", "points": 1}
HOLD: Mapping[str, Any] = {**SPEND, "deadline": "2026-12-01T00:00:00Z"}
RETURN: Mapping[str, Any] = {"key": "bad", "purchase": "p"}
GIVE: Mapping[str, Any] = {"key": "bad", "member": "fay", "to": "gus", "points": 1}
UNIT: Mapping[str, Any] = {"code": "u", "name": "u", "offset_points": 1, "offset_fen": 0}
LONG_PATH = f"/v1/members/{'m' * 1000}/lots"
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
    code: str = INVALID
    method: str = "POST"
    headers: dict[str, str] = {}


def purchase(name: str, field: str, value: Any = UNSET, code: str = INVALID, **fields: Any) -> Bad:
    """A purchase with some fields wrong."""
    return Bad(name, "/v1/purchases", {**PURCHASE, **fields}, field, value, code)


def basket(name: str, field: str, value: Any = UNSET, **fields: Any) -> Bad:
    """A purchase whose second line is wrong."""
    lines = [LINE, {**LINE, **fields}]
    body = {name: value for name, value in PURCHASE.items() if name != "amount"}
    return Bad(name, "/v1/purchases", {**body, "lines": lines}, f"lines[1].{field}", value)


def spend(name: str, field: str, value: Any = UNSET, code: str = INVALID, **fields: Any) -> Bad:
    """A redemption with some fields wrong."""
    return Bad(name, "/v1/redemptions", {**SPEND, **fields}, field, value, code)


def raw(name: str, body: bytes, field: str, value: Any = UNSET, code: str = "malformed_json") -> Bad:
    """A purchase in bytes of its own."""
    return Bad(name, "/v1/purchases", body, field, value, code)


def get(name: str, path: str, field: str, value: Any = UNSET, code: str = INVALID) -> Bad:
    """A read that asks for what cannot be."""
    return Bad(name, path, None, field, value, code, method="GET")


def sent(name: str, header: str, text: str, field: str, value: Any = UNSET, code: str = INVALID) -> Bad:
    """A purchase with a header that is wrong."""
    return Bad(name, "/v1/purchases", {**PURCHASE}, field, value, code, headers={header: text})


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
    raw("nested a hundred thousand times", DEEP, "lines[0]", code=INVALID),
    raw("bytes that are no UTF-8", b'{"key":"bad","member":"\xff\xfe"}', "member", code=INVALID),
    raw("a lone high surrogate", b'{"key":"bad","member":"a\\ud800"}', "member", code=INVALID),
    raw("a lone low surrogate", b'{"key":"bad","store":"\\udc00"}', "store", code=INVALID),
    raw("a surrogate before a nest", b'{"key":"\\udc00","lines":' + b"[" * 900 + b"]" * 900 + b"}", "body"),
    raw("a list", b"[]", "body", "[]", INVALID),
    raw("null", b"null", "body", None, INVALID),
    raw("a number", b"5", "body", 5, INVALID),
    raw("a number beyond every float", b'{"amount":1e400}', "amount", code=INVALID),
    # Fields.
    purchase("an unknown field", "colour", "red", colour="red"),
    purchase("a misspelt field", "amuont", 5, amuont=5),
    purchase("another kind of fact", "type", "redemption", type="redemption"),
    raw("no member", b'{"key":"bad","store":"air-1","amount":5}', "member", None, INVALID),
    raw("no store", b'{"key":"bad","member":"ann","amount":5}', "store", None, INVALID),
    raw("no key", b'{"member":"ann","store":"air-1","amount":5}', "key", None, "key_missing"),
    raw("an empty object", b"{}", "member", None, INVALID),
    raw("no body", b"", "member", None, INVALID),
    raw("neither amount nor lines", b'{"key":"bad","member":"ann","store":"air-1"}', "amount", None, INVALID),
    # Whole numbers.
    purchase("a fraction", "amount", "1.5", amount=1.5),
    purchase("a fraction that is whole", "amount", "1.0", amount=1.0),
    raw("an exponent", b'{"key":"bad","member":"ann","amount":1e2}', "amount", code=INVALID),
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
        code=INVALID,
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
    spend("a merchant nobody knows", "merchant", "moon", "merchant_unknown", store=None, merchant="moon"),
    spend("a count of nothing", "count", 0, stock="mug", count=0),
    Bad("a hold without an end", "/v1/holds", SPEND, "deadline", None),
    Bad("a hold to the end of time", "/v1/holds", {**HOLD, "deadline": "9999-12-31T00:00:00Z"}, "deadline"),
    Bad("a hold without a zone", "/v1/holds", {**HOLD, "deadline": "2026-12-01T00:00:00"}, "deadline"),
    Bad("a capture of no hold", "/v1/holds/12345/capture", {"key": "bad"}, "hold", "12345"),
    Bad("a release of a path", "/v1/holds/..%2f..%2fetc/release", {"key": "bad"}, "hold", "../../etc"),
    Bad("a hold named twice", "/v1/holds/x/capture", {"key": "bad", "hold": "y"}, "hold", "y"),
    Bad("a reversal of no id", "/v1/reversals", {"key": "bad", "entry": "x" * 36}, "entry", "x" * 36),
    Bad("a reversal of nothing", "/v1/reversals", {"key": "bad"}, "entry_key", None),
    Bad("a return of an id that is none", "/v1/returns", {"key": "bad", "entry": "{}"}, "entry", "{}"),
    Bad("a return of nothing", "/v1/returns", {"key": "bad"}, "purchase", None),
    Bad("a return of a fraction", "/v1/returns", {**RETURN, "amount": 0.1}, "amount", "0.1"),
    Bad("a return of no fen", "/v1/returns", {**RETURN, "amount": 0}, "amount", 0),
    Bad("a return of a line by a number", "/v1/returns", {**RETURN, "lines": [1]}, "lines[0]", 1),
    # The operator's.
    Bad("an adjustment of nothing", "/v1/adjustments", {**ADJUST, "points": 0}, "points", 0),
    Bad("an adjustment without a reason", "/v1/adjustments", {**ADJUST, "reason": ""}, "reason", ""),
    Bad("an adjustment below -2**53", "/v1/adjustments", {**ADJUST, "points": -(2**53)}, "points"),
    Bad("a reason of a book", "/v1/adjustments", {**ADJUST, "reason": "x" * 2_001}, "reason"),
    Bad("a freeze of blanks", "/v1/freezes", {**FREEZE, "evidence": " \t"}, "evidence", " \t"),
    Bad("a freeze for ever", "/v1/freezes", {**FREEZE, "until": "9999-01-01T00:00:00Z"}, "until"),
    Bad("a transfer to a number", "/v1/transfers", {**GIVE, "to": 5}, "to", 5),
    Bad("a clock of words", "/v1/clock", {"at": "noon"}, "at", "noon", method="PUT"),
    Bad("a clock of nothing", "/v1/clock", {}, "at", None, method="PUT"),
    Bad("a code with a blank", "/v1/merchants", {"code": "a b", "name": "x"}, "code", "a b"),
    Bad("a code with a line feed", "/v1/merchants", {"code": "a\n", "name": "x"}, "code", "a\n"),
    Bad("a unit of no points", "/v1/units", {**UNIT, "offset_points": 0}, "offset_points", 0),
    Bad("a stock of less than nothing", "/v1/stocks", {"code": "mug", "count": -1}, "count", -1),
    Bad("a number with a blank before it", "/v1/members", {"number": " eve"}, "number", " eve"),
    Bad("a phone of letters", "/v1/members", {"number": "eve", "phone": "call me"}, "phone", "call me"),
    Bad("a household of nobody", "/v1/households", {"number": "x", "members": []}, "members", "[]"),
    # Headers, queries and paths.
    sent("a key in two places", "idempotency-key", "x", "key", "bad", "key_differs"),
    sent("a header key of 129 letters", "idempotency-key", "x" * 129, "Idempotency-Key"),
    sent("a header key of nothing", "idempotency-key", "", "Idempotency-Key", ""),
    sent("a form", "content-type", "application/x-www-form-urlencoded", "Content-Type", code=KIND),
    sent("latin-1", "content-type", "application/json; charset=latin-1", "Content-Type", code=KIND),
    sent("no kind at all", "content-type", "", "Content-Type", "", KIND),
    sent("compressed", "content-encoding", "gzip", "Content-Encoding", "gzip", KIND),
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
    get("a member of a thousand letters in a path", LONG_PATH, "number", code="member_unknown"),
    get("an entry that is no id", "/v1/entries/first", "id", "first"),
    get("an entry with a number that is none", "/v1/members/ann/entries/-1", "no", "-1"),
    get("an entry with a number beyond all", "/v1/members/ann/entries/99999999999", "no", "99999999999"),
    get("a hold that is no id", "/v1/holds/0", "id", "0"),
)  # fmt: skip

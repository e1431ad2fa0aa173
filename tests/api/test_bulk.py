"""Many facts as lines: in order, each on its own, in constant memory."""

from typing import Any

import httpx
import msgspec
import pytest

from jifen.api.lines import CHUNK_LINES
from jifen.engine.command import Answer, Busy, Closed, Command
from tests.api.alliance import Alliance, problem


def purchase(number: int, member: str = "ann", **more: Any) -> dict[str, Any]:
    """A line that buys for 1 yuan."""
    return {
        "type": "purchase",
        "key": f"p{number}",
        "member": member,
        "store": "air-1",
        "amount": 100,
        **more,
    }


async def test_answers_stand_in_the_order_of_the_lines(alliance: Alliance) -> None:
    """Each with the number of its line; blank lines count, but are not answered."""
    body = b"\n".join((msgspec.json.encode(purchase(1)), b"", msgspec.json.encode(purchase(2)), b"  \r", b""))
    answer = await alliance.operator.ask(
        "POST",
        "/v1/bulk",
        content=body + b"\n",
        headers={"content-type": "application/x-ndjson; charset=utf-8"},
    )
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    assert [
        (line["line"], line["status"], line["key"] if "key" in line else line["no"]) for line in lines
    ] == [
        (1, 201, 1),
        (3, 201, 2),
    ]
    assert (await alliance.operator.bulk()) == []


async def test_a_line_is_answered_as_a_request_is(alliance: Alliance) -> None:
    """The same receipt and the same problem, byte for byte, but for the line's number."""
    fact = {"key": "p1", "member": "ann", "store": "air-1", "amount": 100}
    single = await alliance.operator.done("/v1/purchases", **fact)
    (line,) = await alliance.operator.bulk({"type": "purchase", **fact})
    assert line == {"line": 1, "status": 200, **single, "replayed": True}
    wrong = {**fact, "key": "p2", "amount": -1}
    told = await alliance.operator.refused("invalid_request", "/v1/purchases", **wrong)
    assert await alliance.operator.bulk({"type": "purchase", **wrong}) == [{"line": 1, **told}]


async def test_a_bad_line_does_not_stop_the_others(alliance: Alliance) -> None:
    """Malformed, of no known type, without a key, of an unknown member, too long: each is told its own."""
    answers = await alliance.operator.bulk(
        purchase(1),
        b'{"type":"purchase",',
        {"type": "gift", "key": "x"},
        {"type": "purchase", "member": "ann", "store": "air-1", "amount": 1},
        purchase(2, member="eve"),
        b'{"type":"purchase","key":"' + b"x" * 1_048_577 + b'"}',
        purchase(3, store="moon-1"),
        b'{"type":"purchase","key":"p\\u0000","member":"ann","store":"air-1","amount":1}',
        b"\xff\xfe",
        b"[]",
        purchase(4),
    )
    assert [(line["line"], line["status"], line.get("code")) for line in answers] == [
        (1, 201, None),
        (2, 400, "malformed_json"),
        (3, 422, "invalid_request"),
        (4, 422, "key_missing"),
        (5, 404, "member_unknown"),
        (6, 413, "line_too_long"),
        (7, 422, "store_unknown"),
        (8, 422, "invalid_request"),
        (9, 400, "malformed_json"),
        (10, 422, "invalid_request"),
        (11, 201, None),
    ]
    assert answers[2]["errors"][0]["field"] == "type"
    assert "purchase" in answers[2]["errors"][0]["message"]
    assert answers[7]["errors"][0]["field"] == "key"
    assert await alliance.operator.available("ann") == 2


async def test_every_kind_of_fact_may_be_a_line(alliance: Alliance) -> None:
    """And a line may name what a line before it has reported, by its key and without the member."""
    await alliance.operator.done("/v1/purchases", key="seed", member="fay", store="air-1", amount=5_000)
    answers = await alliance.operator.bulk(
        {"type": "purchase", "key": "p1", "member": "ann", "store": "air-1", "amount": 10_000},
        {"type": "act", "key": "a1", "member": "ann", "act": "bag", "store": "air-1"},
        {"type": "return", "key": "r1", "purchase": "p1", "amount": 2_000},
        {"type": "redemption", "key": "d1", "member": "ann", "store": "sea-1", "points": 20},
        {"type": "reversal", "key": "v1", "entry_key": "d1", "points": 5},
        {
            "type": "hold",
            "key": "h1",
            "member": "ann",
            "store": "sea-1",
            "points": 30,
            "deadline": "2026-12-01T00:00:00Z",
        },
        {"type": "capture", "key": "c1", "hold_key": "h1", "points": 10, "keep_open": True},
        {"type": "reversal", "key": "v2", "entry_key": "c1"},
        {"type": "release", "key": "f1", "hold_key": "h1"},
        {"type": "transfer", "key": "t1", "member": "fay", "to": "gus", "points": 5},
        {"type": "donation", "key": "g1", "member": "ann", "charity": "hope", "points": 1},
        {"type": "adjustment", "key": "j1", "member": "ann", "points": 3, "reason": "x"},
        {"type": "compensation", "key": "k1", "member": "ann", "points": 4, "reason": "x"},
        {"type": "reversal", "key": "v3", "entry_key": "p1"},
        {"type": "reversal", "key": "v4", "entry_key": "a1"},
    )
    assert [line["status"] for line in answers] == [201] * 14 + [409], answers
    assert [line["kind"] for line in answers[:-1]] == [
        "purchase",
        "act",
        "return",
        "redeem",
        "reverse",
        "hold",
        "capture",
        "reverse",
        "release",
        "transfer",
        "donate",
        "adjust",
        "compensate",
        "return",
    ]
    assert answers[-1]["code"] == "not_reversible"
    assert [line["points"] for line in answers[:9]] == [120, 5, -40, -20, 5, -30, -10, 10, 20]


async def test_a_return_follows_its_purchase_over_the_edge_of_a_chunk(alliance: Alliance) -> None:
    """The purchase may still be on its way in an earlier chunk; a merchant's key sees that it is its own."""
    lines = [purchase(number, member="ann" if number % 2 else "bob") for number in range(CHUNK_LINES + 5)]
    returns = [
        {"type": "return", "key": f"r{number}", "purchase": f"p{number}"} for number in range(0, 1005, 67)
    ]
    answers = await alliance.air.bulk(*lines, *returns)
    assert {line["status"] for line in answers} == {201}
    theirs = [{"type": "return", "key": f"s{number}", "purchase": f"p{number}"} for number in (1, 2)]
    assert {line["code"] for line in await alliance.sea.bulk(*theirs)} == {"entry_unknown"}
    (line,) = await alliance.operator.bulk({"type": "return", "key": "s1", "purchase": "p1"})
    assert line["code"] == "entry_unknown", "the operator's key has keys of its own"


async def test_a_purchase_that_was_refused_cannot_come_back(alliance: Alliance) -> None:
    """The line that names it is told so, though the purchase stood before it."""
    answers = await alliance.operator.bulk(
        purchase(1, at="2026-12-24T00:00:00Z"), {"type": "return", "key": "r1", "purchase": "p1"}
    )
    assert [line["code"] for line in answers] == ["event_in_future", "entry_unknown"]


async def test_lines_of_a_merchant_stay_its_own(alliance: Alliance) -> None:
    """Another's store, and the operator's kinds of facts."""
    answers = await alliance.sea.bulk(
        purchase(1),
        {"type": "adjustment", "key": "a1", "member": "ann", "points": 3, "reason": "x"},
        {"type": "donation", "key": "g1", "member": "ann", "charity": "hope", "points": 1},
        {"type": "transfer", "key": "t1", "member": "fay", "to": "gus", "points": 5},
        {"type": "redemption", "key": "d1", "member": "ann", "merchant": "air", "points": 1},
        purchase(2, store="sea-1"),
    )
    assert [line.get("code") for line in answers] == [
        "out_of_scope",
        "operator_only",
        "operator_only",
        "operator_only",
        "out_of_scope",
        None,
    ]


async def test_one_key_is_not_for_many_lines(alliance: Alliance) -> None:
    """Nor is a body of another kind taken."""
    headers = {"content-type": "application/x-ndjson", "idempotency-key": "k"}
    told = problem(
        await alliance.operator.ask("POST", "/v1/bulk", content=b"{}", headers=headers), "invalid_request"
    )
    assert told["errors"][0]["field"] == "Idempotency-Key"
    told = problem(await alliance.operator.post("/v1/bulk", type="purchase"), "unsupported_media_type")
    assert "application/x-ndjson" in told["errors"][0]["message"]


async def test_the_same_body_again_is_answered_again(alliance: Alliance) -> None:
    """So an upload that broke off is simply sent once more."""
    lines = [purchase(number) for number in range(30)]
    first = await alliance.operator.bulk(*lines[:20])
    again = await alliance.operator.bulk(*lines)
    assert [line["status"] for line in again] == [200] * 20 + [201] * 10
    assert [line["id"] for line in again[:20]] == [line["id"] for line in first]


async def test_a_full_queue_is_waited_for(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """Busy is no answer to a line: the chunk is handed in again, in order, and the client waits."""
    engine = alliance.house.engine
    real = engine.submit_all
    refusals = iter([True, True, False, True])

    async def sometimes(commands: list[Command]) -> list[Answer | BaseException]:
        if next(refusals, False):
            raise Busy(20_000)
        return await real(commands)

    monkeypatch.setattr(engine, "submit_all", sometimes)
    answers = await alliance.operator.bulk(*(purchase(number) for number in range(2_500)))
    assert [line["no"] for line in answers] == list(range(1, 2_501))


async def test_an_engine_that_closes_is_told_line_by_line(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line can be sent again, elsewhere."""

    async def closed(commands: list[Command]) -> list[Answer | BaseException]:
        raise Closed("the engine is shutting down")

    monkeypatch.setattr(alliance.house.engine, "submit_all", closed)
    answers = await alliance.operator.bulk(purchase(1), b"nonsense", purchase(2))
    assert [(line["code"], line["retry"]) for line in answers] == [
        ("shutting_down", True),
        ("malformed_json", False),
        ("shutting_down", True),
    ]


async def test_a_naive_client_does_not_deadlock(alliance: Alliance) -> None:
    """It sends everything before it reads anything, as httpx does."""
    assert isinstance(alliance.client, httpx.AsyncClient)
    answers = await alliance.operator.bulk(*(purchase(number) for number in range(5_000)))
    assert len(answers) == 5_000

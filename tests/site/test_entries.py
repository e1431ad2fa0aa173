"""Entries in the console: of all members by day and filter, each with its reasons, its legs and its chain."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.site.town import TODAY, Town, Towns, built


@pytest.fixture(scope="module")
async def kept() -> dict[str, Any]:
    """What the town's purchases answered."""
    return {}


@pytest.fixture(scope="module")
async def town(towns: Towns, kept: dict[str, Any]) -> AsyncIterator[Town]:
    """Purchases at two merchants yesterday and today, and one that came back."""
    async with built(towns) as made:
        await made.clock(TODAY - timedelta(days=1))
        kept["yesterday"] = await made.buys("gu", 4550, store="S700")
        await made.clock(TODAY)
        kept["bought"] = await made.buys("lin", 18640)
        kept["other"] = await made.buys("gu", 8800, store="S400")
        kept["back"] = await made.api.post("/v1/returns", {"entry": kept["other"]["id"]}, "back-1")
        yield made


async def test_the_newest_day_is_shown_and_days_lead_on(town: Town) -> None:
    """Today's, newest first, with whose they are; yesterday's are a step away."""
    clerk = await town.client("hezhiyuan")
    page = await clerk.open("/console/entries")
    body = page.split("<tbody>")[1]
    assert body.index("退货") < body.index("¥88.00")
    assert ("林小满" in page, "安驰车服" in body) == (True, False)
    before = (await clerk.open("/console/entries?day=2026-11-20")).split("<tbody>")[1]
    assert ("¥45.50" in before, "¥186.40" in before) == (True, False)
    assert "还没有流水" in await clerk.open("/console/entries?day=2026-11-01")


@pytest.mark.parametrize(
    ("asked", "found", "left_out"),
    [
        ("kind=back", "退货", "¥186.40"),
        ("kind=earned", "¥186.40", "收回"),
        ("merchant=hetian&store=S367", "¥186.40", "¥88.00"),
        ("store=S400", "¥88.00", "¥186.40"),
        ("source=tests&key=back-1", "退货", "¥186.40"),
    ],
)
async def test_filters_leave_out_the_rest(town: Town, asked: str, found: str, left_out: str) -> None:
    """By kind, merchant, store, source and key."""
    body = (await (await town.client("songauditor")).open(f"/console/entries?{asked}")).split("<tbody>")[1]
    assert (found in body, left_out in body) == (True, False)


async def test_a_filter_that_nothing_meets_says_what_to_do(town: Town) -> None:
    """And an unknown merchant finds nothing rather than everything."""
    clerk = await town.client("hezhiyuan", "en")
    for asked in ("merchant=nobody", "key=none-such"):
        page = await clerk.open(f"/console/entries?{asked}")
        assert "No such entries" in page
        assert "Clear filter" in page


async def test_an_entry_tells_its_rules_its_legs_and_its_place_in_the_chain(
    town: Town, kept: dict[str, Any]
) -> None:
    """By its id and by its member's number the same page; its hash is that of the books."""
    clerk = await town.client("hezhiyuan")
    bought = kept["bought"]
    page = await clerk.open(f"/console/entries/{bought['id']}")
    whole = await town.api.get(f"/v1/entries/{bought['id']}")
    for said in (
        "给了什么",
        "没给的，为什么",
        "分录",
        whole["hash"],
        f"第 {bought['no']} 环",
        str(bought["id"]),
    ):
        assert said in page
    again = await clerk.open(f"/console/members/QH000012/entries/{bought['no']}")
    assert whole["hash"] in again


async def test_what_took_an_entry_back_stands_beside_it(town: Town, kept: dict[str, Any]) -> None:
    """From the purchase to its return, and back."""
    clerk = await town.client("hezhiyuan")
    bought, back = kept["other"], kept["back"]
    page = await clerk.open(f"/console/entries/{bought['id']}")
    assert f"/console/members/QH000037/entries/{back['no']}" in page
    page = await clerk.open(f"/console/entries/{back['id']}")
    assert f"/console/members/QH000037/entries/{bought['no']}" in page
    assert "冲销" in page


async def test_an_entry_that_is_not_there_is_said_so(town: Town) -> None:
    """Whether the id is none, or nobody's, or the number too high."""
    clerk = await town.client("hezhiyuan")
    for path in (
        "/console/entries/nonsense",
        "/console/members/QH000012/entries/99",
        "/console/members/QH000012/entries/x",
    ):
        assert "没有这一笔流水" in await clerk.open(path, 404)


async def test_the_search_leads_to_an_entry_by_its_id_or_its_key(town: Town, kept: dict[str, Any]) -> None:
    """Whoever reported it; what nobody knows gets an answer that says what can be asked."""
    clerk = await town.client("hezhiyuan")
    for asked in (kept["back"]["id"], "back-1"):
        answer = await clerk.client.get("/console/search", params={"q": asked})
        assert answer.headers.get("location") == f"/console/entries/{kept['back']['id']}", asked
    none = await clerk.open("/console/search?q=<script>")
    assert ("没有找到" in none, '<script>"' in none, "&lt;script&gt;" in none) == (True, False, True)


async def test_the_search_lists_what_several_things_are_called(town: Town) -> None:
    """Part of a number finds all that begin so."""
    page = await (await town.client("hezhiyuan")).open("/console/search?q=QH0000")
    for name in ("林小满", "顾春生", "陈立冬"):
        assert name in page


async def test_the_day_as_a_sheet_has_the_same_filters(town: Town) -> None:
    """Two entries of gu at the second store, none of lin."""
    answer = await (await town.client("songauditor")).client.get(
        "/console/entries.csv?day=2026-11-21&kind=back"
    )
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert (len(lines), "back-1" in lines[1]) == (2, True)

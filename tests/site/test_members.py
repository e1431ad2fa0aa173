"""Members in the console: how they are found, everything about one on a page, and what may be done."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.site.town import TODAY, Town, Towns, built


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """Lin has bought and spent, gu has more than one purchase, chen has nothing."""
    async with built(towns) as made:
        await made.buys("lin", 18640)
        await made.given("lin", 12_000)
        body = {
            "member": made.number("lin"),
            "store": "S700",
            "points": 1500,
            "deadline": TODAY + timedelta(days=2),
        }
        await made.api.post("/v1/holds", body, "hold-lin")
        for fen in (20_000, 8800, 4550):
            await made.buys("gu", fen)
        yield made


async def test_the_list_shows_who_is_there_with_masked_phones(town: Town) -> None:
    """Names, balances, and never the whole phone; a filter that nobody meets says so."""
    page = await (await town.client("hezhiyuan")).open("/console/members")
    for said in ("林小满", "199****0012", "顾春生", "共 3 人"):
        assert said in page
    assert "19900000012" not in page
    none = await (await town.client("hezhiyuan")).open("/console/members?state=owing")
    assert "没有找到这样的会员" in none
    assert "林小满" not in none


@pytest.mark.parametrize("asked", ["19900000012", "199 0000 0012", "QH000012", "qh000012"])
async def test_a_whole_phone_or_number_leads_straight_to_its_member(town: Town, asked: str) -> None:
    """By the list's own field as by the search of the bar."""
    clerk = await town.client("hezhiyuan")
    for path in ("/console/members", "/console/search"):
        answer = await clerk.client.get(path, params={"q": asked})
        assert (answer.status_code, answer.headers.get("location")) == (303, "/console/members/QH000012")


async def test_a_part_of_a_name_lists_and_a_part_of_a_phone_finds_nothing(town: Town) -> None:
    """A phone is looked up blind, so only the whole one is found."""
    clerk = await town.client("hezhiyuan")
    assert "顾春生" in await clerk.open("/console/members?q=春生")
    assert "没有找到这样的会员" in await clerk.open("/console/members?q=1990000")


async def test_pages_follow_each_other_and_lead_back(town: Town) -> None:
    """Forwards behind a number, backwards before one, on the server."""
    clerk = await town.client("hezhiyuan")
    after = await clerk.open("/console/members?after=QH000012")
    assert ("林小满" in after, "陈立冬" in after) == (False, True)
    before = await clerk.open("/console/members?before=QH000038")
    assert ("林小满" in before, "陈立冬" in before) == (True, False)


async def test_everything_about_one_person_is_on_one_page(town: Town) -> None:
    """Balances as the interface tells them, lots that sum to available and held, entries, the open hold."""
    balance = (await town.balance("lin"))["balances"]["point"]
    for language, words in (
        ("zh", ("积分批次", "正在进行", "没有家庭")),
        ("en", ("Lots", "Open", "No household")),
    ):
        page = await (await town.client("hezhiyuan", language)).open("/console/members/QH000012")
        for said in (*words, "199****0012", f"{balance['available']:,}", f"{balance['held']:,}"):
            assert said in page
        assert f"{balance['available'] + balance['held'] + balance['pending']:,}" in page
        assert "19900000012" not in page


async def test_the_whole_phone_is_shown_on_request_and_that_is_written_down(town: Town) -> None:
    """A clerk's request stands in the audit log; an auditor has no such button, and is refused."""
    clerk = await town.client("hezhiyuan")
    answer = await clerk.send("/console/members/QH000012/phone", "/console/members/QH000012")
    assert (answer.status_code, "19900000012" in answer.text) == (200, True)
    lines = await town.house.pool.fetch(
        "SELECT actor, action, target, outcome FROM audit ORDER BY no DESC LIMIT 1"
    )
    assert [tuple(line) for line in lines] == [("hezhiyuan", "console.member_phone", "QH000012", "done")]
    page = await (await town.client("songauditor")).open("/console/members/QH000012")
    assert '<form method="post"' not in page
    for word in ("QH000012/adjust", "QH000012/freeze", "冻结，要证据"):
        assert word not in page


async def test_a_member_that_is_not_there_is_said_so(town: Town) -> None:
    """With the number that was asked for, and a way back."""
    page = await (await town.client("hezhiyuan", "en")).open("/console/members/QH999999", 404)
    assert "There is no member QH999999" in page
    assert 'href="/console/members"' in page


async def test_a_freeze_asks_for_evidence_and_ends_by_itself(town: Town) -> None:
    """
    freeze  without evidence           -> refused, and what was filled in stays
    freeze  until a day in the past    -> refused
    freeze  with all of it             -> frozen to the end of the day; spending is refused
    lift    with a reason              -> as before
    """
    clerk = await town.client("hezhiyuan")
    path = "/console/members/QH000037/freeze"
    filled = {"reason": "同一张小票退了两次", "notice": "电话告知", "until": "2026-11-28"}
    refused = await clerk.send(path, path, **filled, evidence="  ")
    assert refused.status_code == 422
    assert "同一张小票退了两次" in refused.text
    past = await clerk.send(path, path, **{**filled, "until": "2026-11-20"}, evidence="小票 118")
    assert (past.status_code, "选今天到" in past.text) == (422, True)
    assert (await town.balance("gu"))["frozen_until"] is None
    done = await clerk.send(path, path, **filled, evidence="小票 118、119")
    assert done.headers["location"] == "/console/members/QH000037"
    assert (await town.balance("gu"))["frozen_until"] == "2026-11-28T16:00:00Z"
    page = await clerk.open("/console/members/QH000037")
    assert ("冻结到 11-29 00:00" in page, "小票 118、119" in page) == (True, True)
    listed = await clerk.open("/console/members?state=frozen")
    assert ("顾春生" in listed, "林小满" in listed) == (True, False)
    lift = "/console/members/QH000037/unfreeze"
    await clerk.send(lift, lift, reason="查清了，是收银误操作")
    assert (await town.balance("gu"))["frozen_until"] is None


async def test_entries_of_a_member_come_as_a_page_and_as_a_sheet(town: Town) -> None:
    """Newest first, by kind; the sheet has its mark, heads, plain numbers, and no text that is run."""
    await town.api.post(
        "/v1/adjustments", {"member": town.number("gu"), "points": -5, "reason": "=1+1"}, "formula"
    )
    await town.api.post(
        "/v1/adjustments", {"member": town.number("gu"), "points": 5, "reason": "@SUM"}, "=cmd|' /C'!A0"
    )
    clerk = await town.client("hezhiyuan")
    page = await clerk.open("/console/members/QH000037/entries")
    assert "¥200.00" in page
    only = await clerk.open("/console/members/QH000037/entries?kind=adjusted")
    assert ("¥200.00" in only, "−5" in only) == (False, True)
    answer = await clerk.client.get("/console/members/QH000037/entries.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["号", "会员号", "记账时间"]
    assert len(rows) - 1 == (await town.api.get("/v1/members/QH000037"))["entries"]
    assert [row[7] for row in rows[1:3]] == ["5", "-5"]
    assert rows[1][11] == "'=cmd|' /C'!A0"
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]


async def test_only_the_console_sees_members(town: Town) -> None:
    """A cashier, another merchant's manager and a member are turned away."""
    for who in ("zhoumin", "anmanager", "lin"):
        await (await town.client(who)).open("/console/members/QH000012", 403)

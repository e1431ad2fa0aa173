"""The member's wallet, entries, lots and tier: true figures, nobody else's, in both languages."""

import re
import secrets
from datetime import timedelta
from html import unescape

import pytest

from jifen.site import files
from tests.site.town import TODAY, Town

BLANK = re.compile(r"\s+")
TAGS = re.compile(r"<[^>]+>")


def said(page: str) -> str:
    """What a page says, without its marks."""
    return BLANK.sub(" ", unescape(TAGS.sub(" ", page))).strip()


@pytest.fixture(scope="module")
async def shopped(town: Town) -> Town:
    """林小满 bought twice, gave something back, holds points for a car wash, and was given more."""
    await town.clock(TODAY - timedelta(days=2))
    await town.buys("lin", 20_000, "S400")
    await town.given("lin", 12_000)
    key = secrets.token_hex(8)
    await town.clock(TODAY)
    lines = [{"sku": "牛肉", "quantity": 1, "amount": 15_000}, {"sku": "盐", "quantity": 1, "amount": 500}]
    bought = {"member": town.number("lin"), "store": "S367", "lines": lines}
    await town.api.post("/v1/purchases", bought, key)
    back = {"purchase": key, "lines": [{"sku": "牛肉", "quantity": 1}]}
    await town.api.post("/v1/returns", back, secrets.token_hex(8))
    hold = {
        "member": town.number("lin"),
        "merchant": "anchi",
        "points": 1_500,
        "deadline": "2026-11-23T10:00:00+08:00",
    }
    await town.api.post("/v1/holds", hold, secrets.token_hex(8))
    return town


async def test_the_wallet_shows_what_the_interface_says(shopped: Town) -> None:
    """The balance, its worth, each qualified balance with what happens next, and what lapses first."""
    answer = (await shopped.balance("lin"))["balances"]["point"]
    page = await (await shopped.client("lin")).open("/m/wallet")
    text = said(page)
    assert f"{answer['available']:,}" in text
    assert f"买单时可抵 ¥{answer['worth_fen'] // 100:,}.{answer['worth_fen'] % 100:02d}" in text
    assert answer["held"] == 1_500
    assert "占用中 1,500 安驰车服，到 11 月 23 日" in text
    assert f"待生效 {answer['pending']:,} 12 月 3 日可用" in text
    first = answer["lapsing"][0]
    assert f"{first['points']:,} 积分" in text
    assert 'href="/m/code"' in page
    assert page.count("<h1") == 1


async def test_recent_entries_carry_the_balance_after_them(shopped: Town) -> None:
    """Each row leads to its entry and says what was left."""
    entries = (await shopped.api.get(f"/v1/members/{shopped.number('lin')}/entries"))["entries"]
    page = await (await shopped.client("lin")).open("/m/wallet")
    for entry in entries:
        assert f'href="/m/entries/{entry["no"]}"' in page
        assert f"{entry['balance']['available']:,}" in said(page)


async def test_the_wallet_in_english(shopped: Town) -> None:
    """The same facts, no Chinese but names."""
    text = said(await (await shopped.client("lin", "en")).open("/m/wallet"))
    assert "Show member code" in text
    assert "Available points" in text
    assert "more to" in text


async def test_a_new_member_is_told_how_to_begin(shopped: Town) -> None:
    """No entries: what would be here, and the code."""
    browser = await shopped.client("chen")
    page = await browser.open("/m/wallet")
    assert "还没有积分" in said(page)
    assert 'href="/m/code"' in page
    assert "还没有积分" in said(await browser.open("/m/entries"))
    assert "还没有积分" in said(await browser.open("/m/lots"))


async def test_the_history_by_what_entries_did(shopped: Town) -> None:
    """Got, used, taken back: each only its own; what is none of these is under all."""
    browser = await shopped.client("lin")
    every = await browser.open("/m/entries")
    got, used, gone = [await browser.open(f"/m/entries?what={what}") for what in ("got", "used", "gone")]
    assert "占用" in said(used)
    assert "退货" not in said(used)
    assert "牛肉" not in got
    assert "占用到" not in said(got)
    assert "退货" in said(gone)
    assert "占用到" not in said(gone)
    for part in (got, used, gone):
        for link in re.findall(r'href="(/m/entries/\d+)"', part):
            assert link in every
    nothing = await shopped.client("gu")
    assert "还没有用过积分" in said(await nothing.open("/m/entries?what=used"))


async def test_the_history_pages(shopped: Town) -> None:
    """Thirty on a page; older ones follow without a gap, and there is a way back to the newest."""
    for _ in range(32):
        await shopped.buys("gu", 1_000)
    browser = await shopped.client("gu")
    first = await browser.open("/m/entries")
    shown = [int(no) for no in re.findall(r'href="/m/entries/(\d+)"', first)]
    assert len(shown) == 30
    older = re.search(r'href="(/m/entries\?before=\d+)"', first)
    assert older is not None
    second = await browser.open(older[1])
    rest = [int(no) for no in re.findall(r'href="/m/entries/(\d+)"', second)]
    assert rest == list(range(min(shown) - 1, 0, -1))
    assert "回到最新" in second


async def test_an_entry_is_explained_to_its_rules(shopped: Town) -> None:
    """What was given with its sum, what was not and why, the lunar and the market day, and the proof."""
    entries = (await shopped.api.get(f"/v1/members/{shopped.number('lin')}/entries"))["entries"]
    bought = next(entry for entry in entries if entry["kind"] == "purchase" and entry["reverses"] is None)
    browser = await shopped.client("lin")
    page = await browser.open(f"/m/entries/{bought['no']}")
    text = said(page)
    assert "这笔积分怎么来的" in text
    assert "没给的，为什么" in text
    assert "农历十月十三" in text
    assert "逢 3、8" in text or "3、8" in text
    head = (await shopped.api.get(f"/v1/members/{shopped.number('lin')}"))["head"]
    assert head in await browser.open(f"/m/entries/{entries[0]['no']}")
    assert "lunar" in said(await (await shopped.client("lin", "en")).open(f"/m/entries/{bought['no']}"))


async def test_an_entry_of_another_is_not_there(shopped: Town) -> None:
    """Numbers are each wallet's own: what is not in one's own wallet has no page."""
    browser = await shopped.client("chen")
    assert "没有这笔流水" in said(await browser.open("/m/entries/1", 404))
    for wrong in ("0", "x", "99999999999"):
        await browser.open(f"/m/entries/{wrong}", 404)


async def test_staff_have_no_wallet(shopped: Town) -> None:
    """A cashier, a manager or an operator is turned away from a member's pages; a stranger signs in first."""
    for who in ("zhoumin", "hemanager", "hezhiyuan", "songauditor"):
        browser = await shopped.client(who)
        for path in ("/m/wallet", "/m/entries", "/m/lots", "/m/code", "/m/green", "/m/tier", "/m/offline"):
            await browser.open(path, 403)
    stranger = await shopped.client()
    await stranger.open("/m/code", 303)


async def test_every_lot_is_named_once_and_adds_up(shopped: Town) -> None:
    """The table of lots sums to the balance; what waits and what is held stand apart."""
    answer = (await shopped.balance("lin"))["balances"]["point"]
    page = await (await shopped.client("lin")).open("/m/lots")
    text = said(page)
    assert f"合计 {answer['available']:,}" in text
    assert "2026-12-03" in text
    assert "留到 11 月 23 日" in text
    entries = (await shopped.api.get(f"/v1/members/{shopped.number('lin')}/entries"))["entries"]
    held = next(entry["no"] for entry in entries if entry["kind"] == "hold")
    assert f'href="/m/entries/{held}"' in page
    assert "Each lot" in said(await (await shopped.client("lin", "en")).open("/m/lots"))


async def test_the_tier_with_what_is_missing(shopped: Town) -> None:
    """What was spent this year, what the next tier asks for, and what each gives."""
    text = said(await (await shopped.client("lin")).open("/m/tier"))
    assert "再消费 ¥795.00 升为银穗会员" in text
    assert "今年 ¥205.00" in text
    assert "每 5 元再得 1 积分" in text
    wallet = said(await (await shopped.client("lin")).open("/m/wallet"))
    assert "再消费 ¥795.00 升为银穗会员" in wallet
    await shopped.buys("chen", 100_000)
    chen = said(await (await shopped.client("chen", "en")).open("/m/tier"))
    assert "Silver" in chen
    assert "Kept until 31 Dec 2027" in chen
    assert "spend ¥1,000.00 in 2027" in chen
    assert "¥3,000.00 more to Gold" in chen


async def test_a_programme_without_green_points_says_so(shopped: Town) -> None:
    """No footprint is made up."""
    assert "这个方案没有绿色积分" in said(await (await shopped.client("lin")).open("/m/green"))


async def test_what_is_due_to_lapse_is_named_first(shopped: Town) -> None:
    """Points whose date presses stand in the wallet with the days that are left."""
    await shopped.clock(TODAY.replace(year=2027, month=1, day=20))
    try:
        text = said(await (await shopped.client("lin")).open("/m/wallet"))
    finally:
        await shopped.clock(TODAY)
    assert re.search(r"[\d,]+ 积分 .{0,20}到期，剩", text)


async def test_the_wallet_can_be_installed(shopped: Town) -> None:
    """The manifest begins at the wallet, and its icons are there."""
    browser = await shopped.client("lin")
    answer = await browser.client.get("/m/app.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    said_there = answer.json()
    assert said_there["start_url"] == "/m/wallet"
    assert said_there["name"] == "青禾联盟"
    for drawn in said_there["icons"]:
        icon = await browser.client.get(drawn["src"])
        assert icon.status_code == 200
        assert icon.content.startswith(b"\x89PNG")
        side = int(drawn["sizes"].split("x")[0])
        assert int.from_bytes(icon.content[16:20]) == side
    script = await browser.client.get("/m/sw.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "no-cache" in script.headers["cache-control"]


async def test_the_first_visit_is_light(shopped: Town) -> None:
    """60 KB compressed on the first visit with all its files, 15 KB after (issue 5)."""
    browser = await shopped.client("lin")
    for path in ("/m/wallet", "/m/code", "/m/entries", "/m/tier", "/m/lots"):
        packed = 0
        async with browser.client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            packed = len(b"".join([piece async for piece in answer.aiter_raw()]))
        assert packed <= 15_000, f"{path}: {packed}"
        page = await browser.open(path)
        linked = set(re.findall(r'(?:href|src)="/(?:static|pages)/([^?"]+)', page))
        sheets = sum(len(found.packed) for name in linked if (found := files.files().get(name)))
        assert packed + sheets <= 60_000, f"{path}: {packed + sheets}"

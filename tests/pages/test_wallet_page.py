"""The wallet page: its figures are those of the books, in both languages."""

import pytest

from jifen.pages.figures import whole, yuan
from tests.pages.alliance import NOW, Alliance, at
from tests.pages.reader import Asking, Node, number


def cells(page: Node) -> dict[str, tuple[int, str]]:
    """The qualified balances by name: points, and what happens next."""
    found = {}
    for cell in page.one("dl.cells").all("div"):
        points, following = (one.text for one in cell.all("dd"))
        found[cell.one("dt").text] = (number(points), following)
    return found


@pytest.mark.scenario
async def test_lin_has_what_the_picture_shows(story: Alliance, ask: Asking) -> None:
    """12,860 available, worth ¥128.60; 1,200 lapse in nine days; 320 pending, 1,500 held, 60 owed."""
    page = await ask.page(story.link("lin"))
    assert page.one("title").text == "我的积分 · 青禾联盟"
    assert page.one("h1").text == "可用积分"
    assert page.one("p.balance").text == "12,860"
    assert page.one("p.worth").text == "买单时可抵 ¥128.60 · 100 积分抵 ¥1.00"
    assert [one.text for one in page.one("ul.lapsing").all("li")] == [
        "1,200 积分 11 月 30 日到期，剩 9 天",
        "2,160 积分 12 月 31 日到期，剩 40 天",
    ]
    assert cells(page) == {
        "待生效": (320, "11 月 28 日可用"),
        "占用中": (1500, "安驰车服，到 11 月 23 日"),
        "欠": (60, "下次得分先还"),
    }
    assert page.one("footer").first("p").text == "林小满 · 199****0012"


@pytest.mark.scenario
async def test_lin_reads_the_same_in_english(story: Alliance, ask: Asking) -> None:
    """The same facts in the same order."""
    page = await ask.page(story.link("lin"), "en")
    assert page.one("h1").text == "Available points"
    assert page.one("p.balance").text == "12,860"
    assert page.one("p.worth").text == "Worth ¥128.60 at the till · 100 pt = ¥1.00"
    assert page.one("ul.lapsing").first("li").text == "1,200 pt lapse 30 Nov, 9 days left"
    assert cells(page) == {
        "Pending": (320, "usable 28 Nov"),
        "Held": (1500, "安驰车服, to 23 Nov"),
        "Owed": (60, "repaid first"),
    }
    assert page.first("h3.day").first("span").text == "Today, 21 Nov"


@pytest.mark.parametrize("who", ["lin", "zhou", "chen", "newcomer"])
async def test_the_balances_are_those_of_the_books(story: Alliance, ask: Asking, who: str) -> None:
    """Every balance is counted from the lots, and the lots of the table sum to what is available."""
    page = await ask.page(story.link(who))
    balance = (await story.wallet(who)).balance("point", NOW)
    assert number(page.one("p.balance").text) == balance.available
    assert [points for points, _ in cells(page).values()] == [balance.pending, balance.held, balance.owed]
    assert yuan(balance.available) in page.one("p.worth").text
    if balance.available:
        rows = page.one("tbody").all("tr")
        assert sum(number(row.one("td.num").text) for row in rows) == balance.available
        assert page.one("tfoot").one("td").text == whole(balance.available)
    else:
        assert not page.all("table")


async def test_the_strip_is_as_wide_as_the_points(story: Alliance, ask: Asking) -> None:
    """Four dates, soonest left; the first presses; nothing is drawn with a style."""
    page = await ask.page(story.link("lin"))
    strip = page.one("svg.strip")
    parts = [rect for rect in strip.all("rect") if "gap" not in rect.attributes["class"]]
    assert [rect.attributes["class"] for rect in parts] == ["soon", "rest", "rest", "rest"]
    assert [rect.attributes["width"] for rect in parts] == ["9.33%", "16.79%", "42.77%", "31.11%"]
    assert [text.text for text in page.one("svg.labels").all("text")] == [
        "11 月",
        "12 月",
        "2027 年 6 月",
        "2027 年 12 月",
    ]
    assert "1,200 到 2026 年 11 月 30 日" in " ".join(strip.attributes["aria-label"].split())


async def test_recent_entries_say_where_what_and_what_was_left(story: Alliance, ask: Asking) -> None:
    """The newest eight, by day, as on the picture; `all` leads to the rest."""
    page = await ask.page(story.link("lin"))
    rows = [
        (row.one(".title").text, row.first(".note").text, row.one(".signed").text, row.one(".much").text)
        for row in page.all("a.row")
    ]
    assert len(rows) == 8
    assert rows[0] == ("沐颜美妆 · 退货", "11:05 收回 200，另记欠 60", "−200", "−200 余额 12,860")
    assert rows[1][:3] == ("禾田超市 柳河镇店", "10:24 买单 ¥186.40 · 周六集市双倍 · 秋收加成", "+390")
    assert rows[2][:3] == ("安驰车服 · 占用", "19:32 占用到 11 月 23 日 18:00，完成后才扣", "−1,500")
    assert rows[3][:3] == ("豆里早餐", "08:06 买单 ¥8.00，另 +1 印花", "+8")
    assert rows[5][:3] == ("望星酒店", "20:10 买单 ¥320.00，11 月 28 日可用", "待 320")
    assert page.one("div.head").one("a").attributes["href"].endswith("/entries")


async def test_points_of_another_unit_are_not_left_out(story: Alliance, ask: Asking) -> None:
    """A stamp is worth no money, but it is Lin's."""
    page = await ask.page(story.link("lin"))
    assert page.one("dl.kv").text == "印花 1"


async def test_a_pause_is_said_with_its_end_and_a_way_out(story: Alliance, ask: Asking) -> None:
    """Zhou cannot spend until 1 December; Lin reads nothing of the kind."""
    page = await ask.page(story.link("zhou"))
    said = page.one("div.alert").text
    assert "用积分暂停到 12 月 1 日 18:00" in said
    assert "申诉" in said
    assert not (await ask.page(story.link("lin"))).all("div.alert")


async def test_several_holds_are_counted(story: Alliance, ask: Asking) -> None:
    """Two holds: how many, and which ends first."""
    page = await ask.page(story.link("zhou"))
    assert cells(page)["占用中"] == (50, "2 处，最早到 11 月 28 日")


async def test_a_newcomer_reads_how_to_earn(story: Alliance, ask: Asking) -> None:
    """Nothing there yet: no strip, no `all`, but what to do."""
    page = await ask.page(story.link("newcomer"))
    assert page.one("p.balance").text == "0"
    assert not page.all("svg.strip")
    assert page.one("div.empty").one("h3").text == "还没有积分"
    assert "青禾联盟" in page.one("div.empty").one("p").text
    assert [following for _, following in cells(page).values()] == ["没有", "没有", "没有"]
    assert not page.one("div.head").all("a")


async def test_a_familys_pool_has_a_page_too(story: Alliance, ask: Asking) -> None:
    """Nobody's name stands below it."""
    page = await ask.page(story.link("home"))
    assert page.one("p.balance").text == "0"
    assert len(page.one("footer").all("p")) == 1


async def test_a_change_of_the_programme_shows_at_once(story: Alliance, ask: Asking) -> None:
    """The clock moves to the last day of a lot: another process did it, and this one has to notice."""
    await story.pool.execute(
        "UPDATE program SET test_clock = $2, revision = revision + 1 WHERE id = $1",
        story.program.id,
        at(11, 30, "23:59"),
    )
    try:
        page = await ask.page(story.link("lin"))
        assert page.one("ul.lapsing").first("li").text == "1,200 积分 11 月 30 日到期，就是今天"
        assert cells(page)["占用中"] == (1500, "已到时，等着放回")
        assert cells(page)["待生效"] == (0, "没有")
        assert page.one("p.balance").text == "13,180"
    finally:
        await story.catalog.set_clock(story.program.id, NOW)

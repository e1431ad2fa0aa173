"""The entry page: each rule with its sum, what was not given and why, and the lots that moved."""

import pytest

from tests.pages.alliance import Alliance
from tests.pages.reader import Asking, Node, number


def told(page: Node, kind: str = "") -> list[tuple[str, int, str]]:
    """Rules as told: title, points, sum or reason; those that were missed, or those that gave."""
    return [
        (one.one("h3").text, number(one.first(".fig").text), one.all("p")[0].text if one.all("p") else "")
        for one in page.all("li.told")
        if ("missed" in one.attributes["class"]) is (kind == "missed")
    ]


def facts(page: Node) -> dict[str, str]:
    """Names and values of the last card."""
    return {one.one("dt").text: one.one("dd").text for one in page.one("dl.kv").all("div")}


def movings(page: Node) -> list[list[str]]:
    """The table of lots."""
    section = next(one for one in page.all("section") if one.attributes.get("aria-labelledby") == "lots")
    rows = section.one("tbody").all("tr")
    return [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in rows]


@pytest.mark.scenario
async def test_a_purchase_explains_each_rule(story: Alliance, ask: Asking) -> None:
    """¥186.40 on a market Saturday: 186 + 186 + 18, each with its sum and what rounding did."""
    page = await ask.page(f"{story.link('lin')}/entries/12")
    assert page.one("h1").text == "这笔积分怎么来的"
    assert page.one(".place").text == "禾田超市 柳河镇店"
    assert page.one(".big").text == "+390"
    assert told(page) == [
        ("基础积分", 186, "¥186.40 × 1 积分/元，不足 ¥1.00 的 ¥0.40 不计"),
        ("周六集市双倍", 186, "周六，满 ¥100.00，只在柳河镇店：基础积分 186 × 100%"),
        ("秋收加成", 18, "基础积分 186 × 10% = 18.6，舍去零头"),
    ]
    assert [rect.attributes["class"] for rect in page.one("svg.strip").all("rect")][:3] == ["a", "b", "c"]


@pytest.mark.scenario
async def test_it_says_what_was_not_given_and_why(story: Alliance, ask: Asking) -> None:
    """What other merchants give, and what acts earn, has nothing to do with this purchase."""
    page = await ask.page(f"{story.link('lin')}/entries/12")
    assert told(page, "missed") == [
        ("满 ¥200.00 加赠 50", 0, "这单 ¥186.40，差 ¥13.60"),
        ("首单礼", 0, "只给一次，以前给过了"),
        ("有机加赠", 0, "这单没有带“有机”标记的商品"),
    ]


async def test_it_lists_the_basket_the_lots_and_the_numbers(story: Alliance, ask: Asking) -> None:
    """Four lines, one lot, the balance after it, and the numbers by which it is found."""
    page = await ask.page(f"{story.link('lin')}/entries/12")
    basket = page.one("details").one("tbody").all("tr")
    assert [row.one("th").inside[0] for row in basket] == [
        "五常大米 10 千克",
        "菜籽油 5 升",
        "小白菜",
        "洗衣液 2 千克",
    ]
    assert [row.all("td")[-1].text for row in basket] == ["¥89.90", "¥68.50", "¥12.00", "¥16.00"]
    assert movings(page) == [["2027-12-31", "禾田超市", "发放", "+390"]]
    (entry,) = [entry for entry in await story.entries("lin") if entry["no"] == 12]
    assert facts(page) == {
        "这笔之后可用": "13,060",
        "待生效": "320",
        "占用中": "1,500",
        "谁发的": "禾田超市",
        "按哪一版规则": "第 2 版，2026 年 7 月 1 日起",
        "流水号": f"0012 · {entry['hash'].hex()[:4]} {entry['hash'].hex()[4:8]}",
    }


async def test_the_same_in_english(story: Alliance, ask: Asking) -> None:
    """The same facts in the same order; what the operator named keeps its name."""
    page = await ask.page(f"{story.link('lin')}/entries/12", "en")
    assert page.one("h1").text == "Why you have these points"
    assert told(page) == [
        ("基础积分", 186, "¥186.40 × 1 pt per ¥1, the ¥0.40 short of ¥1.00 does not count"),
        ("周六集市双倍", 186, "Sat, from ¥100.00, only at 柳河镇店: 基础积分 186 × 100%"),
        ("秋收加成", 18, "基础积分 186 × 10% = 18.6, rounded down"),
    ]
    assert told(page, "missed")[0][2] == "this one is ¥186.40, ¥13.60 short"


async def test_rates_by_category_and_who_issued(story: Alliance, ask: Asking) -> None:
    """Tobacco does not count; who issued is said, who pays (the welcome is the operator's) is not."""
    page = await ask.page(f"{story.link('zhou')}/entries/6")
    said = {title: reason for title, _, reason in told(page)}
    assert said["基础积分"] == "¥112.40 × 1 积分/元，不足 ¥1.00 的 ¥0.40 不计，TOBACCO ¥50.00 不计分"
    assert said["首单礼"] == "只一次，固定 100 积分"
    assert said["有机加赠"] == "有“有机”标记，固定 20 积分"
    assert ("周六集市双倍", 0, "条件：周六，满 ¥100.00，只在柳河镇店") in told(page, "missed")
    assert facts(page)["谁发的"] == "禾田超市"
    assert "承担" not in page.text


async def test_points_that_wait_say_from_when(story: Alliance, ask: Asking) -> None:
    """A night at the hotel: 320, usable after fourteen days."""
    page = await ask.page(f"{story.link('lin')}/entries/8")
    assert page.one(".big").text == "待 320"
    assert "11 月 28 日可用" in page.one("main").text
    assert told(page) == [("住店积分", 320, "¥320.00 × 1 积分/元，14 天后生效")]
    assert told(page, "missed") == []


async def test_a_return_says_what_it_took_back_and_of_what(story: Alliance, ask: Asking) -> None:
    """260 taken back, of which 60 were gone and are owed; it leads to the purchase and back."""
    page = await ask.page(f"{story.link('lin')}/entries/13")
    assert page.one("h1").text == "这笔积分为什么收回"
    assert page.one(".big").text == "−200"
    assert "整单退，收回 200，另记欠 60" in page.one("main").text
    assert told(page) == [("基础积分", -260, "整单退了，全部收回")]
    assert movings(page) == [
        ["2027-12-31", "沐颜美妆", "收回", "−260"],
        ["2027-12-31", "沐颜美妆", "记欠", "+60"],
    ]
    assert facts(page)["欠"] == "60"
    assert page.one("a.row").attributes["href"].endswith("/entries/6")
    purchase = await ask.page(f"{story.link('lin')}/entries/6")
    assert purchase.one("a.row").attributes["href"].endswith("/entries/13")
    assert purchase.one("a.row").first(".note").text == "11 月 21 日 11:05 收回 200，另记欠 60"


async def test_a_grace_shows_the_new_date(story: Alliance, ask: Asking) -> None:
    """Points that came back after their date moved to a later one."""
    page = await ask.page(f"{story.link('zhou')}/entries/3")
    assert movings(page) == [
        ["2026-07-31", "半坡咖啡", "退回", "+3"],
        ["2026-07-31", "半坡咖啡", "移到新日期", "−3"],
        ["2026-08-10", "半坡咖啡", "宽限到新日期", "+3"],
    ]


async def test_what_was_booked_late_says_so(story: Alliance, ask: Asking) -> None:
    """It happened on the 14th and was booked on the 16th; it gave a stamp beside points."""
    page = await ask.page(f"{story.link('zhou')}/entries/23")
    assert "11 月 16 日 12:00 才记上" in page.one("main").text
    assert page.one(".middle").text == "+1"
    assert told(page)[1] == ("早餐印花", 1, "固定 1 印花")


async def test_a_pause_gives_its_reason(story: Alliance, ask: Asking) -> None:
    """And its end."""
    page = await ask.page(f"{story.link('zhou')}/entries/29")
    assert facts(page)["原因"] == "R7"
    assert "暂停到 12 月 1 日 18:00，得分照常" in page.one("main").text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", ["lin", "zhou", "chen"])
async def test_every_entry_has_a_page_and_its_lots_sum_to_its_figure(
    story: Alliance, ask: Asking, who: str, language: str
) -> None:
    """Of every kind there is; and each ends in a way to ask."""
    for entry in await story.entries(who):
        page = await ask.page(f"{story.link(who)}/entries/{entry['no']}", language)
        figure = number(page.one(".big").text.split()[-1])
        tables = [one for one in page.all("section") if one.attributes.get("aria-labelledby") == "lots"]
        rows = movings(page) if tables else []
        assert sum(number(row[-1]) for row in rows if " " not in row[-1]) == figure, entry["no"]
        assert number(page.one("dd.strong").text) == entry["available"]
        assert page.one("p.ask").text

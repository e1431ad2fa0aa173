"""The history: every entry once, newest first, and each row is the entry in the books."""

import pytest

from jifen.pages.routes import ON_A_PAGE
from tests.pages.alliance import Alliance, at
from tests.pages.reader import Asking, Node, number


def numbers(page: Node) -> list[int]:
    """The numbers of the entries on a page, as listed."""
    return [int(row.attributes["href"].rsplit("/", 1)[1]) for row in page.all("a.row")]


async def moved(story: Alliance, who: str) -> dict[int, int]:
    """What each entry moved of the usual unit, summed from the legs in the database."""
    rows = await story.pool.fetch(
        "SELECT m.entry, sum(m.points)::bigint AS points FROM movement m JOIN series s ON s.id = m.series "
        "WHERE m.wallet = $1 AND s.unit = 'point' GROUP BY m.entry",
        story.wallets[who],
    )
    return {row["entry"]: row["points"] for row in rows}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("who", ["lin", "zhou", "chen"])
async def test_each_row_is_the_entry_in_the_books(
    story: Alliance, ask: Asking, who: str, language: str
) -> None:
    """The figure is what its legs sum to, and the balance is the one that was stored."""
    page = await ask.page(f"{story.link(who)}/entries", language)
    entries = await story.entries(who)
    legs = await moved(story, who)
    rows = page.all("a.row")
    assert numbers(page) == [entry["no"] for entry in entries]
    for row, entry in zip(rows, entries, strict=True):
        figure = number(row.one(".signed").text.split()[-1])
        assert figure == legs.get(entry["no"], 0), entry["no"]
        assert number(row.one(".much").text.split()[-1]) == entry["available"], entry["no"]


async def test_balances_add_up_from_row_to_row(story: Alliance, ask: Asking) -> None:
    """A passbook: the balance before and the figure make the balance after, but for what waits."""
    page = await ask.page(f"{story.link('lin')}/entries")
    before = 0
    for row in reversed(page.all("a.row")):
        figure = row.one(".signed")
        before += 0 if "waits" in figure.attributes["class"] else number(figure.text)
        assert number(row.one(".much").text.split()[-1]) == before


async def test_a_long_history_is_turned_page_by_page(story: Alliance, ask: Asking) -> None:
    """Each entry is on one page; the last page has no `older`, the first no `newest`."""
    await story.enrol("often")
    await story.receipts(
        [
            story.orders.purchase(f"o{n}", "often", at(11, 1 + n // 4), store="douli1", amount=100 + n)
            for n in range(2 * ON_A_PAGE + 5)
        ]
    )
    path: str | None = f"{story.link('often')}/entries"
    found: list[int] = []
    pages = 0
    while path:
        page = await ask.page(path)
        pages += 1
        found += numbers(page)
        buttons = {one.text: one.attributes["href"] for one in page.all("a.button")}
        assert ("回到最新" in buttons) is (pages > 1)
        path = buttons.get("更早的")
    assert pages == 3
    assert found == list(range(2 * ON_A_PAGE + 5, 0, -1))


async def test_the_language_can_be_changed_in_the_middle(story: Alliance, ask: Asking) -> None:
    """The switch keeps the place."""
    page = await ask.page(f"{story.link('lin')}/entries?before=5")
    assert numbers(page) == [4, 3, 2, 1]
    assert page.one("a.language").attributes["href"] == "?before=5&lang=en"


async def test_before_the_first_entry_there_is_a_way_back(story: Alliance, ask: Asking) -> None:
    """Nothing is older than the first."""
    page = await ask.page(f"{story.link('lin')}/entries?before=1")
    assert page.one("div.empty").one("h2").text == "没有更早的了"
    assert [one.text for one in page.all("a.button")] == ["回到最新"]


@pytest.mark.parametrize("before", ["", "0", "-3", "x", "1e3", "٣", "99999999999999999999", "2147483648"])
async def test_a_place_that_is_none_shows_the_newest(story: Alliance, ask: Asking, before: str) -> None:
    """Whatever stands in the address."""
    page = await ask.page(f"{story.link('lin')}/entries?before={before}")
    assert numbers(page)[0] == 13


async def test_a_newcomer_has_no_history(story: Alliance, ask: Asking) -> None:
    """It says how to begin."""
    page = await ask.page(f"{story.link('newcomer')}/entries")
    assert page.one("div.empty").one("h2").text == "还没有积分"

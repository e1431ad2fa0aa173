"""What does not open says why and what to do, in the member's language, and gives nothing away."""

from datetime import UTC, datetime

import pytest

from jifen.pages.links import wallet_link
from jifen.parties.secrets import Vault
from jifen.store.database import connect_pool
from jifen.values.ids import WalletId, new_id
from tests.pages.alliance import Alliance
from tests.pages.reader import Asking, Node, read

PAGES = ("", "/entries", "/entries/1")


async def refused(ask: Asking, path: str, status: int, language: str = "zh") -> Node:
    """A page that must be refused, with the headers that every page has."""
    answer = await ask.get(path, language)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return read(answer.text)


@pytest.mark.parametrize("page", PAGES)
async def test_a_wrong_link_does_not_open(story: Alliance, ask: Asking, page: str) -> None:
    """One letter is wrong: no page of the wallet opens, and no name is told."""
    link = story.link("lin")
    wrong = link[:-1] + ("A" if link[-1] != "A" else "B")
    answer = await refused(ask, wrong + page, 404)
    assert answer.one("h1").text == "这个链接打不开"
    assert "重新发一个" in answer.one("main").text
    assert "青禾联盟" not in answer.text
    english = await refused(ask, wrong + page, 404, "en")
    assert english.one("h1").text == "This link does not open"


@pytest.mark.parametrize("page", PAGES)
async def test_an_expired_link_says_that_the_points_are_still_there(
    story: Alliance, ask: Asking, page: str
) -> None:
    """Gone is the link, not the points. The same link a month earlier opens."""
    answer = await refused(ask, story.link("lin", days=-1) + page, 410)
    assert answer.one("h1").text == "这个链接过了有效期"
    assert "你的积分还在" in answer.one("main").text
    assert "12,860" not in answer.text
    assert (await ask.get(story.link("lin", days=1) + page)).status_code == 200


async def test_a_link_runs_on_real_time(story: Alliance, ask: Asking) -> None:
    """The programme's test clock stands in November 2026; a link does not live by it."""
    past = wallet_link(story.vault, story.wallets["lin"], datetime(2026, 1, 1, tzinfo=UTC))
    await refused(ask, past, 410)


@pytest.mark.parametrize("page", ["", "/entries"])
async def test_a_link_to_no_wallet_does_not_open(story: Alliance, ask: Asking, page: str) -> None:
    """Well signed, but there is no such wallet: to others it looks like a wrong link."""
    nowhere = wallet_link(story.vault, WalletId(new_id(1)), datetime(2099, 1, 1, tzinfo=UTC))
    assert (await refused(ask, nowhere + page, 404)).one("h1").text == "这个链接打不开"


@pytest.mark.parametrize("no", ["0", "14", "-1", "x", "1.5", "2147483647", "99999999999999999999", "１２"])
async def test_there_is_no_such_entry(story: Alliance, ask: Asking, no: str) -> None:
    """Lin has thirteen; the page leads back to the wallet."""
    link = story.link("lin")
    answer = await refused(ask, f"{link}/entries/{no}", 404)
    assert answer.one("h1").text == "没有这笔流水"
    assert answer.one("a.button").attributes["href"] == link


async def test_nobody_reads_anothers_entry(story: Alliance, ask: Asking) -> None:
    """Zhou has an entry 29; under Lin's link there is none."""
    assert (await ask.get(f"{story.link('zhou')}/entries/29")).status_code == 200
    await refused(ask, f"{story.link('lin')}/entries/29", 404)


async def test_our_fault_says_that_nothing_moved(
    story: Alliance, ask: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The database is away: an apology with a number that is in the log, and the secret address is not."""
    monkeypatch.setattr(story.app_state, "pool", await _closed_pool(story))
    link = story.link("lin")
    answer = await refused(ask, link, 503)
    assert answer.one("h1").text == "没有打开，积分没有动"
    incident = answer.one("p.note").text.split()[1][:8]
    ours = [record for record in caplog.records if record.name == "jifen.pages"]
    assert [incident in record.getMessage() for record in ours] == [True]
    assert not any(link in record.getMessage() for record in ours)


async def test_a_fault_in_a_page_is_ours_too(
    story: Alliance, ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks, a member never sees a bare error."""
    monkeypatch.setattr(story.app_state, "members", None)
    answer = await refused(ask, story.link("lin"), 500, "en")
    assert answer.one("h1").text == "It did not open, and no points moved"
    assert answer.one("a.button").attributes["href"] == "?"


async def _closed_pool(story: Alliance) -> object:
    """A pool that has been closed, as after a lost database."""
    pool = await connect_pool(story.dsn, size=1)
    await pool.close()
    return pool


def test_another_secret_makes_other_links() -> None:
    """Links of the demo do not open the shop."""
    wallet = WalletId(new_id(1))
    until = datetime(2099, 1, 1, tzinfo=UTC)
    assert wallet_link(Vault(b"1" * 32), wallet, until) != wallet_link(Vault(b"2" * 32), wallet, until)

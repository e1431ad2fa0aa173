"""The green footprint: months, sums that multiply out, and what lacked evidence."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.site.greenery import CODE, UNKNOWN, with_green
from tests.site.test_wallet import said
from tests.site.town import TODAY, Town, Towns, built


@pytest.fixture(scope="module")
async def farm(towns: Towns) -> AsyncIterator[Town]:
    """A town with green points: bought in October and November, once with evidence that nobody knows."""
    async with built(towns, with_green) as town:
        known = {
            "code": CODE,
            "kind": "organic",
            "valid_from": "2026-01-01T00:00:00+08:00",
            "valid_until": "2027-03-15T00:00:00+08:00",
        }
        await town.api.post("/v1/evidence", known)
        await town.clock(TODAY - timedelta(days=30))
        await bought(town, 3_000, CODE)
        await town.clock(TODAY)
        await bought(town, 1_250, CODE)
        await bought(town, 4_000, UNKNOWN)
        yield town


async def bought(town: Town, fen: int, evidence: str) -> None:
    """Organic goods for so many fen, beside others."""
    lines = [
        {"sku": "小白菜", "quantity": 1, "amount": fen, "evidence": evidence},
        {"sku": "盐", "quantity": 1, "amount": 300},
    ]
    body = {"member": town.number("lin"), "store": "S367", "lines": lines}
    await town.api.post("/v1/purchases", body, secrets.token_hex(8))


async def test_the_footprint_multiplies_out(farm: Town) -> None:
    """¥12.50 at 2 a yuan are 25; ¥30.00 were 60 a month before; together 85."""
    browser = await farm.client("lin")
    text = said(await browser.open("/m/green"))
    assert "¥12.50 × 2 绿色积分/元" in text
    assert "+25" in text
    assert "近六个月得的绿色积分 现在可用 85 85" in text
    october = said(await browser.open("/m/green?month=2026-10"))
    assert "¥30.00 × 2 绿色积分/元" in october
    assert "¥12.50" not in october


async def test_what_lacked_evidence_is_named(farm: Town) -> None:
    """The goods, the code that nobody knows, and what to do; nothing was given for it."""
    text = said(await (await farm.client("lin")).open("/m/green"))
    assert "缺凭证，没有计入" in text
    assert "999 26 004185739999 没有登记" in text
    assert "没有登记" not in said(await (await farm.client("lin")).open("/m/green?month=2026-10"))
    english = said(await (await farm.client("lin", "en")).open("/m/green"))
    assert "Not counted: no evidence" in english
    assert "no tradable carbon credit" in english


async def test_green_points_are_green_in_wallet_and_entry(farm: Town) -> None:
    """The wallet has them in a row of their own that leads to the footprint, also while there are none."""
    page = await (await farm.client("lin")).open("/m/wallet")
    assert 'href="/m/green"' in page
    assert '<span class="value grn">85</span>' in page
    nothing = await (await farm.client("chen")).open("/m/wallet")
    assert '<span class="value grn">0</span>' in nothing
    entries = (await farm.api.get(f"/v1/members/{farm.number('lin')}/entries"))["entries"]
    entry = await (await farm.client("lin")).open(f"/m/entries/{entries[1]['no']}")
    assert '<span class="fig signed grn">+25</span>' in entry


async def test_a_month_without_any_says_how(farm: Town) -> None:
    """Nothing yet, and how something comes here."""
    text = said(await (await farm.client("chen")).open("/m/green"))
    assert "11 月还没有" in text

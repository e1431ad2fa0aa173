"""Journeys of a family: S16 from the first to the last click, each person in their own window."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.furnished import Furnished
from tests.browser.newcomers import Newcomer, available, lots, newcomer, told
from tests.browser.windows import window
from tests.looking import DESK, PHONE, Looking

pytestmark = pytest.mark.browser

NAMES = ("何嘉禾", "何南乔", "何知秋")


@asynccontextmanager
async def three(
    furnished: Furnished, browser: Browser, language: str = "zh", size: tuple[int, int] = PHONE
) -> AsyncIterator[tuple[list[Newcomer], list[Looking]]]:
    """Three members with 4,000 points each, and a window for each of them."""
    people = [await newcomer(furnished, name, 4_000) for name in NAMES]
    async with AsyncExitStack() as open_windows:
        yield (
            people,
            [
                await open_windows.enter_async_context(window(furnished, browser, one.phone, size, language))
                for one in people
            ],
        )


async def to_family(furnished: Furnished, page: Page) -> None:
    """From the wallet to the family."""
    await page.goto(f"{furnished.address}/m/wallet")
    await page.click(".tabbar a[href='/m/family']")


async def begin(furnished: Furnished, people: list[Newcomer], pages: list[Page]) -> None:
    """The first begins a family and asks the others in by their numbers; they accept."""
    await to_family(furnished, pages[0])
    await pages[0].click("form[action='/m/family/start'] button")
    for one, page in zip(people[1:], pages[1:], strict=True):
        await pages[0].fill("#f-number", one.number)
        await pages[0].click("form[action='/m/family/invite'] button")
        await expect(pages[0].locator(".said.done")).to_be_visible()
        await to_family(furnished, page)
        await expect(page.locator("main h2").first).to_contain_text(people[0].name)
        await page.click("button[name=answer][value=accept]")
        await expect(page.locator(".owners").first).to_contain_text(one.name)
    await pages[0].click(".tabbar a[href='/m/family']")
    await expect(pages[0].locator(".owners").first.locator("li")).to_have_count(len(people))


async def offer(page: Page, people: list[Newcomer], parts: tuple[int, ...]) -> None:
    """Offer the rice cooker, with who gives how much."""
    await page.click("a.button[href='/m/family/joint']")
    await page.click("a[href='/m/family/joint?reward=rice-cooker']")
    for one, points in zip(people, parts, strict=True):
        await page.fill(f"input[name='part-{one.number}']", str(points))
    await page.click("form[action='/m/family/joint/offers'] button")


async def to_offer(furnished: Furnished, page: Page) -> None:
    """From the family to the offer that waits for one's word."""
    await to_family(furnished, page)
    await page.click("a.button[href='/m/family/joint']")
    await page.locator("a.button.main[href*='/m/family/joint/']").click()


async def have(furnished: Furnished, people: list[Newcomer]) -> list[int]:
    """What each of them can spend, by the books."""
    return [await available(furnished, one) for one in people]


@pytest.mark.parametrize(("language", "size"), [("zh", PHONE), ("en", DESK)], ids=["zh-phone", "en-desk"])
async def test_s16_three_redeem_what_none_could_alone(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """4,000 each for a thing of 10,000: nothing moves until the last agrees, then each pays the own part."""
    async with three(furnished, browser, language, size) as (people, windows):
        pages = [one.page for one in windows]
        await begin(furnished, people, pages)
        await offer(pages[0], people, (4_000, 3_000, 3_000))
        await pages[0].wait_for_url("**/m/family/joint/**")
        await expect(pages[0].locator(".parts")).to_contain_text("4,000")
        assert await have(furnished, people) == [4_000] * 3
        for page in pages[1:]:
            assert await have(furnished, people) == [4_000] * 3
            await to_offer(furnished, page)
            await expect(page.locator("button[value=accept]")).to_contain_text("3,000")
            await page.click("button[value=accept]")
            await expect(page.locator(".said.done")).to_be_visible()
        await pages[0].click(".tabbar a[href='/m/orders']")
        await expect(pages[0].locator(".orders li")).to_contain_text("10,000")
        await pages[0].locator(".orders a").first.click()
        for one in people[1:]:
            await expect(pages[0].locator(".sums-of")).to_contain_text(one.number)
        for page, left in zip(pages, ("0", "1,000", "1,000"), strict=True):
            await page.click(".tabbar a[href='/m/wallet']")
            await expect(page.locator(".balance .fig")).to_have_text(left)
    assert await have(furnished, people) == [0, 1_000, 1_000]
    (order,) = (await told(furnished, f"/v1/orders?member={people[0].number}"))["orders"]
    assert {one["member"]: one["points"] for one in order["payers"]} == {
        people[0].number: 4_000,
        people[1].number: 3_000,
        people[2].number: 3_000,
    }


async def test_who_declines_stops_it_and_nobody_pays(furnished: Furnished, browser: Browser) -> None:
    """Parts that do not add up are refused with both sums; an offer that one declines takes from nobody."""
    async with three(furnished, browser) as (people, windows):
        pages = [one.page for one in windows]
        await begin(furnished, people, pages)
        windows[0].expected = 422
        await offer(pages[0], people, (4_000, 3_000, 2_000))
        await expect(pages[0].locator("[role=alert]")).to_contain_text("9,000")
        await expect(pages[0].locator("[role=alert]")).to_contain_text("10,000")
        await pages[0].fill(f"input[name='part-{people[2].number}']", "3000")
        await pages[0].click("form[action='/m/family/joint/offers'] button")
        await pages[0].wait_for_url("**/m/family/joint/**")
        await to_offer(furnished, pages[1])
        await pages[1].click("button[value=accept]")
        await to_offer(furnished, pages[2])
        await pages[2].click("button[value=decline]")
        await expect(pages[2].locator(".said.done")).to_be_visible()
        await pages[0].reload()
        await expect(pages[0].locator("form button[value=decline]")).to_have_count(0)
        await pages[0].click(".tabbar a[href='/m/orders']")
        await expect(pages[0].locator(".orders li")).to_have_count(0)
    assert await have(furnished, people) == [4_000] * 3


async def test_who_leaves_takes_the_own_points_along(furnished: Furnished, browser: Browser) -> None:
    """Two put points into the pool; one leaves, and has the very lots again with their dates."""
    async with three(furnished, browser) as (people, windows):
        pages = [one.page for one in windows]
        before = await lots(furnished, people[1])
        await begin(furnished, people, pages)
        for page, points in ((pages[0], "4000"), (pages[1], "2500")):
            await page.click(".tabbar a[href='/m/family']")
            await page.locator("details.act summary").first.click()
            await page.fill("#f-put", points)
            await page.click("form[action='/m/family/put'] button")
            await expect(page.locator(".said.done")).to_be_visible()
        await expect(pages[1].locator(".balance .fig").first).to_have_text("6,500")
        assert await have(furnished, people) == [0, 1_500, 4_000]
        await pages[1].click("a[href='/m/family/leave']")
        await expect(pages[1].locator(".kv").first).to_contain_text("2,500")
        await pages[1].click("form[action='/m/family/leave'] button")
        await expect(pages[1].locator(".said.done")).to_be_visible()
        await pages[1].click(".tabbar a[href='/m/wallet']")
        await expect(pages[1].locator(".balance .fig")).to_have_text("4,000")
        await pages[0].click(".tabbar a[href='/m/family']")
        await expect(pages[0].locator(".balance .fig").first).to_have_text("4,000")
        await expect(pages[0].locator(".owners").first.locator("li")).to_have_count(2)
    assert await lots(furnished, people[1]) == before
    assert await have(furnished, people) == [0, 4_000, 4_000]

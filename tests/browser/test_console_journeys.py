"""Journeys of the operator's people: look, correct, freeze, change the programme, make keys, audit."""

import secrets
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.furnished import Furnished
from tests.browser.test_till_journeys import NUMBERS, clock, figure, in_wallet
from tests.browser.windows import window
from tests.looking import DESK, PHONE

pytestmark = pytest.mark.browser

SEARCHED_MS = 60_000
"""How long the page of a programme may take that nobody has looked at before, on a machine that is busy."""


async def begin(page: Page, furnished: Furnished) -> None:
    """Where the operator's people begin."""
    page.set_default_timeout(SEARCHED_MS)
    await page.goto(f"{furnished.address}/console")


async def menu(page: Page, path: str) -> None:
    """Choose an entry of the menu."""
    await page.click(f".side-nav a[href='{path}'] >> visible=true")
    await expect(page.locator(f".side-nav a[href='{path}'] >> visible=true")).to_have_attribute(
        "aria-current", "page"
    )


async def search(page: Page, text: str) -> None:
    """By the bar's own key."""
    await page.keyboard.press("/")
    await expect(page.locator("form.search input")).to_be_focused()
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


def card(page: Page, heading: str) -> Locator:
    """The card below a heading, by the heading's id."""
    return page.locator(f"section[aria-labelledby='{heading}']")


async def test_from_the_overview_to_the_rule_of_an_entry(furnished: Furnished, browser: Browser) -> None:
    """A phone is searched, the newest purchase opened: its points are what the rules gave."""
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await expect(page.locator(".kpis .figure")).to_have_count(5)
        await search(page, "19900000037")
        await expect(page.locator("h1")).to_have_text("顾春生")
        await expect(page.locator(".who-line")).to_contain_text("199****0037")
        await page.click(".who-line button")
        await expect(page.locator(".who-line")).to_contain_text("19900000037")
        await page.click(".segments a[href*='kind=earned']")
        line = card(page, "entries").locator("tbody tr").first
        points = figure(await line.locator("td.num b").first.inner_text())
        await line.locator("a").last.click()
        given = card(page, "given")
        await expect(given.locator(".head")).to_contain_text(f"{points:,}")
        await expect(given.locator(".tolds > li").first).to_contain_text("×")
        await expect(card(page, "chain").locator(".hash").last).not_to_be_empty()


async def test_a_correction_takes_two_people(furnished: Furnished, browser: Browser) -> None:
    """The clerk proposes and cannot approve; the approver does; the wallet and the audit log have it."""
    reason = f"少记了一单 {secrets.token_hex(3)}"
    before = await in_wallet(furnished, browser, "chen")
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await search(page, NUMBERS["chen"])
        await page.click(".actions a[href$='/adjust']")
        await page.fill("#f-points", "35")
        await page.fill("#f-reason", reason)
        await page.fill("#f-evidence", "小票照片 1124")
        await page.click("main button:has-text('交给第二个人批')")
        case = page.locator(".case", has_text=reason)
        await expect(case).to_contain_text("这是你提出的，要别人来批")
        await expect(case.locator("form")).to_have_count(0)
    assert await in_wallet(furnished, browser, "chen") == before
    async with window(furnished, browser, "shenruyi", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await menu(page, "/console/adjustments")
        case = page.locator(".case", has_text=reason)
        number = await case.get_attribute("id")
        await case.locator("button:has-text('批准，给 陈立冬 加 35')").click()
        await expect(page.locator(".said.done")).to_be_visible()
        decided = card(page, "decided").locator("tr", has_text=reason)
        await expect(decided).to_contain_text("何知远")
        await expect(decided).to_contain_text("沈如意")
        await decided.locator("a").last.click()
        await expect(page.locator("main")).to_contain_text("+35")
        await menu(page, "/console/audit")
        await page.fill("#f-target", str(number))
        await page.press("#f-target", "Enter")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await expect(page.locator("tbody tr")).to_contain_text("console.adjustment_decide")
        await page.click("main a:has-text('核对整本日志')")
        await expect(page.locator(".said.done")).to_be_visible()
    assert await in_wallet(furnished, browser, "chen") == before + 35


async def test_a_wallet_is_frozen_on_evidence_and_freed(furnished: Furnished, browser: Browser) -> None:
    """No freeze without evidence; while it lasts the member is told so, and then no more."""
    async with window(furnished, browser, "hezhiyuan", DESK, "en") as looking:
        page = looking.page
        await begin(page, furnished)
        await search(page, NUMBERS["guyu"])
        await page.click(".actions a[href$='/freeze']")
        await page.fill("#f-reason", "Codes of this member were used in two towns at once")
        await page.fill("#f-notice", "你的积分暂停使用，请带上手机到门店核对。")
        await page.click("main button.alarm")
        assert await page.evaluate("document.querySelector('#f-evidence').matches(':invalid')")
        await page.fill("#f-evidence", "Till logs of 20 November, s367 and s321")
        await page.click("main button.alarm")
        await expect(page.locator(".page-head .chip.solid")).to_contain_text("Frozen until")
        async with window(furnished, browser, "guyu", PHONE) as member:
            await member.page.goto(f"{furnished.address}/m/wallet")
            await expect(member.page.locator(".alert")).to_contain_text("用积分暂停到")
        await page.click(".actions a[href$='/unfreeze']")
        await page.fill("#f-reason", "The member came with the phone")
        await page.click("main form button.main")
        await expect(page.locator(".page-head .chip.solid")).to_have_count(0)
        await expect(card(page, "cases")).to_contain_text("Till logs of 20 November")
    async with window(furnished, browser, "guyu", PHONE) as member:
        await member.page.goto(f"{furnished.address}/m/wallet")
        await expect(member.page.locator(".alert")).to_have_count(0)


async def test_the_programme_is_changed_by_two_people(furnished: Furnished, browser: Browser) -> None:
    """A rule by its form, a bad sentence mended by one click, submitted, approved, and a version more."""
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await menu(page, "/console/programme")
        if await page.locator(".page-head a[href='/console/programme/draft']").count():
            await page.click(".page-head a[href='/console/programme/draft']")
            await page.click("button[data-open='discard']")
            await page.click("#discard form button")
        await page.click(".page-head form button.main")
        await page.click("#rule-breakfast th a")
        points = figure(await page.input_value("#f-points"))
        await page.fill("#f-points", str(points + 1))
        await page.fill("#f-title", f"糕点配熟食，加 {points + 1} 积分")
        await page.fill("#f-title_en", f"{points + 1} more points for pastry with deli")
        await page.press("#f-points", "Enter")
        row = page.locator("#rule-breakfast")
        await expect(row.locator("del.old").first).to_be_visible()
        await expect(row.locator("ins.new").first).to_contain_text(f"{points + 1}")
        await page.click(".subnav a:has-text('活动')")
        await page.click("th a:has-text('冬至团圆')")
        text = await page.input_value("#f-text")
        await page.fill("#f-text", text + "最终解释权归青禾联盟。")
        await page.click("main form button.main:has-text('存到草稿')")
        finding = page.locator(".finding.must")
        await expect(finding).to_contain_text("不能说解释权归自己")
        await expect(page.locator(".page-head button[disabled]")).to_be_visible()
        await finding.locator("button:has-text('换成这句')").click()
        await expect(page.locator(".finding.must")).to_have_count(0)
        await page.click(".page-head a:has-text('提交审批')")
        await page.click("main form button.main")
        await page.wait_for_url("**/console/proposals")
        await page.locator(".todo a[href^='/console/proposals/']").first.click()
        await expect(page.locator("main")).to_contain_text("等审批的人来定")
        await expect(page.locator("form[action$='/approve']")).to_have_count(0)
        address = page.url
    async with window(furnished, browser, "shenruyi", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await menu(page, "/console/proposals")
        await page.click(f".todo a.button[href='{address.removeprefix(furnished.address)}']")
        await expect(page.locator("#rule-breakfast")).to_contain_text(f"{points + 1}")
        await page.click("form[action$='/approve'] button")
        await page.wait_for_url("**/console/programme/versions/*")
        version = page.url.rsplit("/", 1)[1]
        await expect(page.locator(".page-head")).to_contain_text("沈如意")
        await page.click(".crumbs a[href='/console/programme/versions']")
        listed = page.locator("tbody tr", has=page.locator(f"a[href$='/versions/{version}']"))
        await expect(listed).to_contain_text("何知远")
        await expect(listed).to_contain_text("沈如意")


@pytest.mark.parametrize(("language", "size"), [("zh", DESK), ("en", PHONE)], ids=["zh-desk", "en-phone"])
async def test_the_calendar_turns_and_shows_one_store(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int]
) -> None:
    """A month on, a month back, one store alone: its market days are those of its town."""
    async with window(furnished, browser, "hezhiyuan", size, language) as looking:
        page = looking.page
        await page.goto(f"{furnished.address}/console/calendar")
        here = await page.locator("h1").inner_text()
        every = await page.locator(".day:not(.outside) .sign").count()
        await page.click("a[rel=next]")
        await expect(page.locator("h1")).not_to_have_text(here)
        await page.click("a[rel=prev]")
        await expect(page.locator("h1")).to_have_text(here)
        await page.select_option("#store", "s367")
        await page.wait_for_url("**store=s367**")
        days = await page.locator(".day:not(.outside):has(.sign) .lunar").all_inner_texts()
        assert 5 <= len(days) < every
        told = [day for day in days if not day.startswith("廿") or language == "en"]
        assert told
        if language == "zh":
            assert all(day[-1] in "三八" for day in days), days
        await page.click(".day.today a.number")
        await expect(page.locator("#day")).to_contain_text("柳河镇店")


async def test_a_contract_never_holds_for_the_past(furnished: Furnished, browser: Browser) -> None:
    """From last month it is refused, what was filled in stays; from a later year it holds."""
    now = await clock(furnished)
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        await menu(page, "/console/merchants")
        await page.click("main th a:has-text('柳河百货')")
        contracts = card(page, "contracts").locator("tbody tr")
        before = await contracts.count()
        filled = {"issue": "1.02", "reimburse": "0.96", "fee": "1.0", "days": "15"}
        for name, value in filled.items():
            await page.fill(f"#f-{name}", value)
        await page.fill("#f-from", (now - timedelta(days=30)).date().isoformat())
        looking.expected = 409
        await page.click("form[action$='/contracts'] button")
        await expect(page.locator("main [role=alert]").first).to_contain_text("不能改过去")
        await expect(page.locator("#n-from")).to_contain_text("早于今天")
        await expect(page.locator("#f-issue")).to_have_value("1.02")
        await expect(contracts).to_have_count(before)
        later = now + timedelta(days=400 + 10 * before)
        await page.fill("#f-from", later.date().isoformat())
        await page.click("form[action$='/contracts'] button")
        await expect(contracts).to_have_count(before + 1)
        await expect(contracts.first).to_contain_text("¥1.02")
        await expect(contracts.first).to_contain_text("排着队")


async def test_a_key_is_made_by_the_approver_and_shown_once(furnished: Furnished, browser: Browser) -> None:
    """The secret opens the interface, stands on no later page, and no more once it is revoked."""
    label = f"till-{secrets.token_hex(3)}"
    async with window(furnished, browser, "shenruyi", DESK, "en") as looking:
        page = looking.page
        await begin(page, furnished)
        await menu(page, "/console/keys")
        await page.click("button[data-open='new-key']")
        await page.fill("#new-key #f-label", label)
        await page.select_option("#new-key #f-merchant", label="禾田超市")
        await page.press("#new-key #f-label", "Enter")
        secret = await page.input_value(".said.done input")
        right = {"authorization": f"Bearer {secret}"}
        address = f"{furnished.address}/v1/quotes/00000000-0000-0000-0000-000000000000"
        opens = await looking.context.request.get(address, headers=right)
        await menu(page, "/console/keys")
        row = page.locator("#keys >> xpath=ancestor::section").locator("tr", has_text=label)
        await expect(row).to_contain_text("禾田超市")
        assert secret not in await page.content()
        await row.locator("button").click()
        await expect(row.locator("button")).to_have_count(0)
        closed = await looking.context.request.get(address, headers=right)
        assert (opens.status, closed.status) == (404, 401)
        await menu(page, "/console/audit")
        await page.fill("#f-target", label)
        await page.press("#f-target", "Enter")
        await expect(page.locator("tbody tr")).to_have_count(2)
        await expect(page.locator("tbody")).not_to_contain_text(secret)
    async with window(furnished, browser, "hezhiyuan", DESK) as looking:
        await begin(looking.page, furnished)
        await menu(looking.page, "/console/keys")
        await expect(looking.page.locator("button[data-open]")).to_have_count(0)


async def test_the_auditor_reads_all_and_writes_nothing(furnished: Furnished, browser: Browser) -> None:
    """Every entry of the menu, a member, an entry: the same pages, and no form that writes."""
    async with window(furnished, browser, "liangheng", DESK) as looking:
        page = looking.page
        await begin(page, furnished)
        links = page.locator(".side-nav .unfolded a")
        paths = [str(await one.get_attribute("href")) for one in await links.all()]
        assert len(paths) >= 15
        for path in paths:
            await menu(page, path)
            await no_writing(page)
        await search(page, NUMBERS["lin"])
        await expect(page.locator("h1")).to_have_text("林小满")
        await no_writing(page)
        await expect(page.locator(".actions a")).to_have_count(0)
        await card(page, "entries").locator("tbody a").first.click()
        await expect(card(page, "chain")).to_be_visible()
        await no_writing(page)


async def no_writing(page: Page) -> None:
    """A page without a form that writes, and without a button that opens one."""
    await expect(page.locator("h1")).to_be_visible()
    writing = page.locator("form[method=post], [data-open], [hx-post]")
    assert await writing.count() == 0, f"{page.url}: {await writing.first.evaluate('one => one.outerHTML')}"


@pytest.mark.parametrize(
    ("language", "size", "colours"),
    [("en", (1440, 900), "dark"), ("zh", PHONE, "light")],
    ids=["dark-en", "phone"],
)
async def test_the_dashboard_draws_its_charts_and_has_their_tables(
    furnished: Furnished, browser: Browser, language: str, size: tuple[int, int], colours: str
) -> None:
    """An SVG in each chart, a table for each, five figures, and opening to closing adds up."""
    async with window(furnished, browser, "hezhiyuan", size, language, colours) as looking:  # type: ignore[arg-type]
        page = looking.page
        await begin(page, furnished)
        charts = page.locator(".chart")
        assert await charts.count() == 3
        for chart in await charts.all():
            await expect(chart.locator("svg")).to_be_visible()
            assert await chart.get_attribute("aria-label")
            table = chart.locator("xpath=ancestor::section").locator("details.data")
            await table.locator("summary").click()
            await expect(table.locator("tbody tr").first).to_be_visible()
        await page.click("details.sums summary")
        rows = await page.locator("details.sums tbody td.num").all_inner_texts()
        total = await page.locator("details.sums tfoot td.num").inner_text()
        assert sum(figure(row) for row in rows) == figure(total)
        assert figure(await page.locator(".kpis .figure").first.inner_text()) == figure(total)

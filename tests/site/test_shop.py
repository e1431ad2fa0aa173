"""The merchant's console: a manager sees and does what is the merchant's own, and nothing else."""

import re
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from jifen.site.visit import SESSION_COOKIE
from tests.site.shopping import with_shop
from tests.site.test_wallet import said
from tests.site.town import PASSWORD, TODAY, Browser, Town, Towns, built

PAGES = (
    "/shop",
    "/shop/receipts",
    "/shop/bookings",
    "/shop/rewards",
    "/shop/campaigns",
    "/shop/contract",
    "/shop/staff",
    "/shop/keys",
)
NEXT = {"issue_fen_per_100": 100, "reimburse_fen_per_100": 90, "fee_permille": 12}


@pytest.fixture(scope="module")
async def mall(towns: Towns) -> AsyncIterator[Town]:
    """禾田超市 sold, took back, and has an order and two bookings; 安驰车服 sold something too."""
    async with built(towns, with_shop) as town:
        await town.given("lin", 20_000)
        await town.given("gu", 20_000)
        await town.api.post("/v1/stocks", {"code": "oil", "count": 4})
        key = secrets.token_hex(8)
        bought = {"member": town.number("lin"), "store": "S367", "amount": 20_000}
        await town.api.post("/v1/purchases", bought, key)
        await town.buys("chen", 10_000, "S400")
        await town.buys("chen", 12_345, "S700")
        await town.api.post("/v1/returns", {"purchase": key, "amount": 5_000}, secrets.token_hex(8))
        await takes(town, "gu", "oil-2l")
        await takes(town, "lin", "baking", slot="2026-11-21T11:00:00+08:00")
        await takes(town, "gu", "baking", slot="2026-11-22T11:00:00+08:00")
        await takes(town, "gu", "groceries-10-off-100")
        yield town


async def takes(town: Town, who: str, reward: str, **more: str) -> str:
    """Somebody redeems a reward; the order's id."""
    body = {"member": town.number(who), "reward": reward, **more}
    answer = await town.api.post("/v1/reward-redemptions", body, secrets.token_hex(8))
    return str(answer["id"])


async def orders(town: Town, **asked: str) -> list[dict[str, str]]:
    """Orders as the operator sees them."""
    found: list[dict[str, str]] = (await town.api.get("/v1/orders", **asked))["orders"]
    return found


async def test_only_a_manager_has_these_pages(mall: Town) -> None:
    """Neither a cashier nor the operator's people nor a member; a stranger signs in."""
    for who in ("zhoumin", "hezhiyuan", "xuapprover", "songauditor", "lin"):
        browser = await mall.client(who)
        for path in PAGES:
            await browser.open(path, 403)
    await (await mall.client()).open("/shop", 303)


async def test_another_merchants_manager_sees_nothing_of_ours(mall: Town) -> None:
    """Neither stores, receipts, orders, rewards, people nor keys of 禾田超市, nor a thing by its id."""
    ours = await mall.client("hemanager")
    await ours.send("/shop/keys", "/shop/keys", label="till-1", role="")
    theirs = await mall.client("anmanager")
    secrets_of_ours = (
        "禾田",
        "S367",
        "S400",
        "葵花籽油",
        "烘焙",
        "周敏",
        "zhoumin",
        "hemanager",
        "hetian",
        "顾",
    )
    for path in (*PAGES, "/shop/receipts?day=all", "/shop/bookings?day=2026-11-22"):
        text = await theirs.open(path)
        for word in secrets_of_ours:
            assert word not in text, (path, word)
    receipt = re.search(r'href="(/shop/receipts/[0-9a-f-]{36})"', await ours.open("/shop/receipts"))
    assert receipt is not None
    await theirs.open(receipt[1], 404)
    await theirs.open("/shop/receipts?store=S367", 404)
    order = (await orders(mall, reward="oil-2l"))[0]["id"]
    for step in ("confirm", "fulfil", "no-show"):
        assert (await theirs.send(f"/shop/orders/{order}/{step}", "/shop/keys")).status_code == 404
    failed = await theirs.send(f"/shop/orders/{order}/fail", "/shop/keys", reason="none")
    assert failed.status_code == 422
    assert (await orders(mall, reward="oil-2l"))[0]["state"] == "placed"
    stock = await theirs.send("/shop/rewards/oil-2l/stock", "/shop/keys", count="5")
    assert stock.status_code == 404
    cashier = (await mall.reception.staff.by_login("zhoumin")).id  # type: ignore[union-attr]
    for what in ("disable", "enable", "password"):
        answer = await theirs.send(f"/shop/staff/{cashier}/{what}", "/shop/keys", password=PASSWORD)
        assert answer.status_code == 404
    revoked = await theirs.send("/shop/keys/revoke", "/shop/keys", label="hetian-till-1")
    assert revoked.status_code == 404
    assert "hetian-till-1" in said(await ours.open("/shop/keys"))
    added = await theirs.send(
        "/shop/staff", "/shop/staff", login="spy", name="探", store="S367", password=PASSWORD
    )
    assert added.status_code == 422


async def test_the_day_adds_up(mall: Town) -> None:
    """Issued less taken back, used here, money by store, and what the contract makes of it."""
    text = said(await (await mall.client("hemanager")).open("/shop"))
    entries = []
    for who in ("lin", "gu", "chen"):
        number = mall.number(who)
        found = (await mall.api.get(f"/v1/members/{number}/entries", limit=200))["entries"]
        entries += [one for one in found if one["merchant"] == "hetian" and one["recorded_at"] >= "2026-11-2"]
    legs = []
    for one in entries:
        whole = await mall.api.get(f"/v1/entries/{one['id']}")
        legs += whole["legs"]
    issued = sum(leg["points"] for leg in legs if leg["account"] in ("issued", "clawed_back"))
    used = -sum(leg["points"] for leg in legs if leg["account"] == "redeemed")
    assert f"发出的积分 {issued:,}" in text
    assert f"在这里用掉的 {used:,}" in text
    assert used == 2_800 + 1_200 + 1_200 + 1_000
    gets = used * 95 // 100
    assert f"¥{gets // 100}.{gets % 100:02d}" in text
    assert "禾田超市 柳河镇店 1 ¥200.00" in text
    assert "禾田超市 青石店 1 ¥100.00" in text
    assert "买单 2 收 ¥300.00，退货 1 单" in text


async def test_what_is_to_be_seen_to(mall: Town) -> None:
    """An order that waits, a shelf that is nearly empty, and the market day."""
    text = said(await (await mall.client("hemanager")).open("/shop"))
    assert "1 单等着确认" in text
    assert "“葵花籽油 2 升”只剩 3" in text
    assert "今天是集市日：禾田超市 柳河镇店" in text
    assert "11:00 烘焙体验课 林** 199****0012" in text
    english = said(await (await mall.client("hemanager", "en")).open("/shop"))
    assert "1 order waits to be confirmed" in english
    assert "Only 3 of “Sunflower oil, 2 l” left" in english


async def test_receipts_by_store_member_and_day(mall: Town) -> None:
    """Masked names; a store's returns with its purchases; another day has none; all days page on."""
    browser = await mall.client("hemanager")
    text = said(await browser.open("/shop/receipts"))
    assert "林**" in text
    assert "林小满" not in text
    assert "¥123.45" not in text
    first = said(await browser.open("/shop/receipts?store=S367"))
    assert "买单 ¥200.00" in first
    assert "退货" in first
    assert "¥100.00" not in first.replace("满 100", "")
    assert "陈**" not in said(await browser.open("/shop/receipts?who=林"))
    assert "林**" not in said(await browser.open(f"/shop/receipts?who={mall.number('chen')}"))
    assert "这一天没有" in said(await browser.open("/shop/receipts?day=2026-11-19"))
    assert "没有符合的" in said(await browser.open("/shop/receipts?who=赵"))
    for wrong in ("?day=x", "?store=S999", "?after=AAAA"):
        await browser.open(f"/shop/receipts{wrong}", 404)


async def test_many_receipts_page_without_a_gap(mall: Town) -> None:
    """Fifty on a page, and each once."""
    for _ in range(55):
        await mall.buys("chen", 100, "S400")
    browser = await mall.client("hemanager")
    seen: list[str] = []
    address: str | None = "/shop/receipts?store=S400"
    while address:
        page = await browser.open(address)
        seen += re.findall(r'href="/shop/receipts/([0-9a-f-]{36})"', page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert len(seen) == len(set(seen)) == 56


async def test_a_receipt_is_explained_without_what_is_the_members(mall: Town) -> None:
    """The rules and their sums are there; the member's balance and other merchants' entries are not."""
    browser = await mall.client("hemanager")
    page = await browser.open("/shop/receipts?store=S367")
    receipts = re.findall(r'href="(/shop/receipts/[0-9a-f-]{36})"', page)
    balance = (await mall.balance("lin"))["balances"]["point"]["available"]
    text = said(await browser.open(receipts[-1]))
    assert "每消费 1 元得 1 积分" in text
    assert "没给的，为什么" in text
    assert f"{balance:,}" not in text
    assert "这笔之后可用" not in text
    assert "和它有关的" in text
    await browser.open("/shop/receipts/0190a5d0-0000-7000-8000-000000000000", 404)
    await browser.open("/shop/receipts/none", 404)


async def test_an_order_goes_its_steps(mall: Town) -> None:
    """Confirmed, handed over; a step that is no longer open says so, and nothing moves twice."""
    browser = await mall.client("hemanager")
    order = await takes(mall, "lin", "oil-2l")
    page = await browser.open("/shop/bookings")
    assert f"/shop/orders/{order}/confirm" in page
    answer = await browser.send(f"/shop/orders/{order}/confirm", "/shop/bookings", day="2026-11-21")
    assert answer.status_code == 303
    assert "“葵花籽油 2 升”已确认" in said(await browser.open(answer.headers["location"]))
    assert (await browser.send(f"/shop/orders/{order}/fulfil", "/shop/bookings")).status_code == 303
    again = await browser.send(f"/shop/orders/{order}/fulfil", "/shop/bookings")
    assert again.status_code == 422
    assert "这一单已经变了" in again.text
    assert (await mall.api.get(f"/v1/orders/{order}"))["state"] == "fulfilled"


async def test_an_order_that_cannot_be_gives_its_points_back(mall: Town) -> None:
    """With the reason, and with the remedy that the programme publishes where it is chosen."""
    browser = await mall.client("hemanager")
    before = (await mall.balance("lin"))["balances"]["point"]["available"]
    order = await takes(mall, "lin", "oil-2l")
    path = f"/shop/orders/{order}/fail"
    unsaid = await browser.send(path, "/shop/bookings", reason="", remedy="unfulfilled")
    assert unsaid.status_code == 422
    assert "还缺原因" in unsaid.text
    done = await browser.send(path, "/shop/bookings", reason="这一批漏油", remedy="unfulfilled")
    assert done.status_code == 303
    assert (await mall.api.get(f"/v1/orders/{order}"))["reason"] == "这一批漏油"
    assert (await mall.balance("lin"))["balances"]["point"]["available"] == before + 280


async def test_bookings_by_day(mall: Town) -> None:
    """A day's bookings by their time; who did not come can be recorded only once the time has begun."""
    browser = await mall.client("hemanager")
    tomorrow = await browser.open("/shop/bookings?day=2026-11-22")
    assert "11:00" in said(tomorrow)
    assert "/no-show" not in tomorrow
    assert "这一天没有预约" in said(await browser.open("/shop/bookings?day=2026-12-24"))
    assert "2026 年 11 月 21 日的预约" in said(await browser.open("/shop/bookings?day=nonsense"))
    booking = next(
        one["id"] for one in await orders(mall, slots_on="2026-11-21") if one["reward"] == "baking"
    )
    await mall.clock(TODAY.replace(hour=11, minute=30))
    try:
        assert f"/shop/orders/{booking}/no-show" in await browser.open("/shop/bookings")
        gone = await browser.send(f"/shop/orders/{booking}/no-show", "/shop/bookings")
        assert gone.status_code == 303
        await browser.open(f"/shop/orders/{booking}/dance", 405)
    finally:
        await mall.clock(TODAY)
    assert (await mall.api.get(f"/v1/orders/{booking}"))["state"] == "cancelled"


async def test_vouchers_that_are_out(mall: Town) -> None:
    """How many of the own vouchers are out, and where one is checked."""
    page = await (await mall.client("hemanager")).open("/shop/bookings")
    assert "禾田满 100 减 10 券 1 0" in said(page)
    assert 'href="/till/vouchers"' in page


async def test_more_stock_once(mall: Town) -> None:
    """What is added is there; the same form twice adds once; nonsense and others' rewards add nothing."""
    browser = await mall.client("hemanager")
    left = (await mall.api.get("/v1/stocks/oil"))["remaining"]
    page = await browser.open("/shop/rewards")
    hidden = {name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")}
    for _ in range(2):
        form = {**hidden, "count": "7"}
        answer = await browser.client.post("/shop/rewards/oil-2l/stock", data=form)
        assert answer.status_code == 303
    assert (await mall.api.get("/v1/stocks/oil"))["remaining"] == left + 7
    for wrong in ("0", "-1", "x", "1000001", ""):
        refused = await browser.send("/shop/rewards/oil-2l/stock", "/shop/rewards", count=wrong)
        assert refused.status_code == 422, wrong
        assert "填一个整数" in refused.text
    for other in ("car-wash", "baking", "none"):
        assert (
            await browser.send(f"/shop/rewards/{other}/stock", "/shop/rewards", count="1")
        ).status_code == 404
    assert (await mall.api.get("/v1/stocks/oil"))["remaining"] == left + 7
    text = said(page)
    assert "想改价或加新的" in text
    assert "洗车" not in text


async def test_campaigns_and_market_days_at_own_stores(mall: Town) -> None:
    """What runs here with who pays; the dates ahead with their stores; nothing that is only another's."""
    text = said(await (await mall.client("hemanager")).open("/shop/campaigns"))
    assert "会员感恩月" in text
    assert "我们 1/3，青禾联盟 2/3" in text
    assert "安驰车服满 300 元" not in text
    assert "赶集日单笔满 50 元双倍 柳河镇店" in text
    assert "11 月 22 日" not in text
    assert re.search(r"11 月 28 日 周六 · \S+ 每月 8、18、28 日会员日双倍", text)
    other = said(await (await mall.client("anmanager")).open("/shop/campaigns"))
    assert "安驰车服满 300 元加 30 积分" in other
    assert "柳河镇店" not in other
    assert "running" in said(await (await mall.client("hemanager", "en")).open("/shop/campaigns"))


async def test_contracts_by_version(mall: Town) -> None:
    """The one in force is marked, the one to come is told of, and the example is reckoned by the former."""
    browser = await mall.client("hemanager")
    assert "10,000 ÷ 100 × ¥0.95" in said(await browser.open("/shop/contract"))
    coming = {**NEXT, "valid_from": "2027-01-01T00:00:00+08:00"}
    await mall.api.post("/v1/merchants/hetian/contracts", coming)
    text = said(await browser.open("/shop/contract"))
    assert "第 2 版 2027-01-01 ¥1.00 ¥0.90 1.2%" in text
    assert "还没开始" in text
    assert "10,000 ÷ 100 × ¥0.95" in text
    assert "合同第 2 版从 2027 年 1 月 1 日起生效" in said(await browser.open("/shop"))


async def test_cashiers_come_and_go(mall: Town) -> None:
    """Added with a store, disabled and signed out, enabled, given a new password; all in the audit log."""
    browser = await mall.client("hemanager")
    fields = {"login": "liuyan", "name": "刘燕", "store": "S400", "password": "paper lantern 88"}
    assert (await browser.send("/shop/staff", "/shop/staff", **fields)).status_code == 303
    now = datetime.now(UTC)
    staff = await mall.reception.staff.check("liuyan", "paper lantern 88", "", now)
    assert (staff.role, staff.store) == ("cashier", "S400")
    till = await signed_in(mall, "liuyan")
    await till.open("/till")
    assert (await browser.send(f"/shop/staff/{staff.id}/disable", "/shop/staff")).status_code == 303
    assert "已停用" in said(await browser.open("/shop/staff"))
    assert (await browser.send(f"/shop/staff/{staff.id}/enable", "/shop/staff")).status_code == 303
    path = f"/shop/staff/{staff.id}/password"
    short = await browser.send(path, "/shop/staff", password="liuyan")
    assert short.status_code == 422
    assert "密码太短" in short.text
    assert (await browser.send(path, "/shop/staff", password="paper lantern 99")).status_code == 303
    assert (await mall.reception.staff.check("liuyan", "paper lantern 99", "", now)).id == staff.id
    taken = await browser.send("/shop/staff", "/shop/staff", **fields)
    assert taken.status_code == 422
    assert "换一个" in taken.text
    lines = await mall.reception.audit.page(mall.program.id, filters={"actor": "hemanager"})
    done = {(line.action, line.target) for line in lines if line.outcome == "done"}
    for action in ("add", "disable", "enable", "password"):
        assert (f"shop.staff_{action}", "liuyan") in done
    assert "paper lantern" not in str([line.facts for line in lines])


async def test_a_manager_changes_no_manager(mall: Town) -> None:
    """Neither oneself nor a colleague who manages: that is the operator's."""
    browser = await mall.client("hemanager")
    own = await mall.reception.staff.by_login("hemanager")
    assert own is not None
    for what in ("disable", "password"):
        answer = await browser.send(f"/shop/staff/{own.id}/{what}", "/shop/staff", password=PASSWORD)
        assert answer.status_code == 404


async def test_keys_are_shown_once_and_revoked(mall: Town) -> None:
    """A key of the merchant's opens its own data alone; its label begins with the merchant's code."""
    browser = await mall.client("hemanager")
    made = await browser.send("/shop/keys", "/shop/keys", label="pos-2", role="")
    secret = re.search(r'value="(jf_[^"]+)"', made.text)
    assert secret is not None
    assert secret[1] not in await browser.open("/shop/keys")
    headers = {"authorization": f"Bearer {secret[1]}"}
    shown = (await browser.client.get("/v1/program", headers=headers)).json()
    assert [one["code"] for one in shown["merchants"]] == ["hetian"]
    assert (await browser.send("/shop/keys", "/shop/keys", label="pos-2", role="")).status_code == 422
    for wrong in ("", "大写", "a b", "X"):
        assert (await browser.send("/shop/keys", "/shop/keys", label=wrong, role="")).status_code == 422
    assert (await browser.send("/shop/keys", "/shop/keys", label="ok", role="clerk")).status_code == 422
    gone = await browser.send("/shop/keys/revoke", "/shop/keys", label="hetian-pos-2")
    assert gone.status_code == 303
    assert (await browser.client.get("/v1/program", headers=headers)).status_code == 401
    assert "已停用" in said(await browser.open("/shop/keys"))
    lines = await mall.reception.audit.page(mall.program.id, filters={"actor": "hemanager"})
    assert {"shop.key_make", "shop.key_revoke"} <= {line.action for line in lines}
    assert secret[1] not in str([line.facts for line in lines])


async def test_every_page_in_both_languages(mall: Town) -> None:
    """One h1, nothing untranslated; names of merchants and people stay as they are."""
    chinese, english = await mall.client("hemanager"), await mall.client("hemanager", "en")
    for path in PAGES:
        assert (await chinese.open(path)).count("<h1") == 1
        page = await english.open(path)
        assert page.count("<h1") == 1
        assert 'lang="en' in page


async def signed_in(town: Town, login: str) -> Browser:
    """A browser of one of the staff who was added later."""
    staff = await town.reception.staff.by_login(login)
    assert staff is not None
    browser = await town.client()
    token = await town.reception.sessions.open_for_staff(staff, datetime.now(UTC))
    browser.client.cookies.set(SESSION_COOKIE, token)
    return browser

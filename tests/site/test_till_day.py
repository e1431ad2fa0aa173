"""Vouchers, bookings, the day and what was kept while the network was away, through the till's pages."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from jifen.mall.voucher_codes import code_of, grouped
from jifen.values.ids import new_id
from tests.site.till_town import card_of, field, hidden, known, quoted, seen, sold
from tests.site.town import TODAY, Browser, Town


async def voucher_of(town: Town, who: str) -> str:
    """The code of a new voucher of that member."""
    await town.given(who, 1_000)
    body = {"member": town.number(who), "reward": "groceries-10-off-100"}
    await town.api.post("/v1/reward-redemptions", body, secrets.token_hex(8))
    made = (await town.api.get(f"/v1/members/{town.number(who)}/vouchers"))["vouchers"]
    return str(made[0]["code"])


async def checked(till: Browser, code: str, amount: str = "") -> str:
    """What the page says of a voucher."""
    answer = await till.send("/till/vouchers", "/till/vouchers", code=code, amount=amount)
    assert answer.status_code in (200, 422, 429)
    return seen(answer.text)


async def booked(town: Town, who: str, at: datetime) -> str:
    """A car wash booked for a time; the order."""
    await town.given(who, 2_500)
    body = {"member": town.number(who), "reward": "car-wash", "store": "S700", "slot": at.isoformat()}
    return str((await town.api.post("/v1/reward-redemptions", body, secrets.token_hex(8)))["id"])


async def reported(till: Browser, page: str, **bill: Any) -> Any:
    """What the till is answered for a bill that it kept."""
    kept = {
        "csrf": field(page, "csrf"),
        "store": "S367",
        "till": "S367-AB12",
        "at": TODAY.isoformat(),
        **bill,
    }
    answer = await till.client.post("/till/offline", data=kept)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_voucher_is_told_without_being_used(shop: Town) -> None:
    """What it is and what it saves; below its minimum and at another merchant, why it is not good."""
    code = await voucher_of(shop, "lin")
    till = await shop.client("zhoumin")
    said = await checked(till, code.lower().replace("-", " "), "128")
    assert "能用 禾田满 100 减 10 券" in said
    assert "能省 ¥10.00 券后应付 ¥118.00" in said
    said = await checked(till, code, "99")
    assert "没到最低金额" in said
    assert "要满 ¥100.00，现在 ¥99.00。" in said
    assert "能用 禾田满 100 减 10 券" in await checked(till, code)
    other = await shop.client("anmanager")
    await other.send("/till/stores", "/till", store="S700")
    said = await checked(other, code, "128")
    assert "不能在本店用" in said
    assert "禾田" not in said.split("不能在本店用", 1)[1].split("今天的预约")[0]
    assert "没有这张券" in await checked(till, "ACDE-FGHJ-KMNP-RTVW")


async def test_who_guesses_codes_is_made_to_pause(shop: Town) -> None:
    """Ten wrong codes in a quarter of an hour: then even the right one waits, here and at the payment."""
    right = await voucher_of(shop, "chen")
    till = await shop.client("hemanager")
    await till.send("/till/stores", "/till", store="S400")
    for _ in range(10):
        wrong = grouped(code_of(shop.house.vault, new_id(0)))
        assert "没有这张券" in await checked(till, wrong)
    assert "10 次券码都不对，先停一停" in await checked(till, right, "128")
    page = await known(till, await card_of(shop, "chen"), amount="128")
    page = await quoted(till, page, amount="128", voucher_code=right)
    assert "先停一停" in page
    assert "券优惠" not in page
    # Somebody else at the next till is not held up.
    assert "能用" in await checked(await shop.client("zhoumin"), right, "128")


async def test_bookings_of_today_go_their_steps(shop: Town) -> None:
    """Accepted, handed over, or nobody came: each step by its button, with what happens to the points."""
    await shop.clock(TODAY.replace(hour=8))
    early = await booked(shop, "lin", TODAY.replace(hour=10, minute=0))
    late = await booked(shop, "gu", TODAY.replace(hour=14, minute=0))
    await booked(shop, "chen", TODAY.replace(hour=14, minute=0) + timedelta(days=1))
    await shop.clock(TODAY)
    till = await shop.client("anmanager")
    await till.send("/till/stores", "/till", store="S700")
    page = await till.open("/till/vouchers")
    said = seen(page)
    assert "10:00 10:30 洗车一次 等接单 林** 199****0012 · 2,500 积分" in said
    assert "14:00 14:30 洗车一次 等接单 顾** 199****0037" in said
    assert "陈**" not in said
    assert page.count("按约好的规则，2,500 积分算用掉，不退。") == 1
    answer = await till.send(f"/till/orders/{late}/confirm", "/till/vouchers")
    assert "接单了：洗车一次" in await till.open(answer.headers["location"])
    answer = await till.send(f"/till/orders/{late}/fulfil", "/till/vouchers")
    assert answer.status_code == 303
    answer = await till.send(f"/till/orders/{early}/no-show", "/till/vouchers")
    assert answer.status_code == 303
    said = seen(await till.open("/till/vouchers"))
    assert "没来" not in said.split("今天的预约", 1)[1].replace("记为没来：洗车一次", "")
    assert "已交" in said
    answer = await till.send(f"/till/orders/{late}/fulfil", "/till/vouchers")
    assert answer.status_code == 409
    assert "这一单已经走到别的一步" in answer.text


async def test_orders_are_handed_over_where_they_were_placed(shop: Town) -> None:
    """An order waits at its store: there it is handed over, at another of the merchant's it is not there."""
    await shop.given("gu", 5_600)
    orders = {}
    for store in ("S367", "S400"):
        body = {"member": shop.number("gu"), "reward": "oil-2l", "store": store}
        made = await shop.api.post("/v1/reward-redemptions", body, f"oil-{store}")
        orders[store] = made["id"]
    till = await shop.client("zhoumin")
    said = seen(await till.open("/till/vouchers"))
    assert said.split("等着交的", 1)[1].count("葵花籽油 2 升") == 1
    answer = await till.send(f"/till/orders/{orders['S400']}/fulfil", "/till/vouchers")
    assert answer.status_code == 404
    answer = await till.send(f"/till/orders/{orders['S367']}/fulfil", "/till/vouchers")
    assert "交好了：葵花籽油 2 升" in await till.open(answer.headers["location"])
    assert (await shop.api.get(f"/v1/orders/{orders['S400']}"))["state"] == "placed"


async def test_another_merchants_order_takes_no_step(shop: Town) -> None:
    """An order is handed over by its merchant only."""
    await shop.clock(TODAY.replace(hour=8))
    order = await booked(shop, "lin", TODAY.replace(hour=16, minute=0))
    await shop.clock(TODAY)
    till = await shop.client("zhoumin")
    answer = await till.send(f"/till/orders/{order}/fulfil", "/till")
    assert answer.status_code == 404
    assert (await shop.api.get(f"/v1/orders/{order}"))["state"] == "placed"
    answer = await till.send(f"/till/orders/{order}/dispute", "/till")
    assert answer.status_code == 404


async def test_the_day_adds_up(town: Town) -> None:
    """Bills, money, points taken and given (50 for a first order), what came back: of the store, of each."""
    await town.given("gu", 10_000)
    till, manager = await town.client("zhoumin"), await town.client("hemanager")
    await manager.send("/till/stores", "/till", store="S367")
    card = await card_of(town, "gu")
    at = await sold(till, card, amount="40", use="own", points="1000")
    await sold(manager, card, amount="25", use="none")
    await manager.send("/till/stores", "/till", store="S400")
    await sold(manager, card, amount="99", use="none")
    page = await till.open(f"/till/return?number={at.rsplit('/', 1)[1]}&all=1")
    told = {name: field(page, name) for name in ("number", "seen")}
    form = {**hidden(page), **told, "amount": "40.00"}
    assert (await till.client.post("/till/return/back", data=form)).status_code == 303
    said = seen(await till.open("/till/today"))
    assert "收款，单 2 收到现金 ¥55.00 收到积分 1,000 给出积分 105 退货，单 1 退 ¥30.00，1,000 积分" in said
    assert "何店长" in said
    said = seen(await till.open("/till/today?who=me"))
    assert "收款，单 1 收到现金 ¥30.00" in said
    other = await town.client("anmanager")
    await other.send("/till/stores", "/till", store="S700")
    assert "今天还没有收款" in await other.open("/till/today")


async def test_kept_bills_are_booked_once(shop: Town) -> None:
    """Reported later, a kept bill is booked as of then, once however often it comes."""
    till = await shop.client("zhoumin")
    till.client.cookies.set("jifen_till", "AB12")
    page = await till.open("/till")
    before = (await shop.balance("lin"))["balances"]["point"]["available"]
    bill = {"key": "kept-bill-0001", "member": await card_of(shop, "lin"), "amount": "128", "sequence": "1"}
    assert await reported(till, page, **bill) == {"state": "booked", "said": "", "points": 256}
    assert (await reported(till, page, **bill))["state"] == "booked"
    assert (await shop.balance("lin"))["balances"]["point"]["available"] == before + 256
    nobody = {"key": "kept-bill-0002", "member": "QH999999", "amount": "10", "sequence": "2"}
    assert (await reported(till, page, **nobody))["said"] == "没有这个会员"
    third = {"key": "kept-bill-0003", "member": shop.number("lin"), "amount": "84.60", "sequence": "3"}
    assert (await reported(till, page, **third))["points"] == 84
    said = seen(await till.open("/till/today"))
    assert "1 11-21 10:30 11-21 10:30 已补上" in said
    assert "缺的序号： 2" in said
    assert "收到现金 ¥212.60" in said


async def test_kept_bills_are_of_the_own_store(shop: Town) -> None:
    """A report for another merchant's store is refused; one without our token is no form of ours."""
    till = await shop.client("zhoumin")
    page = await till.open("/till")
    bill = {"key": "kept-bill-0009", "member": shop.number("lin"), "amount": "10", "sequence": "9"}
    assert (await reported(till, page, **{**bill, "store": "S700"}))["state"] == "refused"
    answer = await till.client.post("/till/offline", data={**bill, "store": "S367", "csrf": "none"})
    assert answer.status_code == 403
    assert (await till.client.get("/till/pulse")).json()["state"] == "here"

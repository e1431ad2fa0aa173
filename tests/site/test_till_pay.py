"""Paying at the till, through the pages: S03 to the fen, what warns, what refuses, and nothing twice."""

import re

from jifen.parties.identifying import Identifying
from jifen.values.ids import parse_id
from tests.site.till_town import LIST, card_of, code_of, field, hidden, known, pays, quoted, seen
from tests.site.town import Town


async def test_s03_half_in_points_keeps_the_market_day(shop: Town) -> None:
    """10,000 points on a 200.00 bill leave 100.00 in money, invoiceable 100.00, and the bonus is kept."""
    await shop.given("gu", 15_420)
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "gu"))
    assert "顾**" in page
    assert "199****0037" in page
    assert "15,420" in page
    assert "可抵 ¥154.20" in page
    page = await quoted(till, page, lines=LIST, use="best")
    said = seen(page)
    assert "商品 ¥200.00 积分抵扣 10,000 −¥100.00 应收 ¥ 100.00 可开票 ¥100.00" in said
    assert "再多用 100 积分，现金就不满 ¥100.00，少得“赶集日现金满 100 元双倍”的 100 积分。" in said
    assert "正好。" in said
    assert "这单得 +200 积分" in said
    assert "5,620 积分 15,420 − 10,000 + 200" in said
    assert "收 ¥100.00，完成" in said
    paid = await pays(till, page, lines=LIST, use="best")
    assert paid.status_code == 303, paid.text
    receipt = await till.open(paid.headers["location"])
    said = seen(receipt)
    assert "压榨花生油 5 升 89.90 东北大米 10 千克 59.90 洗衣液 3 千克 24.60 卷纸 12 卷 25.60" in said
    assert "实收 ¥100.00 可开票 ¥100.00" in said
    assert "余额 5,620 积分" in said
    balance = (await shop.balance("gu"))["balances"]["point"]
    assert (balance["available"], balance["held"]) == (5_620, 0)
    # The very form again is the very bill: nobody pays twice.
    again = await pays(till, page, lines=LIST, use="best")
    assert again.headers["location"] == paid.headers["location"]
    assert (await shop.balance("gu"))["balances"]["point"]["available"] == 5_620
    # The same quote under a new key, as from a page that was kept open: it leads to the receipt, too.
    fresh = {**hidden(page), "key": "another-key-of-a-kept-page", "lines": LIST, "use": "best"}
    late = await till.client.post("/till/pay", data=fresh)
    assert late.headers["location"] == paid.headers["location"]


async def test_s03_all_in_points(shop: Town) -> None:
    """20,000 points leave 0.00 and succeed, with the member there: from 12,000 on a card is not enough."""
    await shop.given("lin", 20_000)
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "lin"))
    page = await quoted(till, page, amount="200", use="most")
    assert "12,000 积分起要会员本人确认" in page
    assert 'id="pay" disabled' in page
    assert (await pays(till, page, amount="200", use="most")).status_code == 409
    page = await known(till, await code_of(shop, "lin"), amount="200", use="most")
    said = seen(page)
    assert "应收 ¥ 0.00 可开票 ¥0.00" in said
    assert "收 ¥0.00，完成" in said
    paid = await pays(till, page, amount="200", use="most")
    assert paid.status_code == 303, paid.text
    assert (await shop.balance("lin"))["balances"]["point"]["available"] == 0


async def test_a_capped_programme_says_the_most(town: Town) -> None:
    """Where half may be paid with points, more is refused, with the most it allows and a way to take it."""
    await town.given("gu", 15_000)
    till = await town.client("zhoumin")
    page = await known(till, await card_of(town, "gu"))
    page = await quoted(till, page, amount="200", use="own", points="15,000")
    said = seen(page)
    assert "最多抵应收的 50%" in said
    assert "要用 15,000，最多 10,000" in said
    assert "这单最多抵 ¥100.00。" in said
    assert "改用 10,000 积分" in said
    assert "offset_refused" in said
    page = await quoted(till, page, amount="200", set="10000")
    assert "应收 ¥ 100.00" in seen(page)
    page = await quoted(till, page, amount="200", use="own", points="150")
    assert "150 不是 100 的整数倍" in seen(page)


async def test_points_beyond_the_bonus_are_told(shop: Town) -> None:
    """One step too many says what fewer points would bring; far from it the cost of a step is told."""
    await shop.given("gu", 5_000)
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "gu"))
    page = await quoted(till, page, amount="120", use="own", points="2500")
    assert "少用 500 积分，现金就满 ¥100.00，多得 105 积分" in seen(page)
    page = await quoted(till, page, amount="120", use="none")
    assert "再多用 100 积分，这单少得 2 积分。" in seen(page)


async def test_what_was_not_seen_is_not_paid(shop: Town) -> None:
    """An amount that was changed after the quote is quoted anew: nothing is taken for it."""
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "chen"), amount="30", use="none")
    answer = await pays(till, page, amount="300", use="none")
    assert answer.status_code == 409
    assert "数变了，还没有收" in answer.text
    assert "收 ¥300.00，完成" in answer.text
    assert (await shop.balance("chen"))["balances"]["point"]["available"] == 0


async def test_a_phone_answers_first(shop: Town) -> None:
    """A typed phone is sent six digits; a wrong answer leaves tries, the right one shows the member."""
    till = await shop.client("zhoumin")
    page = await known(till, "199 0000 0038")
    assert "请顾客念给你听" in page
    assert "陈" not in page
    of = field(page, "who")
    identifying = Identifying(shop.house.pool, shop.house.vault, shop.house.members)
    waiting = await identifying.found(shop.program.id, parse_id(of))
    assert waiting is not None
    right = identifying.sent(waiting)
    wrong = "000000" if right != "000000" else "111111"
    answer = await till.client.post("/till/member", data={**hidden(page), "sms": wrong})
    assert answer.status_code == 422
    assert "验证码不对" in answer.text
    assert "还能试 4 次" in answer.text
    answer = await till.client.post("/till/member", data={**hidden(answer.text), "sms": right})
    assert "陈**" in answer.text
    assert "手机已确认" in answer.text


async def test_what_is_no_member_is_said(shop: Town) -> None:
    """A payment code, a misread card, a code that was used: each says what to do instead."""
    till = await shop.client("zhoumin")
    for scan, said in (
        ("134650001234567890", "这是付款码，不是会员码"),
        ("2299999999999", "认不出这个号"),
        ("hello", "认不出这个号"),
    ):
        answer = await till.send("/till/member", "/till", scan=scan)
        assert answer.status_code == 422
        assert said in answer.text
    used = await code_of(shop, "chen")
    assert "陈**" in await known(till, used)
    answer = await till.send("/till/member", "/till", scan=used)
    assert "这个码用过了" in answer.text


async def test_a_voucher_pays_beside_points(shop: Town) -> None:
    """A voucher of the member is listed with what it saves, and used when ticked; codes can be typed."""
    await shop.given("chen", 5_000)
    body = {"member": shop.number("chen"), "reward": "groceries-10-off-100"}
    for key in ("one", "two"):
        await shop.api.post("/v1/reward-redemptions", body, f"voucher-{key}")
    made = (await shop.api.get(f"/v1/members/{shop.number('chen')}/vouchers"))["vouchers"]
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "chen"), amount="128")
    assert page.count("禾田满 100 减 10 券") == 2
    page = await quoted(till, page, amount="128", voucher_code=made[0]["code"].lower())
    said = seen(page)
    assert "券优惠 −¥10.00 应收 ¥ 118.00" in said
    page = await quoted(till, page, amount="128", voucher=[one["id"] for one in made])
    assert "不能和别的券一起用" in page
    page = await quoted(till, page, amount="99", voucher_code=made[0]["code"])
    assert "没到最低金额" in page
    assert "券还在会员那里，没有动。" in page
    page = await quoted(till, page, amount="128", voucher=made[0]["id"], use="own", points="1800")
    assert "应收 ¥ 100.00" in seen(page)
    paid = await pays(till, page, amount="128", voucher=made[0]["id"], use="own", points="1800")
    assert paid.status_code == 303, paid.text
    left = (await shop.api.get(f"/v1/members/{shop.number('chen')}/vouchers", state="issued"))["vouchers"]
    assert [one["id"] for one in left] == [made[1]["id"]]


async def test_what_is_typed_is_read_or_named(shop: Town) -> None:
    """An amount that is none and a line that is none are named; what was typed stays."""
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "gu"))
    page = await quoted(till, page, amount="12.345")
    assert "“12.345”不是金额" in seen(page)
    page = await quoted(till, page, lines="rice, 1, 30\noil, one, 20")
    assert "第 2 行读不出来：oil, one, 20" in seen(page)
    assert "rice, 1, 30" in page


async def test_another_merchants_member_is_not_shown(shop: Town) -> None:
    """An identification is the merchant's that asked: another's till does not see whose it is."""
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "gu"))
    other = await shop.client("anmanager")
    assert "在哪家店收银" in await other.open("/till")
    chosen = await other.send("/till/stores", "/till", store="S367")
    assert chosen.status_code == 422
    chosen = await other.send("/till/stores", "/till", store="S700")
    assert chosen.headers["location"] == "/till"
    opened = await other.open(f"/till?who={field(page, 'who')}")
    assert "顾" not in opened
    assert "安驰车服" in opened


async def test_a_store_is_a_cashiers_or_chosen(shop: Town) -> None:
    """A cashier of one store works there, whatever the browser says; members and clerks have no till."""
    till = await shop.client("zhoumin")
    till.client.cookies.set("jifen_store", "S400")
    page = await till.open("/till")
    assert "柳河镇店" in page
    assert "十月十三，赶集日" in page
    for who in ("lin", "hezhiyuan", "songauditor"):
        await (await shop.client(who)).open("/till", 403)
    manager = await shop.client("hemanager")
    await manager.send("/till/stores", "/till", store="S400")
    page = await manager.open("/till")
    assert "青石店" in page
    assert "赶集日" not in page


async def test_english_says_the_same(shop: Town) -> None:
    """The same figures in English, down to the button."""
    till = await shop.client("zhoumin", "en")
    page = await known(till, await card_of(shop, "gu"))
    page = await quoted(till, page, amount="30", use="none")
    said = seen(page)
    assert "To pay ¥ 30.00 Invoiceable ¥30.00" in said
    assert "Take ¥30.00, finish" in said
    form = page.split('<form id="bill"', 1)[1].replace("顾**", "")
    assert not re.search("[一-鿿]", form)


async def test_htmx_gets_the_columns_that_change(shop: Town) -> None:
    """A quote by htmx is a part of the page: no member's field is swapped while somebody types."""
    till = await shop.client("zhoumin")
    page = await known(till, await card_of(shop, "gu"))
    data = {**hidden(page), "amount": "30", "use": "none"}
    answer = await till.client.post("/till/quote", data=data, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div id="answer"')
    assert 'name="amount"' not in answer.text

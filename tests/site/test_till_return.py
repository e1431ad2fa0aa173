"""Returning at the till, through the pages: each tender to the fen, told before it is done, and once."""

import re

from tests.site.till_town import LIST, card_of, hidden, seen, sold
from tests.site.town import Browser, Town


def number_on(receipt: str) -> str:
    """The number of the receipt on a page."""
    found = re.search(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", receipt)
    assert found is not None
    return found[0]


async def previewed(till: Browser, number: str, **fields: object) -> str:
    """The page that tells what a return would do."""
    page = await till.open(f"/till/return?number={number}")
    answer = await till.client.post("/till/return/quote", data={**hidden(page), "number": number, **fields})
    assert answer.status_code == 200
    return answer.text


def back_form(page: str) -> dict[str, str]:
    """What stands hidden in the form that returns."""
    found = {**hidden(page)}
    for name in ("number", "seen"):
        found[name] = page.split(f'name="{name}" value="')[-1].split('"', 1)[0]
    return found


async def test_one_of_four_things_comes_back(shop: Town) -> None:
    """12.80 in money and 1,280 points to the very lots; 13 of the base and the whole bonus are taken back."""
    await shop.given("gu", 15_420)
    till = await shop.client("zhoumin")
    receipt = await till.open(await sold(till, await card_of(shop, "gu"), lines=LIST, use="best"))
    number = number_on(receipt)
    page = await previewed(till, number, line="3")
    said = seen(page)
    assert "现金 ¥12.80 积分 1,280 回到 2027-05-31 到期的 1,280" in said
    assert "积分 −113 每消费 1 元得 1 积分 −13 赶集日现金满 100 元双倍 −100" in said
    assert "可开票改为 ¥87.20，原票要红冲。" in said
    assert "5,620 + 1,280 − 113 = 6,787" in said
    assert "退 ¥12.80 和 1,280 积分" in said
    assert (await shop.balance("gu"))["balances"]["point"]["available"] == 5_620
    done = await till.client.post("/till/return/back", data={**back_form(page), "line": "3"})
    assert done.status_code == 303, done.text
    told = seen(await till.open(done.headers["location"]))
    assert "退给顾客 ¥12.80 和 1,280 积分" in told
    assert "会员现在有 6,787 积分。" in told
    assert "这单 ¥87.20，差 ¥12.80" in told
    again = await till.client.post("/till/return/back", data={**back_form(page), "line": "3"})
    assert again.headers["location"] == done.headers["location"]
    assert (await shop.balance("gu"))["balances"]["point"]["available"] == 6_787
    page = await till.open(f"/till/return?number={number}")
    assert "已退" in page
    # The bonus is gone once: the rest brings back the rest of each tender, and 87 of the base.
    page = await till.open(f"/till/return?number={number}&all=1")
    assert "退 ¥87.20 和 8,720 积分" in seen(page)
    assert "积分 −87 每消费 1 元得 1 积分 −87" in seen(page)
    form = {**back_form(page), "line": ["0", "1", "2"]}
    done = await till.client.post("/till/return/back", data=form)
    assert done.status_code == 303, done.text
    assert (await shop.balance("gu"))["balances"]["point"]["available"] == 15_420
    assert "这单已经全退了" in await till.open(f"/till/return?number={number}")


async def test_pieces_and_amounts_come_back_in_part(shop: Town) -> None:
    """Some pieces of a line, or a part of an amount; more than is left is refused with the most."""
    till = await shop.client("zhoumin")
    card = await card_of(shop, "lin")
    number = number_on(await till.open(await sold(till, card, lines="milk, 4, 20.00\nbread, 1, 8.00")))
    page = await previewed(till, number, line="0", **{"pieces-0": "3"})
    assert "现金 ¥15.00" in seen(page)
    number = number_on(await till.open(await sold(till, card, amount="60")))
    page = await till.open(f"/till/return?number={number}")
    assert "填好金额" in page
    assert "勾上要退的" not in page
    page = await previewed(till, number, amount="20")
    assert "现金 ¥20.00" in seen(page)
    assert "积分 −20" in seen(page)
    page = await previewed(till, number, amount="61")
    assert "退得比买的多" in page
    page = await previewed(till, number, amount="a few")
    assert "不是金额" in page


async def test_points_that_are_spent_are_owed(shop: Town) -> None:
    """Who spent what the goods earned owes it: the page says so before and after."""
    till = await shop.client("zhoumin")
    number = number_on(await till.open(await sold(till, await card_of(shop, "chen"), amount="80")))
    body = {"member": shop.number("chen"), "store": "S400", "points": 80}
    await shop.api.post("/v1/redemptions", body, "all-of-it")
    page = await previewed(till, number, amount="80")
    assert "已经花掉，先欠着 80" in seen(page)
    done = await till.client.post("/till/return/back", data={**back_form(page), "amount": "80"})
    assert "欠 80，以后得的先补上。" in seen(await till.open(done.headers["location"]))


async def test_what_was_not_seen_is_not_returned(shop: Town) -> None:
    """Another choice than the one whose figures were shown is shown again: nothing is returned."""
    till = await shop.client("zhoumin")
    number = number_on(await till.open(await sold(till, await card_of(shop, "lin"), lines=LIST)))
    page = await previewed(till, number, line="3")
    answer = await till.client.post("/till/return/back", data={**back_form(page), "line": ["2", "3"]})
    assert answer.status_code == 409
    assert "数变了" in answer.text
    assert "已退" not in await till.open(f"/till/return?number={number}")


async def test_receipts_are_found_by_number_or_member(shop: Town) -> None:
    """By the number in any spelling, by the entry's id, or in the member's list by day; none is said."""
    till = await shop.client("zhoumin")
    card = await card_of(shop, "gu")
    at = await sold(till, card, amount="30")
    number = number_on(await till.open(at))
    for text in (number, number.replace("-", "").lower(), at.rsplit("/", 1)[1]):
        answer = await till.send("/till/return", "/till/return", scan=text)
        assert answer.status_code == 303, text
        assert "¥30.00" in await till.open(answer.headers["location"])
    answer = await till.send("/till/return", "/till/return", scan=card)
    assert answer.status_code == 200
    assert "顾** 199****0037 的小票" in seen(answer.text)
    assert number in answer.text
    answer = await till.send("/till/return", "/till/return", scan="0000-0000-0000")
    assert answer.status_code == 422
    assert "没有这张小票" in answer.text
    await till.open("/till/return?number=FFFF-FFFF-FFFF", 404)


async def test_another_merchants_receipt_is_not_found(shop: Town) -> None:
    """A receipt is its merchant's: another's till neither shows nor returns it."""
    till = await shop.client("zhoumin")
    at = await sold(till, await card_of(shop, "gu"), amount="40")
    number = number_on(await till.open(at))
    other = await shop.client("anmanager")
    await other.send("/till/stores", "/till", store="S700")
    await other.open(at, 404)
    await other.open(f"/till/return?number={number}", 404)
    page = await other.open("/till/return")
    form = {**hidden(page), "number": number, "amount": "40", "seen": "4000 0 80"}
    answer = await other.client.post("/till/return/back", data=form)
    assert answer.status_code == 404
    assert "已退" not in await till.open(f"/till/return?number={number}")

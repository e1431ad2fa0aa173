"""Merchants and contracts, rewards and their stock: what the interface refuses is said in words."""

import re

import pytest

from tests.site.drafting import DRAFT, begun, changed, plain, sent
from tests.site.town import Town

LIST = "/console/merchants"
CONTRACT = {"issue": "1.00", "reimburse": "0.95", "fee": "1.5", "days": "30", "from": "2026-12-01"}


async def test_every_merchant_stands_with_its_contract(town: Town) -> None:
    """Prices for 100 points in yuan, the fee in percent."""
    page = plain(await (await town.client("songauditor")).open(LIST))
    assert "禾田超市 hetian 2 ¥1.00 ¥0.95 1.0% 30 2025-11-01 第 1 版" in page
    assert "青禾助学基金会 慈善组织" in page
    found = plain(await (await town.client("songauditor")).open(f"{LIST}?q=沐颜"))
    assert "沐颜美妆" in found
    assert "禾田超市" not in found
    await (await town.client("songauditor")).open(f"{LIST}/nobody", 404)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reimburse": "1.01"}, "受理价不能高于发行价"),
        ({"issue": "one"}, "填元，比如 1.00"),
        ({"issue": "1.005"}, "填元，比如 1.00"),
        ({"fee": "100.1"}, "填 0 到 100 的百分比"),
        ({"days": "366"}, "填 0 到 365 的整数"),
        ({"from": ""}, "填日期"),
        ({"code": "a b"}, "用字母、数字和"),
        ({"code": "hetian"}, "这个编号有了"),
    ],
    ids=str,
)
async def test_a_merchant_that_cannot_be_is_refused_field_by_field(
    town: Town, wrong: dict[str, str], said: str
) -> None:
    """What was filled in stays, and no merchant is there."""
    clerk = await town.client("hezhiyuan")
    form = {"code": "xinmai", "name": "新麦面包", **CONTRACT, **wrong}
    answer = await clerk.send(f"{LIST}/new", f"{LIST}/new", **form)
    assert answer.status_code in (409, 422)
    assert said in answer.text
    assert 'value="新麦面包"' in answer.text
    codes = [one["code"] for one in (await town.api.get("/v1/program"))["merchants"]]
    assert "xinmai" not in codes


async def test_a_merchant_is_added_with_contract_and_store(town: Town) -> None:
    """And a draft that is begun then has it."""
    clerk = await town.client("hezhiyuan")
    form = {"code": "xinmai", "name": "新麦面包", **CONTRACT}
    assert (await clerk.send(f"{LIST}/new", f"{LIST}/new", **form)).headers["location"] == f"{LIST}/xinmai"
    page = f"{LIST}/xinmai"
    assert "第 1 版 2026-12-01 ¥1.00 ¥0.95 1.5% 30 排着队" in plain(await clerk.open(page))
    assert (await clerk.send(f"{page}/stores", page, code="XM1", name="新麦 河边店")).status_code == 303
    taken = await clerk.send(f"{page}/stores", page, code="XM1", name="又一家")
    assert taken.status_code == 409
    assert "这个编号有了" in taken.text
    await begun(clerk)
    files = (await town.api.get("/v1/programmes/draft"))["files"]
    assert "code: xinmai" in files["programme.yaml"]
    assert "code: XM1" in files["programme.yaml"]
    shown = await clerk.open(DRAFT)
    assert "cannot_remove" not in shown


async def test_the_next_contract_never_begins_before_the_last(town: Town) -> None:
    """What was agreed stays: the past is refused in words, the next one follows."""
    clerk = await town.client("hezhiyuan")
    page = f"{LIST}/hetian"
    late = await clerk.send(f"{page}/contracts", page, **{**CONTRACT, "from": "2026-11-01"})
    assert late.status_code == 409
    assert "不能改过去" in late.text
    assert "早于今天或上一份合同" in late.text
    assert (await clerk.send(f"{page}/contracts", page, **CONTRACT)).status_code == 303
    shown = plain(await clerk.open(page))
    assert "第 2 版 2026-12-01" in shown
    assert "第 1 版 2025-11-01" in shown
    merchant = next(
        one for one in (await town.api.get("/v1/program"))["merchants"] if one["code"] == "hetian"
    )
    assert [one["fee_permille"] for one in merchant["contracts"]] == [10, 15]


async def test_rewards_are_found_by_word_heading_and_state(town: Town) -> None:
    """What is filtered away is not shown; nothing found leads back to all."""
    clerk = await town.client("hezhiyuan")
    page = plain(await clerk.open("/console/rewards"))
    assert "鲜花一束" in page
    assert "3,000 积分，等级是金穗会员 2,700 积分" in page
    found = plain(await clerk.open("/console/rewards?q=洗车"))
    assert "洗车一次" in found
    assert "鲜花一束" not in found
    assert "没有找到" in await clerk.open("/console/rewards?q=zzz")
    assert "没有找到" in await clerk.open("/console/rewards?state=gone")
    await clerk.open("/console/rewards/nothing", 404)


async def test_stock_is_added_once_for_each_form(town: Town) -> None:
    """Sent twice by the same page it counts once; the additions say who and how many."""
    clerk = await town.client("hezhiyuan")
    await changed(clerk, "rewards", "bouquet", stock="bouquet")
    handed = await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="")
    assert handed.status_code == 303, plain(handed.text)
    version = (await town.api.get("/v1/programmes/publications"))["publications"][0]
    assert version["state"] == "in_force", version
    page = "/console/rewards/bouquet"
    text = await clerk.open(page)
    form = {name: re.findall(rf'name="{name}" value="([^"]*)"', text)[0] for name in ("csrf", "key")}
    for _ in range(2):
        answer = await clerk.client.post(f"{page}/stock", data={**form, "count": "1,200"})
        assert answer.status_code == 303
    assert (await town.api.get("/v1/stocks/bouquet"))["remaining"] == 1200
    other = await clerk.client.post(f"{page}/stock", data={**form, "count": "5"})
    assert (other.status_code, "key_reused" in other.text) == (422, True)
    assert "何知远 +1,200" in plain(await clerk.open(page))
    wrong = await clerk.send(f"{page}/stock", page, count="-3")
    assert wrong.status_code == 422
    assert "填整数" in wrong.text

"""The family's pages: begun, joined, saved up in, paid with, left; points stay their owners' (S16, S22)."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest

from tests.site.kin import form_of, kin_town, said
from tests.site.town import PEOPLE, TODAY, Browser, Town, Towns

LIN, GU, CHEN = (PEOPLE[who][0] for who in ("lin", "gu", "chen"))


@pytest.fixture
async def town(towns: Towns) -> AsyncIterator[Town]:
    """A town of its own for each test: families are begun and left."""
    async with kin_town(towns) as made:
        for who in ("lin", "gu", "chen"):
            await made.given(who, 4000)
        yield made


async def sent(browser: Browser, page: str, action: str, **fields: str) -> httpx.Response:
    """Send the form of that action as it stands on the page."""
    hidden = form_of(await browser.open(page), action)
    return await browser.client.post(action, data={**hidden, **fields})


async def done(browser: Browser, page: str, action: str, **fields: str) -> str:
    """Send a form that must be taken; what the page after it says."""
    answer = await sent(browser, page, action, **fields)
    assert answer.status_code == 303, said(answer.text)
    return said(await browser.open(answer.headers["location"]))


async def family(town: Town, *others: str) -> dict[str, Browser]:
    """林小满 begins a family by the pages, and the others accept."""
    browsers = {who: await town.client(who) for who in ("lin", *others)}
    assert "家建好了" in await done(browsers["lin"], "/m/family", "/m/family/start")
    for who in others:
        await done(browsers["lin"], "/m/family", "/m/family/invite", number=town.number(who))
        page = await browsers[who].open("/m/family")
        assert "林小满 请你加入家庭" in said(page)
        action = page.split('action="/m/family/invitations/', 1)[1].split('"', 1)[0]
        told = await done(browsers[who], "/m/family", f"/m/family/invitations/{action}", answer="accept")
        assert "你加入了这个家" in told
    return browsers


async def available(town: Town, who: str) -> int:
    """What a member can use."""
    found: int = (await town.balance(who))["balances"]["point"]["available"]
    return found


async def test_a_family_saves_up_and_each_part_stays_its_owners(town: Town) -> None:
    """Put in, seen by all with names, taken back, and never what another put in."""
    browsers = await family(town, "gu", "chen")
    for who in ("lin", "gu", "chen"):
        await done(browsers[who], "/m/family", "/m/family/put", points="4,000")
    page = await browsers["gu"].open("/m/family")
    text = said(page)
    assert "家庭积分池 12,000 可抵 ¥120.00" in text
    for name in ("林小满", "顾春生", "陈立冬"):
        assert f"{name} 放入" in text
    assert page.count('class="own-1"') == 1, "the strip has a segment for each owner"
    assert await available(town, "gu") == 0
    refused = await sent(browsers["gu"], "/m/family", "/m/family/take", points="4001")
    assert refused.status_code == 409
    assert "积分不够，差 1" in said(refused.text)
    assert 'value="4001"' in refused.text, "what was filled in stays"
    assert "取回 1,500 积分" in await done(browsers["gu"], "/m/family", "/m/family/take", points="1500")
    assert await available(town, "gu") == 1500
    assert "家庭积分池 10,500" in said(await browsers["lin"].open("/m/family"))


async def test_the_family_pays_at_once_and_the_parts_add_up(town: Town) -> None:
    """S16: three times 4,000 buy a cooker of 10,000, out of the pool and of what is let."""
    browsers = await family(town, "gu", "chen")
    await done(browsers["gu"], "/m/family", "/m/family/put", points="4000")
    assert "家里现在就付" in said(await browsers["lin"].open("/m/family/joint?reward=cooker"))
    short = await browsers["lin"].open("/m/family/joint?reward=cooker")
    assert "还差 2,000 积分" in said(short)
    told = await done(browsers["chen"], "/m/family", "/m/family/let", points="3000")
    assert "家人每月最多可用你 3,000 积分" in told
    page = said(await browsers["lin"].open("/m/family"))
    assert "你来换，最多能付 含你自己的 11,000 积分" in page
    await done(browsers["lin"], "/m/family/joint?reward=cooker", "/m/family/joint/pay")
    left = [await available(town, who) for who in ("lin", "gu", "chen")]
    pool = (await town.api.get(f"/v1/members/{LIN}/household"))["shares"]
    assert sum(left) + sum(one["points"] for one in pool) == 2000
    assert left[0] == 0, "the buyer's own go first"
    assert "陈立冬 你 3,000" in said(await browsers["chen"].open("/m/family"))
    await done(browsers["chen"], "/m/family", "/m/family/let", end="yes")
    assert "开始允许" in said(await browsers["chen"].open("/m/family"))


async def test_a_form_sent_twice_is_done_once(town: Town) -> None:
    """The same form again gets the first answer: one family, one transfer."""
    lin = await town.client("lin")
    hidden = form_of(await lin.open("/m/family"), "/m/family/start")
    for _ in range(2):
        assert (await lin.client.post("/m/family/start", data=hidden)).status_code == 303
    hidden = form_of(await lin.open("/m/family"), "/m/family/put")
    for _ in range(2):
        await lin.client.post("/m/family/put", data={**hidden, "points": "1000"})
    assert await available(town, "lin") == 3000


async def test_who_leaves_takes_the_own_part_along_and_no_more(town: Town) -> None:
    """It says before what goes along and what stays; the pool keeps the others'."""
    browsers = await family(town, "gu")
    await done(browsers["lin"], "/m/family", "/m/family/put", points="3000")
    await done(browsers["gu"], "/m/family", "/m/family/put", points="1000")
    before = said(await browsers["gu"].open("/m/family/leave"))
    assert "池里你的那份 到期日不变 1,000 积分" in before
    assert "别人放进池里的 3,000 积分" in before
    assert "解散家庭" not in before, "only the head may end it"
    assert "你退出了" in await done(browsers["gu"], "/m/family/leave", "/m/family/leave")
    assert (await available(town, "lin"), await available(town, "gu")) == (1000, 4000)
    assert "家庭积分池 3,000" in said(await browsers["lin"].open("/m/family"))
    # Within the waiting time another family is closed to who left; the words say so.
    chen = await town.client("chen")
    await done(chen, "/m/family", "/m/family/start")
    await done(chen, "/m/family", "/m/family/invite", number=GU)
    page = await browsers["gu"].open("/m/family")
    action = page.split('action="/m/family/invitations/', 1)[1].split('"', 1)[0]
    refused = await sent(browsers["gu"], "/m/family", f"/m/family/invitations/{action}", answer="accept")
    assert refused.status_code == 409
    assert "退出后还要等一等" in said(refused.text)


async def test_the_head_ends_a_family_and_everybody_gets_the_own_part(town: Town) -> None:
    """One button for the head; another member's is refused."""
    browsers = await family(town, "gu")
    await done(browsers["gu"], "/m/family", "/m/family/put", points="2500")
    page = await browsers["gu"].open("/m/family")
    refused = await browsers["gu"].client.post("/m/family/close", data=form_of(page, "/m/family/put"))
    assert refused.status_code == 409
    assert "只有家庭管理员能解散" in said(refused.text)
    await done(browsers["lin"], "/m/family/leave", "/m/family/close")
    assert await available(town, "gu") == 4000
    assert "还没有家庭" in said(await browsers["gu"].open("/m/family"))


async def test_nobody_answers_anothers_invitation_or_joins_twice(town: Town) -> None:
    """The id of an invitation is no key to it; unknown numbers and full hands are said in words."""
    browsers = await family(town)
    made = await town.api.post(
        f"/v1/members/{LIN}/household/invitations", {"invitee": GU}, secrets.token_hex(8)
    )
    chen = await town.client("chen")
    hidden = form_of(await chen.open("/m/family"), "/m/family/start")
    answer = await chen.client.post(
        f"/m/family/invitations/{made['id']}", data={**hidden, "answer": "accept"}
    )
    assert answer.status_code == 409
    assert "这份邀请已经不能答复" in said(answer.text)
    refused = await sent(browsers["lin"], "/m/family", "/m/family/invite", number="QH999999")
    assert refused.status_code == 404
    assert "没有这个会员号" in said(refused.text)
    refused = await sent(browsers["lin"], "/m/family", "/m/family/invite", number=LIN)
    assert "不能邀请这个会员" in said(refused.text)


async def test_two_pay_one_reward_together_or_not_at_all(town: Town) -> None:
    """S22: offered with stated parts, agreed to by the other, paid in one step; friends open the link."""
    lin, gu, chen = [await town.client(who) for who in ("lin", "gu", "chen")]
    page = "/m/family/joint?reward=cups"
    parts = {
        f"part-{LIN}": "700",
        "friend": GU,
        "part-friend": "400",
        "store": next(iter(town.program.stores)),
    }
    refused = await sent(lin, page, "/m/family/joint/offers", **parts)
    assert refused.status_code == 422
    assert "加起来是 1,100，要 1,200" in said(refused.text)
    assert 'value="700"' in refused.text
    made = await sent(lin, page, "/m/family/joint/offers", **{**parts, "part-friend": "500"})
    assert made.status_code == 303, said(made.text)
    where = made.headers["location"]
    assert "还等 1 人" in said(await lin.open(where))
    assert f"http://jifen{where}" in await lin.open(where), "the link for the friend"
    assert (await available(town, "lin"), await available(town, "gu")) == (4000, 4000)
    await chen.open(where, 404)
    stranger = await chen.client.post(
        where, data={**form_of(await chen.open("/m/family"), "/m/family/start"), "answer": "accept"}
    )
    assert stranger.status_code == 404
    assert "你出 500，现在可用 4,000" in said(await gu.open(where))
    assert "换好了" in await done(gu, where, where, answer="accept")
    assert (await available(town, "lin"), await available(town, "gu")) == (3300, 3500)


async def test_who_lacks_a_point_moves_nothing_for_anybody(town: Town) -> None:
    """The offer stays open; declined, it is over for both."""
    browsers = await family(town, "gu")
    parts = {f"part-{LIN}": "3000", f"part-{GU}": "7000"}
    made = await sent(browsers["lin"], "/m/family/joint?reward=cooker", "/m/family/joint/offers", **parts)
    where = made.headers["location"]
    listed = said(await browsers["gu"].open("/m/family/joint"))
    assert "林小满 请你一起换 全自动电饭煲 4 升" in listed
    refused = await sent(browsers["gu"], where, where, answer="accept")
    assert refused.status_code == 409
    assert "谁的积分都没有动" in said(refused.text)
    assert (await available(town, "lin"), await available(town, "gu")) == (4000, 4000)
    assert "没有成" in await done(browsers["gu"], where, where, answer="decline")
    assert "没有成" in said(await browsers["lin"].open("/m/family/joint"))


async def test_beneficiaries_are_named_with_their_day_and_forgotten(town: Town) -> None:
    """From which day on stands beside the name; another member sees nothing of it."""
    lin = await town.client("lin")
    page = "/m/family/beneficiaries"
    told = await done(lin, page, page, name="林谷雨")
    assert "2027 年 1 月 20 日 起可用，还有 60 天" in told
    assert "林谷雨" not in await (await town.client("gu")).open(page)
    refused = await sent(lin, page, page, name="")
    assert (refused.status_code, "没有写名字" in said(refused.text)) == (422, True)
    told = await done(lin, page, f"{page}/kin-1/forget")
    assert "还没有登记谁" in told


async def test_a_guardian_says_what_a_child_may(town: Town) -> None:
    """On the guardian's own page alone; the words that stand there are kept."""
    await town.api.put(
        f"/v1/members/{CHEN}/guardian",
        {"guardian": LIN, "allows": ["pool"], "consent": {"text": "同意", "channel": "counter"}},
        secrets.token_hex(8),
    )
    lin, chen, gu = [await town.client(who) for who in ("lin", "chen", "gu")]
    assert "还没有同意你用积分" in said(await chen.open("/m/family"))
    await done(lin, "/m/family", f"/m/family/wards/{CHEN}", spend="yes")
    assert "同意你用积分" in said(await chen.open("/m/family"))
    kept = await town.house.pool.fetchval(
        "SELECT count(*) FROM consent WHERE purpose LIKE 'guardian:%' AND channel = 'h5'"
    )
    assert kept == 1
    other = await gu.client.post(
        f"/m/family/wards/{CHEN}", data=form_of(await gu.open("/m/family"), "/m/family/start")
    )
    assert other.status_code == 404
    # Who was the guardian before has no say any more.
    hidden = form_of(await lin.open("/m/family"), f"/m/family/wards/{CHEN}")
    body = {"guardian": GU, "consent": {"text": "同意", "channel": "counter"}, "allows": ["spend"]}
    await town.api.put(f"/v1/members/{CHEN}/guardian", body, secrets.token_hex(8))
    former = await lin.client.post(f"/m/family/wards/{CHEN}", data={**hidden, "pool": "yes"})
    assert former.status_code == 404
    assert f"wards/{CHEN}" in await gu.open("/m/family")


async def test_the_pages_speak_english_and_say_what_is_missing(town: Town) -> None:
    """The same facts in English; a field that was left empty is told beside the form."""
    lin = await town.client("lin", "en")
    assert "No family yet" in said(await lin.open("/m/family"))
    assert "The family has begun" in await done(lin, "/m/family", "/m/family/start")
    refused = await sent(lin, "/m/family", "/m/family/put", points="lots")
    assert (refused.status_code, "No number of points" in said(refused.text)) == (422, True)
    refused = await sent(lin, "/m/family", "/m/family/put", points="4001")
    assert "1 points are missing" in said(refused.text)
    assert "Rice cooker, 4 l" in said(await lin.open("/m/family/joint"))
    await lin.open("/m/family/joint?reward=nothing", 404)
    await town.clock(TODAY + timedelta(days=1))
    assert "Family pool" in said(await lin.open("/m/family"))

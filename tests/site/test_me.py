"""The member's own rights: messages, terms, consents, invitations, objections, data and settings."""

import json
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from jifen.jobs.check_statement import check
from jifen.jobs.delivering import Delivering
from jifen.jobs.roots import take_root
from jifen.jobs.run import Jobs
from jifen.messages.events import EVENTS
from jifen.messages.outbox import Message, put
from jifen.messages.settings import ChannelSettings
from jifen.programs.publications import publications
from jifen.programs.publishing import Publisher
from jifen.site.member.messages import TO_DO
from jifen.values.ids import WalletId
from tests.site.kin import form_of, kin_town, said
from tests.site.town import PEOPLE, TODAY, Browser, Town, Towns

LIN, GU, CHEN = (PEOPLE[who][0] for who in ("lin", "gu", "chen"))
ME = "/m/me"


@pytest.fixture(scope="module")
async def town(towns: Towns) -> AsyncIterator[Town]:
    """One town for all tests here, with some purchases."""
    async with kin_town(towns) as made:
        await made.buys("lin", 20_000, store(made))
        await made.buys("gu", 9_900, store(made))
        yield made


def store(town: Town) -> str:
    """A store."""
    return next(iter(town.program.stores))


async def wallet(town: Town, who: str) -> WalletId:
    """A member's wallet."""
    number = town.number(who)
    return (await town.house.members.wallets(town.program.id, [number]))[number]


async def sent(browser: Browser, page: str, action: str, **fields: str) -> httpx.Response:
    """Send the form of that action as it stands on the page."""
    hidden = form_of(await browser.open(page), action)
    return await browser.client.post(action, data={**hidden, **fields})


async def done(browser: Browser, page: str, action: str, **fields: str) -> str:
    """Send a form that must be taken; what the page after it says."""
    answer = await sent(browser, page, action, **fields)
    assert answer.status_code == 303, said(answer.text)
    return said(await browser.open(answer.headers["location"]))


async def told(town: Town, who: str, event: str, **fields: str) -> None:
    """The member is told something in the inbox, now."""
    message = Message(
        program=town.program.id,
        wallet=await wallet(town, who),
        event=event,
        key=secrets.token_hex(8),
        fields=fields,
        due_at=town.program.test_clock or TODAY,
    )
    await put(town.house.pool, [message], message.due_at)
    await deliver(town)


async def deliver(town: Town) -> None:
    """What is due is delivered: with no provider, into the inbox."""
    house = town.house
    await house.catalog.refresh(town.program.id)
    delivering = Delivering(house.pool, house.catalog, house.vault, ChannelSettings())
    await delivering.messages()


async def test_me_says_who_i_am_and_leads_everywhere(town: Town) -> None:
    """Name, masked phone, number; every way on is there, and opens."""
    lin = await town.client("lin")
    page = await lin.open(ME)
    text = said(page)
    assert "林小满 199****0012 · 会员号 QH000012" in text
    assert "19900000012" not in page
    for part in ("messages", "terms", "consents", "contacts", "referral", "appeals", "data", "settings"):
        assert f'href="{ME}/{part}"' in page
        await lin.open(f"{ME}/{part}")
    english = said(await (await town.client("lin", "en")).open(ME))
    assert "number QH000012" in english
    assert "Objections" in english


async def test_a_message_says_what_to_do_and_is_new_once(town: Town) -> None:
    """A reminder leads to the mall; what this browser has shown is not new any more; others' stay theirs."""
    assert set(TO_DO) <= set(EVENTS)
    lin = await town.client("lin")
    assert "还没有消息" in said(await lin.open(f"{ME}/messages"))
    await told(town, "lin", "points_lapsing", points="1200", unit="积分", date="2026-11-30")
    assert '<span class="count">1</span>' in await lin.open(ME)
    page = await lin.open(f"{ME}/messages")
    assert "您有1200积分将于2026-11-30到期" in said(page)
    assert 'href="/m/mall">看看能换什么' in page
    assert ">新<" in page
    assert ">新<" not in await lin.open(f"{ME}/messages")
    assert "没有新的" in said(await lin.open(ME))
    assert "1200" not in await (await town.client("gu")).open(f"{ME}/messages")


async def test_the_inbox_pages_and_refuses_a_made_up_cursor(town: Town) -> None:
    """Twenty a page; the pages after it hold the rest."""
    for _ in range(21):
        await told(town, "chen", "unfrozen")
    chen = await town.client("chen")
    page = await chen.open(f"{ME}/messages")
    assert page.count("积分恢复使用") == 20
    older = page.split('href="/m/me/messages?cursor=', 1)[1].split('"', 1)[0]
    assert (await chen.open(f"{ME}/messages?cursor={older}")).count("积分恢复使用") == 1
    await chen.open(f"{ME}/messages?cursor=nonsense", 422)


async def test_terms_mark_changes_in_place_and_keep_who_read_them(town: Town) -> None:
    """A version to come stands beside the one in force: struck and new, from when; reading it is kept."""
    house = town.house
    before = (await publications(house.pool, town.program.id))[-1].definition
    after = msgspec.structs.replace(before, rules=msgspec.structs.replace(before.rules, grace_days=3))
    await Publisher(house.pool, house.catalog).publish(after, "tests", TODAY)
    await deliver(town)
    lin = await town.client("lin")
    page = await lin.open(f"{ME}/terms")
    version = int(page.split("?version=", 1)[1].split('"', 1)[0])
    assert f"第 {version} 版 12 月 22 日起生效" in said(page)
    assert "<del>" not in page
    page = await lin.open(f"{ME}/terms?version={version}")
    assert "还没生效" in said(page)
    assert "<del>退回的积分若已过期，可再使用7天。</del>" in page
    assert "<ins>退回的积分若已过期，可再使用3天。</ins>" in page
    assert "没有记录" in said(page)
    assert "11 月 21 日已送达" in said(page)
    await sent(lin, f"{ME}/terms?version={version}", f"{ME}/terms")
    page = said(await lin.open(f"{ME}/terms?version={version}"))
    assert "2026 年 11 月 21 日你确认看过" in page.replace(" 日 你", " 日你")
    await lin.open(f"{ME}/terms?version=99", 404)
    english = await (await town.client("lin", "en")).open(f"{ME}/terms?version={version}")
    assert "How points are earned" in english or "earned" in english


async def test_a_consent_is_withdrawn_as_easily_as_given(town: Town) -> None:
    """One switch each; the words that stood there are what is kept; what is not offered cannot be given."""
    lin = await town.client("lin")
    page = f"{ME}/consents"
    assert "同意了 0 项" in said(await lin.open(ME))
    assert "记下了：你同意" in await done(lin, page, f"{page}/marketing", give="yes")
    assert 'aria-checked="true"' in await lin.open(page)
    found = await town.api.get(f"/v1/members/{LIN}/consents/marketing")
    assert (found["holds"], found["lines"][0]["channel"]) == (True, "h5")
    assert "同意了 1 项" in said(await lin.open(ME))
    assert "收回了，马上生效" in await done(lin, page, f"{page}/marketing", give="no")
    assert not (await town.api.get(f"/v1/members/{LIN}/consents/marketing"))["holds"]
    assert "记录 2 条" in said(await lin.open(page))
    hidden = form_of(await lin.open(page), f"{page}/birthday")
    for code in ("personalised", "sharing:hetian", "nonsense"):
        answer = await lin.client.post(f"{page}/{code}", data={**hidden, "give": "yes"})
        assert answer.status_code == 404, code
    # What was agreed to elsewhere is withdrawn here all the same.
    said_elsewhere = {"text": "可以告诉禾田超市。", "version": "1", "channel": "counter"}
    await town.api.put(f"/v1/members/{LIN}/consents/sharing:hetian", said_elsewhere)
    assert "和 禾田超市 共享" in said(await lin.open(page))
    await done(lin, page, f"{page}/sharing:hetian", give="no")
    answer = await lin.client.post(f"{page}/sharing:hetian", data={**hidden, "give": "yes"})
    assert answer.status_code == 404, "withdrawn here, given where it is asked for"
    assert not (await town.api.get(f"/v1/members/{LIN}/consents/sharing:hetian"))["holds"]


async def test_contacts_keep_what_the_page_does_not_show(town: Town) -> None:
    """Language and e-mail change; the app's token stays; what is no address is said beside the field."""
    lin = await town.client("lin")
    await town.api.put(f"/v1/members/{LIN}/contacts", {"push": "token-1"})
    await done(lin, f"{ME}/contacts", f"{ME}/contacts", language="en", email="lin@example.com")
    found = await town.api.get(f"/v1/members/{LIN}/contacts")
    assert (found["language"], found["email"], found["push"]) == ("en", "lin@example.com", "token-1")
    refused = await sent(lin, f"{ME}/contacts", f"{ME}/contacts", language="zh", email="lin at home")
    assert (refused.status_code, "不像邮箱" in said(refused.text)) == (422, True)
    assert 'value="lin at home"' in refused.text


async def test_a_friend_comes_by_the_link_and_counts_once(town: Town) -> None:
    """S22: joined, paid seven days after the first order that stood; one level; only the end of a number."""
    lin = await town.client("lin")
    page = await lin.open(f"{ME}/referral")
    assert "http://jifen/sign-in?invite=QH000012" in page
    text = said(page)
    assert "你：好友完成首单得200分，每年最多2000分" in text
    assert "朋友：受邀首单得100分" in text
    assert "首单满 ¥50.00 才算" in text
    friend, second = "QH000201", "QH000202"
    await town.api.post("/v1/members", {"number": friend, "name": "林谷雨", "invited_by": LIN})
    await town.api.post("/v1/members", {"number": second, "name": "方小雪", "invited_by": friend})
    text = said(await lin.open(f"{ME}/referral"))
    assert "0 位算上了，1 位在等" in text
    assert "尾号 0201 的朋友 等首单" in text
    assert "林谷雨" not in text
    assert "0202" not in text, "whom a friend invites is nobody's here"
    body = {"member": friend, "store": store(town), "amount": 8_000}
    await town.api.post("/v1/purchases", body, secrets.token_hex(8))
    before = (await town.balance("lin"))["balances"]["point"]["available"]
    await town.clock(TODAY + timedelta(days=8))
    house = town.house
    for _ in range(2):
        await Jobs(house.pool, house.engine, house.catalog).daily()
    await deliver(town)
    text = said(await lin.open(f"{ME}/referral"))
    assert "1 位算上了，0 位在等" in text
    assert "尾号 0201 的朋友 已到账" in text
    assert (await town.balance("lin"))["balances"]["point"]["available"] - before == 200
    assert "还没有人来" in said(await (await town.client("gu")).open(f"{ME}/referral"))
    await town.clock(TODAY)


async def test_an_objection_to_an_entry_reaches_a_person_and_is_answered(town: Town) -> None:
    """From the entry; in one's own words; the answer with its reason; another's entry is none."""
    gu = await town.client("gu")
    page = f"{ME}/appeals?entry=1"
    assert "第 1 笔流水" in said(await gu.open(page))
    empty = await sent(gu, page, f"{ME}/appeals", said="")
    assert (empty.status_code, "还没有说哪里不对" in said(empty.text)) == (422, True)
    assert "收到了，会有人看" in await done(gu, page, f"{ME}/appeals", said="应该是双倍。\n我有小票。")
    assert "正有人在看" in said(await gu.open(page))
    assert "1 件在看" in said(await gu.open(ME))
    waiting = (await town.api.get("/v1/appeals"))["appeals"]
    assert [(one["member"], one["entry"], one["until"]) for one in waiting] == [(GU, 1, None)]
    approver = await town.client("xuapprover")
    page = said(await approver.open("/console/appeals"))
    assert ("第 1 笔流水" in page, "应该是双倍。" in page) == (True, True)
    path = f"/console/appeals/{waiting[0]['id']}"
    reason = "小票上是集市日，少给了 99。"
    await sent(approver, "/console/appeals", path, decision="uphold", reason=reason)
    assert "第 1 笔流水" in said(await approver.open("/console/appeals")), "among what was decided"
    text = said(await gu.open(f"{ME}/appeals"))
    assert "成立" in text
    assert "小票上是集市日，少给了 99。" in text
    assert "该补的积分会另记一笔" in text
    await deliver(town)
    inbox = await gu.open(f"{ME}/messages")
    assert f'href="{ME}/appeals">看答复' in inbox
    assert "已恢复使用" not in said(inbox), "nothing was stopped, so nothing was lifted"
    assert "小票" not in await (await town.client("lin")).open(f"{ME}/appeals")
    await gu.open(f"{ME}/appeals?entry=999", 404)
    await gu.open(f"{ME}/appeals?entry=x", 404)


async def test_a_freeze_is_objected_to_on_the_same_page(town: Town) -> None:
    """With its end; upheld, it is lifted at once. Where nothing is stopped the form is not there."""
    chen = await town.client("chen")
    hidden = form_of(await chen.open(f"{ME}/settings"), "/sign-out")
    answer = await chen.client.post(f"{ME}/appeals", data={**hidden, "said": "没有道理"})
    assert (answer.status_code, "现在没有暂停" in said(answer.text)) == (409, True)
    freeze = {
        "member": CHEN,
        "reason": "同一小票两次",
        "evidence": "小票 11 和 12 的号码相同",
        "notice": "已暂停使用",
        "until": TODAY + timedelta(days=5),
    }
    await town.api.post("/v1/freezes", freeze, secrets.token_hex(8))
    text = said(await chen.open(f"{ME}/appeals"))
    assert "到 11 月 26 日 10:30 自动恢复" in text
    assert "小票 11" not in text, "the evidence is for the person who decides"
    await done(chen, f"{ME}/appeals", f"{ME}/appeals", said="两张小票都是我的。")
    waiting = (await town.api.get("/v1/appeals"))["appeals"]
    decision = {"uphold": True, "by": "何知远", "reason": "两次都真的买了。"}
    await town.api.post(f"/v1/appeals/{waiting[0]['id']}/decision", decision)
    assert "积分暂停使用中" not in said(await chen.open(f"{ME}/appeals"))


async def test_my_data_is_all_mine_and_nobody_elses(town: Town) -> None:
    """The export is whole: entries, consents, messages; the statement proves itself."""
    lin = await town.client("lin")
    answer = await lin.client.get(f"{ME}/data/export")
    assert answer.headers["content-disposition"].startswith('attachment; filename="jifen-QH000012-')
    found: dict[str, Any] = json.loads(answer.content)
    booked = (await town.api.get(f"/v1/members/{LIN}"))["entries"]
    assert [one["no"] for one in found["entries"]] == list(range(booked, 0, -1))
    assert found["member"]["name"] == "林小满"
    assert {one["purpose"] for one in found["consents"]} >= {"marketing"}
    assert GU not in answer.text
    proven = check((await lin.client.get(f"{ME}/data/statement.json")).content)
    assert proven["version"] == booked
    assert (await (await town.client()).client.get(f"{ME}/data/export")).status_code == 303


async def test_files_are_not_made_without_end(town: Town) -> None:
    """Each reads the whole book: a dozen in an hour."""
    chen = await town.client("chen")
    found = [(await chen.client.get(f"{ME}/data/statement.json")).status_code for _ in range(13)]
    assert found == [200] * 12 + [429]


async def test_a_printed_statement_adds_up_and_can_be_checked(town: Town) -> None:
    """Balance before, entries, balance after; its code leads a stranger to the same entry."""
    gu = await town.client("gu")
    text = said(await gu.open(f"{ME}/data/statement?since=2026-11-01&until=2026-11-30"))
    after = (await town.balance("gu"))["balances"]["point"]["available"]
    assert f"期初可用 0 期末可用 {after:,}" in text
    page = await gu.open(f"{ME}/data/statement?since=2026-11-01&until=2026-11-30")
    entries = (await town.api.get(f"/v1/members/{GU}/entries"))["entries"]
    last = await town.api.get(f"/v1/members/{GU}/entries/{entries[0]['no']}")
    assert last["hash"] in page
    stranger = await town.client()
    good = said(await stranger.open(f"/check?entry={last['id']}&hash={last['hash']}"))
    assert "账本里有这一笔，一字不差" in good
    assert GU not in good
    others = (await town.api.get(f"/v1/members/{LIN}/entries"))["entries"][0]["id"]
    for entry, digest in ((last["id"], "0" * 64), (others, last["hash"]), ("x", "y")):
        assert "账本里没有这样一笔" in said(await stranger.open(f"/check?entry={entry}&hash={digest}"))
    empty = said(await gu.open(f"{ME}/data/statement?since=2026-01-01&until=2026-01-02"))
    assert "这段日子没有流水" in empty
    for wrong in ("since=2026-12-01&until=2026-11-01", "since=x&until=y", ""):
        await gu.open(f"{ME}/data/statement?{wrong}", 422)


async def test_a_stranger_checks_a_statement_against_the_books(town: Town) -> None:
    """As a file or as text; a changed one is told by its kind, and one of other books by the root."""
    await take_root(town.house.pool, town.program, TODAY)
    content = (await (await town.client("lin")).client.get(f"{ME}/data/statement.json")).content
    stranger = await town.client()

    async def checked(what: bytes, by_file: bool = True) -> str:
        page = await stranger.open("/check")
        hidden = form_of(page, "/check")
        files = {"file": ("statement.json", what, "application/json")} if by_file else {}
        more = {} if by_file else {"text": what.decode()}
        answer = await stranger.client.post("/check", data={**hidden, **more}, files=files or None)
        return said(answer.text)

    assert "没有改过，和账本、日根都对得上" in await checked(content)
    assert "没有改过，和账本、日根都对得上" in await checked(content, by_file=False)
    made = json.loads(content)
    assert f"流水 {made['version']}" in await checked(content)
    changed = content.replace(b'"version"', b'"VERSION"', 1)
    assert "这不是账本文件" in await checked(changed)
    assert "文件改过了" in await checked(content.replace(b"20000", b"90000"))
    assert "这不是账本文件" in await checked(b"[]")
    assert "先选文件，或者粘文字" in await checked(b"", by_file=False)
    await town.house.pool.execute(
        "UPDATE daily_root SET root = sha256(root) WHERE program = $1", town.program.id
    )
    assert "和账本对不上" in await checked(content)


async def test_birthdays_are_kept_with_consent_and_forgotten(town: Town) -> None:
    """Month and day; a child only with a guardian's own words; a day that is none is told."""
    lin = await town.client("lin")
    page, own = f"{ME}/settings", f"{ME}/settings/birthday"
    assert "生日记下了" in await done(lin, page, own, month="9", day="8", lunar="yes", agree="yes")
    assert "农历 9 月 8 日" in said(await lin.open(page))
    assert (await town.api.get(f"/v1/members/{LIN}/consents/birthday"))["holds"]
    wrong = await sent(lin, page, own, month="2", day="30")
    assert (wrong.status_code, "比如 2 月没有 30 日" in said(wrong.text)) == (422, True)
    kin = f"{page}/relatives"
    refused = await sent(lin, page, kin, whose="child", month="5", day="20")
    assert (refused.status_code, "要监护人同意" in said(refused.text)) == (422, True)
    for whose in ("child", "pet"):
        await done(lin, page, kin, whose=whose, month="5", day="20", agree="yes")
    found = (await town.api.get(f"/v1/members/{LIN}/profile"))["birthdays"]
    assert {one["whose"] for one in found} == {"self", "child", "pet"}
    assert (await town.api.get(f"/v1/members/{LIN}/consents/child:child-1"))["holds"]
    await done(lin, page, f"{kin}/child-1/forget")
    assert not (await town.api.get(f"/v1/members/{LIN}/consents/child:child-1"))["holds"]
    await done(lin, page, f"{kin}/pet-1/forget")
    await done(lin, page, own, forget="yes")
    assert (await town.api.get(f"/v1/members/{LIN}/profile"))["birthdays"] == []


async def test_settings_switch_language_and_look_and_sign_out(town: Town) -> None:
    """What is chosen is kept; signing out is a form of its own."""
    lin = await town.client("lin")
    page = await lin.open(f"{ME}/settings?theme=dark")
    assert 'data-theme="dark"' in page
    assert 'data-theme="dark"' in await lin.open(f"{ME}/settings")
    assert "Language and look" in said(await lin.open(f"{ME}/settings?lang=en"))
    await sent(lin, f"{ME}/settings", "/sign-out")
    await lin.open(ME, 303)

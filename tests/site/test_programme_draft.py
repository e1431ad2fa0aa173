"""A draft from its first word to the second person's approval."""

import html
import re

from tests.site.drafting import DRAFT, begun, changed, plain, sent
from tests.site.town import Town


async def published_rules(town: Town) -> list[str]:
    """The titles of the rules of the newest version."""
    versions = (await town.api.get("/v1/programmes/publications"))["publications"]
    full = await town.api.get(f"/v1/programmes/publications/{versions[0]['version']}")
    return [rule["title"] for rule in full["programme"]["rules"]["rules"]]


async def test_a_rule_is_changed_by_form_and_the_published_version_stays(town: Town) -> None:
    """What goes is struck and what comes is new, in place; the rest of the file is as it was."""
    clerk = await town.client("hezhiyuan")
    await begun(clerk)
    before = (await town.api.get("/v1/programmes/draft"))["files"]["rules.yaml"].splitlines()
    answer = await changed(
        clerk,
        "rules",
        "market-day",
        title="赶集日单笔满 30 元双倍",
        title_en="Double from 30 yuan",
        minimum="30",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{DRAFT}?tab=rules")
    after = (await town.api.get("/v1/programmes/draft"))["files"]["rules.yaml"].splitlines()
    assert {line.strip() for line in set(before) ^ set(after)} == {
        "title: 赶集日单笔满 50 元双倍", "title: 赶集日单笔满 30 元双倍",
        "title_en: Double points for 50 yuan or more on the town's market day",
        "title_en: Double from 30 yuan",
        "minimum_fen: 5000", "minimum_fen: 3000",
    }  # fmt: skip
    page = await clerk.open(DRAFT)
    assert '<del class="old">¥50.00</del><ins class="new">¥30.00</ins>' in page
    assert "在第 1 版上改了 1 处" in page
    assert "赶集日单笔满 50 元双倍" in await published_rules(town)
    assert "起用金额变好了" in plain(await clerk.open(f"{DRAFT}?tab=changes"))


async def test_a_field_that_cannot_be_read_is_named_and_what_was_written_stays(town: Town) -> None:
    """Nothing is saved."""
    clerk = await town.client("hezhiyuan")
    revision = (await town.api.get("/v1/programmes/draft"))["revision"]
    answer = await changed(clerk, "rules", "big-basket", points="many", minimum="1.234")
    assert answer.status_code == 422
    assert "填整数，比如 30" in answer.text
    assert "最多两位小数" in answer.text
    assert 'value="many"' in answer.text
    assert (await town.api.get("/v1/programmes/draft"))["revision"] == revision


async def test_a_rule_is_added_and_removed(town: Town) -> None:
    """A code that is taken is refused; what is removed leaves no trace in the draft."""
    clerk = await town.client("hezhiyuan")
    new = f"{DRAFT}/new/rules"
    taken = await sent(clerk, new, new, kind="flat", code="base", title="再来一条")
    assert taken.status_code == 422
    assert "这个编号有了" in taken.text
    made = await sent(clerk, new, new, kind="flat", code="phone", title="话费加 10 积分")
    assert made.headers["location"] == f"{DRAFT}/rules/phone"
    await changed(clerk, "rules", "phone", points="10", minimum="100", cap_points="100", cap_per="month")
    assert '<ins class="new">话费加 10 积分</ins>' in await clerk.open(DRAFT)
    gone = await sent(clerk, f"{DRAFT}/rules/phone/remove", f"{DRAFT}/rules/phone")
    assert gone.status_code == 303
    assert "话费加 10 积分" not in await clerk.open(DRAFT)


async def test_what_is_wrong_in_the_yaml_is_told_with_its_line(town: Town) -> None:
    """It may be saved wrong; the draft says which line and field, and cannot go in until it is mended."""
    clerk = await town.client("hezhiyuan")
    page = f"{DRAFT}/file/rules.yaml"
    text = (await town.api.get("/v1/programmes/draft"))["files"]["rules.yaml"]
    broken = text.replace("months: 6", "months: sechs", 1)
    line = broken.splitlines().index("    months: sechs") + 1
    saved = await sent(clerk, page, page, yaml=broken)
    assert saved.status_code == 303
    shown = plain(await clerk.open(page))
    assert f"rules.yaml 第 {line} 行 · rules.validity.months" in shown
    assert "值的种类不对" in shown
    overview = await clerk.open(DRAFT)
    assert "文件现在读不出来" in overview
    assert "disabled" in overview
    await clerk.open(f"{DRAFT}/submit", 409)
    assert (await sent(clerk, page, page, yaml=text)).status_code == 303
    assert "这个文件没有问题" in await clerk.open(page)


async def test_what_another_saved_meanwhile_is_not_overwritten(town: Town) -> None:
    """Who comes second keeps the text and is told whose draft it is now."""
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    page = f"{DRAFT}/campaigns/spring-2026"
    shown = await clerk.open(page)
    revision = re.search(r'name="revision" value="([0-9]+)"', shown)
    assert revision is not None
    await changed(approver, "campaigns", "spring-2026", text="春节前后，年货单笔满 200 元加 30 积分。")
    late = await clerk.send(
        page, page, revision=revision[1], title="我的活动", since="2026-02-10", until="2026-02-24"
    )
    assert late.status_code == 409
    assert "草稿刚被别人改过" in late.text
    assert "我的活动" in late.text
    assert "我的活动" not in (await town.api.get("/v1/programmes/draft"))["files"]["rules.yaml"]


async def test_an_unlawful_sentence_is_refused_and_mended_by_one_button(town: Town) -> None:
    """Its article and a wording stand beside it; the button puts the wording in place."""
    clerk = await town.client("hezhiyuan")
    shown = await clerk.open(f"{DRAFT}/terms/terms")
    clauses = [html.unescape(one) for one in re.findall(r'name="clauses[^"]*"[^>]*>([^<]*)<', shown)]
    answer = await changed(
        clerk, "terms", "terms",
        clauses=f"{clauses[0]}\n本活动最终解释权归青禾联盟所有。",
        clauses_en=f"{clauses[1]}\nWe answer in 15 days.",
    )  # fmt: skip
    assert answer.status_code == 303
    page = await clerk.open(DRAFT)
    assert "不能说解释权归自己" in page
    assert "消费者权益保护法实施条例 第17条" in page
    assert re.search(r'class="button main" disabled', page)
    form = page[page.index(f'action="{DRAFT}/fix"') :]
    hidden = dict(re.findall(r'name="([a-z]+)" value="([^"]*)"', form[: form.index("</form>")]))
    fixed = await clerk.client.post(f"{DRAFT}/fix", data={k: html.unescape(v) for k, v in hidden.items()})
    assert fixed.status_code == 303
    page = await clerk.open(DRAFT)
    assert "最终解释权" not in page
    assert "对本规则的理解有争议的" in page
    assert not re.search(r'class="button main" disabled', page)


async def test_a_worse_change_waits_and_the_page_says_until_when(town: Town) -> None:
    """Shorter validity needs 30 whole days; an earlier day is refused with its reason."""
    clerk = await town.client("hezhiyuan")
    assert (await changed(clerk, "terms", "terms", life_months="3")).status_code == 303
    page = plain(await clerk.open(DRAFT))
    assert "对会员不利" in page
    assert "2026-12-22 00:00 最早可生效，公告满 30 天" in page
    early = await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="2026-12-01")
    assert early.status_code == 422
    assert "公告的天数不够" in early.text
    assert 'value="2026-12-01"' in early.text


async def test_what_is_better_goes_by_itself(town: Town) -> None:
    """Alone it needs 7 days of notice; the rest stays in the draft."""
    clerk = await town.client("hezhiyuan")
    assert "拆成单独一版" in await clerk.open(DRAFT)
    page = plain(await clerk.open(f"{DRAFT}/split"))
    assert "起用金额变好了" in page
    assert "有效期变差" not in page
    assert "2026 年 11 月 29 日" in page
    answer = await sent(clerk, f"{DRAFT}/split", f"{DRAFT}/split", day="")
    assert answer.headers["location"] == "/console/programme/versions/2"
    rules = (await town.api.get("/v1/programmes/publications/2"))["programme"]["rules"]
    assert rules["validity"]["months"] == 6
    assert "赶集日单笔满 30 元双倍" in {rule["title"] for rule in rules["rules"]}
    assert (await town.api.get("/v1/programmes/draft"))["revision"] > 1


async def test_who_wrote_any_of_it_may_not_approve_it(town: Town) -> None:
    """The approver changed a campaign's text: the clerk's proposal needs somebody else."""
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    await clerk.open(f"{DRAFT}/split", 409)
    await changed(clerk, "terms", "terms", two_eyes="true")
    answer = await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="")
    assert answer.headers["location"] == "/console/proposals"
    await clerk.open(DRAFT, 404)
    listed = await approver.open("/console/proposals")
    number = re.search(r"/console/proposals/([0-9a-f-]{36})", listed)
    assert number is not None
    page = await approver.open(f"/console/proposals/{number[1]}")
    assert "这是你写的，要别人来批" in page
    assert "批准并发布" not in page
    clerks_page = f"/console/proposals/{number[1]}"
    refused = await approver.send(f"{clerks_page}/approve", clerks_page)
    assert refused.status_code == 409
    assert "自己写的要别人来批" in refused.text
    assert len((await town.api.get("/v1/programmes/publications"))["publications"]) == 2


async def test_a_scheduled_version_is_withdrawn(town: Town) -> None:
    """From its day on what held before goes on holding."""
    clerk = await town.client("hezhiyuan")
    page = "/console/programme/versions/2"
    assert "排着队" in await clerk.open(page)
    answer = await clerk.send(f"{page}/withdraw", page)
    assert answer.headers["location"] == "/console/programme/versions/3"
    assert "收回第 2 版" in await clerk.open("/console/programme/versions")
    again = await clerk.send(f"{page}/withdraw", "/console/merchants/new")
    assert again.status_code == 409
    assert "中间有别的版本发布了" in again.text

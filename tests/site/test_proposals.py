"""What waits for a second person: approved and declined by another, acts taken up, referrals overruled."""

import re
import secrets
from datetime import timedelta

from tests.site.drafting import DRAFT, begun, changed, plain, sent
from tests.site.town import TODAY, Town

LIST = "/console/proposals"


async def proposed(town: Town, **fields: str) -> str:
    """The clerk proposes a change of a rule; the page of the proposal."""
    clerk = await town.client("hezhiyuan")
    await begun(clerk)
    await changed(clerk, "rules", "big-basket", **fields)
    await changed(clerk, "terms", "terms", two_eyes="true")
    answer = await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="")
    assert answer.headers["location"] == LIST
    found = re.search(r"/console/proposals/([0-9a-f-]{36})", await clerk.open(LIST))
    assert found is not None
    return f"{LIST}/{found[1]}"


async def test_a_clerk_sees_what_waits_and_has_no_button_for_it(town: Town) -> None:
    """Neither on the page nor by sending the form."""
    page = await proposed(town, points="30", title="满 100 元加 30 积分，每月最多 200")
    clerk = await town.client("hezhiyuan")
    shown = await clerk.open(page)
    assert '<del class="old">20</del><ins class="new">30</ins>' in shown
    assert "等审批的人来定" in shown
    assert f'action="{page}/approve"' not in shown
    assert (await clerk.send(f"{page}/approve", page)).status_code == 403


async def test_a_decline_needs_a_reason_and_the_proposal_can_be_drafted_again(town: Town) -> None:
    """The reason is kept, and the work is not lost."""
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    listed = re.search(r"/console/proposals/([0-9a-f-]{36})", await approver.open(LIST))
    assert listed is not None
    page = f"{LIST}/{listed[1]}"
    assert (await approver.send(f"{page}/decline", page, reason="")).status_code == 422
    assert (await approver.send(f"{page}/decline", page, reason="太多了，先加 25")).status_code == 303
    assert "太多了，先加 25" in await clerk.open(page)
    assert "没有等着批的新版" in await clerk.open(LIST)
    answer = await clerk.send(f"{page}/draft", page)
    assert answer.headers["location"] == DRAFT
    assert '<ins class="new">30</ins>' in await clerk.open(DRAFT)


async def test_another_person_approves_and_it_is_published(town: Town) -> None:
    """With who wrote it and who approved it."""
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="")
    listed = re.search(r"/console/proposals/([0-9a-f-]{36})", await approver.open(LIST))
    assert listed is not None
    page = f"{LIST}/{listed[1]}"
    assert "批准并发布" in await approver.open(page)
    done = await approver.send(f"{page}/approve", page)
    assert done.headers["location"] == "/console/programme/versions/2"
    shown = plain(await clerk.open("/console/programme/versions/2"))
    assert "何知远写的" in shown
    assert "许批批的" in shown
    again = await approver.client.get(page)
    assert "批准了" in again.text
    assert f'action="{page}/approve"' not in again.text


async def test_what_is_no_proposal_is_not_there(town: Town) -> None:
    """404, not a fault."""
    approver = await town.client("xuapprover")
    await approver.open(f"{LIST}/01a1fbf0-6c40-73eb-bf4c-c3ac4d60891c", 404)
    await approver.open(f"{LIST}/nothing", 404)


async def test_a_suggestion_is_taken_up_or_declined_with_a_reason(town: Town) -> None:
    """Points are given when somebody took it up; a refusal without a reason is refused."""
    await town.clock(TODAY + timedelta(days=10))
    clerk = await town.client("hezhiyuan")
    await begun(clerk)
    rules = (await town.api.get("/v1/programmes/draft"))["files"]["rules.yaml"]
    page = f"{DRAFT}/file/rules.yaml"
    added = "  acts:\n  - {code: idea, title: 金点子, title_en: An idea, moderated: true}\n"
    caps = "caps: [{points: 200, per: month}]"
    rule = f"  - {{type: flat, id: idea, title: 金点子得 40 积分, points: 40, acts: [idea], {caps}}}\n"
    text = rules.replace("  rules:\n", f"{added}  rules:\n{rule}", 1)
    await sent(clerk, page, page, yaml=text)
    await sent(clerk, f"{DRAFT}/submit", f"{DRAFT}/submit", day="")
    approver = await town.client("xuapprover")
    listed = re.search(r"/console/proposals/([0-9a-f-]{36})", await approver.open(LIST))
    assert listed is not None
    published = await approver.send(f"{LIST}/{listed[1]}/approve", f"{LIST}/{listed[1]}")
    assert published.status_code == 303, published.text
    version = (await town.api.get("/v1/programmes/publications"))["publications"][0]
    assert version["state"] == "in_force", version
    before = (await town.balance("lin"))["balances"].get("point", {}).get("available", 0)
    for said in ("雨天把伞架放到门口", "货架贴上过敏提示"):
        body = {"member": town.number("lin"), "act": "idea", "said": said, "store": "S367"}
        await town.api.post("/v1/proposals", body, secrets.token_hex(8))
    shown = await clerk.open(LIST)
    first, second = dict.fromkeys(re.findall(r'action="(/console/proposals/acts/[0-9a-f-]{36})"', shown))
    assert "雨天把伞架放到门口" in shown
    silent = await clerk.send(first, LIST, approve="no", reason="")
    assert silent.status_code == 422
    assert (await clerk.send(first, LIST, approve="yes")).status_code == 303
    assert (await clerk.send(second, LIST, approve="no", reason="已经贴了")).status_code == 303
    assert (await town.balance("lin"))["balances"]["point"]["available"] - before == 40
    assert "没有等着看的" in await clerk.open(LIST)

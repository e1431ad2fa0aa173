"""Appeals and verification: a person decides with a reason, and the books are proven on request."""

from datetime import timedelta
from typing import Any

from jifen.jobs.run import Jobs
from tests.site.town import TODAY, Town


async def frozen(town: Town, who: str, key: str) -> Any:
    """Freeze somebody on evidence; an appeal against it."""
    body = {
        "member": town.number(who),
        "reason": "短时间多次退货",
        "evidence": "小票 118 至 124",
        "notice": "电话告知",
        "until": TODAY + timedelta(days=7),
    }
    await town.api.post("/v1/freezes", body, f"freeze-{key}")
    said = {"said": "是帮邻居退的，有微信记录"}
    return await town.api.post(f"/v1/members/{town.number(who)}/appeals", said, f"appeal-{key}")


async def test_an_appeal_is_upheld_with_a_reason_and_the_freeze_is_lifted(town: Town) -> None:
    """
    the approver reads what the member says beside the evidence and the end
    without a reason                -> the page again
    with a reason                   -> lifted, and it stands among what was decided
    """
    made = await frozen(town, "gu", "1")
    approver = await town.client("xuapprover")
    page = await approver.open("/console/appeals")
    for said in ("是帮邻居退的", "小票 118 至 124", "顾春生", "剩 7 天", "申诉成立，解除冻结"):
        assert said in page
    path = f"/console/appeals/{made['id']}"
    again = await approver.send(path, "/console/appeals", decision="uphold", reason=" ")
    assert again.status_code == 422
    assert (await town.balance("gu"))["frozen_until"] is not None
    done = await approver.send(path, "/console/appeals", decision="uphold", reason="微信记录属实")
    assert done.status_code == 303
    assert (await town.balance("gu"))["frozen_until"] is None
    page = await approver.open("/console/appeals")
    assert ("微信记录属实" in page, "许批" in page) == (True, True)


async def test_a_freeze_in_force_is_listed_with_its_evidence_and_its_end(town: Town) -> None:
    """A declined appeal leaves it; a clerk may lift it, an approver decides appeals, an auditor only sees."""
    made = await frozen(town, "chen", "2")
    clerk, auditor = await town.client("hezhiyuan", "en"), await town.client("songauditor")
    page = await clerk.open("/console/appeals")
    assert ("An approver decides appeals" in page, "/console/members/QH000038/unfreeze" in page) == (
        True,
        True,
    )
    assert f'action="/console/appeals/{made["id"]}"' not in page
    seen = await auditor.open("/console/appeals")
    assert ("陈立冬" in seen, '<form method="post"' in seen, "/unfreeze" in seen) == (True, False, False)
    approver = await town.client("xuapprover")
    await approver.send(
        f"/console/appeals/{made['id']}", "/console/appeals", decision="decline", reason="记录对不上"
    )
    page = await clerk.open("/console/appeals")
    assert ("小票 118 至 124" in page, "declined" in page, "No appeals wait" in page) == (True, True, True)
    member = await clerk.open("/console/members/QH000038")
    assert ("记录对不上" in member, "短时间多次退货" in member) == (True, True)


async def test_the_books_are_proven_on_request_and_what_was_found_is_shown(town: Town) -> None:
    """
    nothing proven yet; a clerk asks, the page says that it runs
    the jobs make the proof: clean, with each check
    a lot is changed behind the books' back: the next proof names the wallet and the figures
    """
    clerk, auditor = await town.client("hezhiyuan"), await town.client("songauditor")
    await town.buys("lin", 18640)
    page = await clerk.open("/console/verification")
    assert "还没有核对过" in page
    assert '<form method="post"' not in await auditor.open("/console/verification")
    jobs = Jobs(town.house.pool, town.house.engine, town.house.catalog, proves=lambda: town.house.dsn)
    for _ in range(2):
        sent = await clerk.send("/console/verification", "/console/verification")
        assert sent.status_code == 303
    assert "正在核对" in await auditor.open("/console/verification")
    await jobs.prove()
    page = await auditor.open("/console/verification")
    assert ("账目都对得上" in page, "正在核对" in page, "何知远" in page, "总账" in page) == (
        True,
        False,
        True,
        True,
    )
    assert "账目核对" in await clerk.open("/console")
    await town.house.pool.execute("UPDATE lot SET remaining = remaining - 1 WHERE remaining > 1")
    await town.api.post("/v1/verifications", {})
    await jobs.prove()
    found = (await town.api.get("/v1/verifications"))["proofs"][0]
    assert (found["clean"], {one["check"] for one in found["findings"]} >= {"lots", "books"}) == (False, True)
    page = await (await town.client("hezhiyuan", "en")).open("/console/verification")
    assert ("findings" in page, found["findings"][0]["place"] in page) == (True, True)
    assert "Findings" in await (await town.client("hezhiyuan", "en")).open("/console")
    await town.house.pool.execute("UPDATE lot SET remaining = remaining + 1 WHERE remaining > 0")

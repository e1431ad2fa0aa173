"""Run: notices, jobs, keys and webhooks, staff, the audit log, settings and outages in the console."""

import re

import msgspec
import pytest

from jifen.jobs.birthdays import Greeting
from jifen.jobs.handing import Outcome, Told
from jifen.jobs.referrals import Referrals
from jifen.jobs.remedies import Remedied
from jifen.site.wording import wording
from tests.site.town import PASSWORD, Town

PAGES = ("messages", "jobs", "keys", "staff", "audit", "settings", "outages")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
async def test_every_operator_reads_these_pages(town: Town, name: str, language: str) -> None:
    """Clerk, approver and auditor; the auditor without a single form that writes."""
    for who in ("hezhiyuan", "xuapprover", "songauditor"):
        text = await (await town.client(who, language)).open(f"/console/{name}")
        assert ('method="post"' in text) <= (who != "songauditor")
    for who in ("lin", "zhoumin", "hemanager"):
        await (await town.client(who)).open(f"/console/{name}", 403)


async def test_a_key_is_shown_once_and_never_may_more_than_its_maker(town: Town) -> None:
    """An approver makes keys, restricted ones only; a clerk makes none; the secret opens the interface."""
    clerk, approver = await town.client("hezhiyuan"), await town.client("xuapprover")
    answer = await approver.send(
        "/console/keys", "/console/keys", label="reports", merchant="", role="auditor"
    )
    secret = re.search(r'value="(jf_[^"]+)"', answer.text)
    assert answer.status_code == 200
    assert secret is not None
    assert secret[1] not in await clerk.open("/console/keys")
    headers = {"authorization": f"Bearer {secret[1]}"}
    anyone = await town.client()
    assert (await anyone.client.get("/v1/program", headers=headers)).status_code == 200
    every = await approver.send("/console/keys", "/console/keys", label="boss", merchant="", role="")
    assert every.status_code == 422
    fields = {"label": "boss", "merchant": "", "role": "auditor"}
    assert (await clerk.send("/console/keys", "/console/staff", **fields)).status_code == 403
    assert "boss" not in await clerk.open("/console/keys")
    again = await approver.send(
        "/console/keys", "/console/keys", label="reports", merchant="", role="auditor"
    )
    assert again.status_code == 409 or "already_exists" in again.text


async def test_a_revoked_key_opens_nothing(town: Town) -> None:
    """And its line says so."""
    approver = await town.client("xuapprover")
    answer = await approver.send(
        "/console/keys", "/console/keys", label="till-9", merchant="hetian", role="clerk"
    )
    secret = re.search(r'value="(jf_[^"]+)"', answer.text)
    assert secret is not None
    assert (await approver.send("/console/keys/revoke", "/console/keys", label="till-9")).status_code == 303
    headers = {"authorization": f"Bearer {secret[1]}"}
    anyone = await town.client()
    assert (await anyone.client.get("/v1/program", headers=headers)).status_code == 401


async def test_nobody_becomes_two_people(town: Town) -> None:
    """A clerk gives a merchant's cashier a new password, but no colleague of the operator's."""
    clerk = await town.client("hezhiyuan")
    cashier, approver = town.staff["zhoumin"].id, town.staff["xuapprover"].id
    path = f"/console/staff/{approver}/password"
    assert (await clerk.send(path, "/console/staff", password="a longer password")).status_code == 403
    assert (await clerk.send(f"/console/staff/{approver}/enable", "/console/staff")).status_code == 403
    path = f"/console/staff/{cashier}/password"
    assert (await clerk.send(path, "/console/staff", password="short")).status_code == 422
    assert (await clerk.send(path, "/console/staff", password=PASSWORD + "!")).status_code == 303


async def test_what_people_did_is_in_the_log(town: Town) -> None:
    """Who added a cashier is found by name, and the chain holds."""
    clerk = await town.client("hezhiyuan")
    fields = {"login": "newcashier", "name": "新人", "merchant": "hetian", "role": "cashier"}
    sent = await clerk.send("/console/staff", "/console/staff", password="some green thing", **fields)
    assert sent.status_code == 303
    assert "newcashier" in await clerk.open("/console/staff")
    auditor = await town.client("songauditor")
    text = await auditor.open("/console/audit?action=console.staff_add&prove=1")
    assert "newcashier" in text
    assert "何知远" in text
    assert "hezhiyuan" in text
    assert "对得上" in text


async def test_a_form_of_elsewhere_does_nothing(town: Town) -> None:
    """Without the page's token, or from another site, nothing is taken."""
    clerk = await town.client("xuapprover")
    for fields, headers in (({}, {}), ({"csrf": "x" * 64}, {}), ({}, {"sec-fetch-site": "cross-site"})):
        form = {"label": "stolen", "merchant": "", "role": "auditor", **fields}
        answer = await clerk.client.post("/console/keys", data=form, headers=headers)
        assert answer.status_code == 403
    assert "stolen" not in await clerk.open("/console/keys")


async def test_an_outage_is_declared_once_and_closed(town: Town) -> None:
    """The text is linted, the remedy is one that was published, and the same form twice is one outage."""
    clerk = await town.client("hezhiyuan")
    page = "/console/outages"
    fields = {"since": "2026-11-21T09:00", "until": "", "merchant": "", "remedy": "outage", "text_en": ""}
    wrong = await clerk.send(page, page, text="最终解释权归本联盟所有", **fields)
    assert wrong.status_code >= 400
    assert (await clerk.send(page, page, text="上午九点起收银系统停用。", **fields)).status_code == 303
    outages = (await town.api.get("/v1/outages"))["outages"]
    assert len(outages) == 1
    assert (await clerk.send(f"{page}/{outages[0]['id']}/close", page)).status_code == 303
    assert (await town.api.get("/v1/outages"))["outages"][0]["until"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("told", [Outcome, Told, Greeting, Referrals, Remedied])
def test_whatever_a_job_counts_has_a_word(told: type[msgspec.Struct], language: str) -> None:
    """A count without one would stand on the page by its name in the code."""
    missing = [field for field in told.__struct_fields__ if not wording(language).has(f"run.told.{field}")]
    assert missing == []

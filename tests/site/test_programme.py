"""The programme's pages: what is published, part by part, and its versions; for a reader not one form."""

import io
import zipfile

import pytest

from jifen.programs.loading import load_texts
from tests.site.drafting import DRAFT, plain
from tests.site.town import Town


async def test_rules_are_shown_with_what_they_give_back(town: Town) -> None:
    """By the worth of a point at its best, and the page says which."""
    page = plain(await (await town.client("hezhiyuan")).open("/console/programme"))
    assert "每月 8、18、28 日会员日双倍" in page
    assert "满 ¥100.00，每月最多 200" in page
    assert "最高 0.20%" in page
    assert "首单 50 积分，14 天后生效 每人一次，14 天后生效 50 积分 固定" in page
    assert "按会员用得最值算，100 积分值 ¥1.00" in page


async def test_the_path_behind_the_highest_rebate_multiplies_out(town: Town) -> None:
    """The first step's points are those of its rules, and it is said how many purchases were tried."""
    page = plain(await (await town.client("hezhiyuan")).open("/console/programme"))
    assert "最高有效返利 8.0" in page
    assert "在禾田超市" in page
    assert "会员生日加 66 积分 66" in page
    assert "种花法" in page


@pytest.mark.parametrize(
    ("tab", "zh", "en"),
    [
        ("terms", "有效期", "How long points live"),
        ("rewards", "洗车一次", "car wash"),
        ("tiers", "¥4,000.00", "Gold"),
        ("campaigns", "2026 春节年货季", "Spring Festival 2026"),
        ("messages", "券快到期", "Voucher about to lapse"),
    ],
)
async def test_each_part_is_there_in_both_languages(town: Town, tab: str, zh: str, en: str) -> None:
    """The same facts, in the words of the page."""
    chinese = plain(await (await town.client("hezhiyuan")).open(f"/console/programme?tab={tab}"))
    english = plain(await (await town.client("hezhiyuan", "en")).open(f"/console/programme?tab={tab}"))
    assert zh in chinese
    assert en.lower() in english.lower()


async def test_versions_say_who_published_them(town: Town) -> None:
    """And the first has none before to compare with."""
    clerk = await town.client("hezhiyuan")
    assert "第 1 版 生效中" in plain(await clerk.open("/console/programme/versions"))
    assert "第一版" in await clerk.open("/console/programme/versions/1")
    await clerk.open("/console/programme/versions/7", 404)


async def test_the_files_that_are_taken_along_load_to_the_same_programme(town: Town) -> None:
    """What is downloaded is what is published."""
    clerk = await town.client("hezhiyuan")
    answer = await clerk.client.get("/console/programme/yaml")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    loaded = load_texts(files)
    published = await town.api.get("/v1/programmes/publications/1")
    assert loaded.programme is not None, loaded.findings
    assert loaded.programme.name == published["programme"]["name"]
    assert len(loaded.programme.rules.rules) == len(published["programme"]["rules"]["rules"])


async def test_an_auditor_reads_and_has_no_form(town: Town) -> None:
    """And asking all the same is refused."""
    auditor = await town.client("songauditor")
    for path in ("/console/programme", "/console/proposals", "/console/merchants", "/console/rewards"):
        assert 'method="post"' not in await auditor.open(path)
    assert "起草" not in await auditor.open("/console/programme")
    answer = await auditor.client.post(DRAFT, data={})
    assert answer.status_code == 403


async def test_where_there_is_no_draft_the_way_to_one_is_told(town: Town) -> None:
    """404, and back to what is published."""
    page = await (await town.client("hezhiyuan")).open(DRAFT, 404)
    assert "没有草稿" in page
    assert 'href="/console/programme"' in page

"""Why an entry moved its points: asked with a key, on the command line, and read on the member's page."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.datastructures import State

from jifen.api.settings import Settings
from jifen.pages.links import wallet_link
from jifen.pages.routes import routes
from jifen.parties.programs import Evidence
from jifen.rules.definition import (
    Cap,
    Conditions,
    Flat,
    Funding,
    Multiplier,
    PerAmount,
    Rate,
    RuleSet,
)
from jifen.rules.rewards import Reward
from jifen.rules.when import LineFilter
from jifen.values.ids import WalletId
from jifen.values.periods import Rolling
from tests.api.alliance import BEGAN, NOW, Alliance, problem
from tests.commands import Said, given
from tests.pages.reader import read

LATER = NOW + timedelta(days=1)
CODE = "13126004185739206"
NEW = RuleSet(
    rules=(
        PerAmount(
            id="base",
            title="基础积分",
            title_en="Base",
            rate=Rate(1, 100),
            funding=(Funding("merchant", 2), Funding("operator", 1)),
            caps=(Cap(120, "day"),),
        ),
        PerAmount(
            id="green",
            title="绿色积分",
            rate=Rate(2, 100),
            unit="green",
            lines=LineFilter(evidence=("organic",)),
        ),
        Multiplier(id="double", title="双倍", factor="2", when=Conditions(minimum_fen=50_000)),
        Flat(id="sea", title="海边", points=5, when=Conditions(merchants=("sea",))),
        Flat(id="vip", title="贵宾", points=5, when=Conditions(segments=("vip-secret",))),
    ),
    validity=Rolling(months=6, to="month_end"),
    rewards=(Reward(code="mug", title="杯子", title_en="Mug", points=30, merchant="air"),),
)
BASKET = [
    {"sku": "菜", "category": "PRODUCE", "quantity": 1, "amount": 12_000, "evidence": CODE},
    {"sku": "奶", "category": "DAIRY", "quantity": 1, "amount": 6_040},
]


async def begun(alliance: Alliance, rules: RuleSet = NEW) -> None:
    """New rules from tomorrow on, the clock there, and evidence on record."""
    catalog = alliance.house.catalog
    proof = Evidence(CODE, "organic", "", BEGAN, datetime(2027, 3, 14, 16, tzinfo=UTC))
    await catalog.add_evidence(alliance.id, proof)
    await catalog.publish(alliance.id, rules, LATER, NOW)
    await alliance.set_clock(LATER)


async def explained(alliance: Alliance, entry: str, query: str = "", who: str = "operator") -> Any:
    """The explanation that a caller is given."""
    answer = await getattr(alliance, who).get(f"/v1/entries/{entry}/explanation{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def sentences(told: Any, part: str) -> dict[str, str]:
    """Sentences by rule."""
    return {one["rule"]: one["said"] for one in told[part]}


async def bought(alliance: Alliance, key: str = "p1", **more: Any) -> str:
    """The id of a purchase of ann's at air."""
    body = {"key": key, "member": "ann", "store": "air-1", "lines": BASKET, **more}
    booked = await alliance.operator.done("/v1/purchases", **body)
    entry: str = booked["id"]
    return entry


async def test_it_says_rule_by_rule_what_gave_how_much_and_why(alliance: Alliance) -> None:
    """With the version, who pays, from when and until when the points live, and the rule as it was."""
    await begun(alliance)
    told = await explained(alliance, await bought(alliance), "?lang=en")
    assert (told["kind"], told["language"], told["points"], told["happened"]) == (
        "purchase",
        "en",
        360,
        "paid ¥180.40",
    )
    assert told["rules"] == {
        "version": 2,
        "contract": 1,
        "valid_from": "2026-11-22T02:00:00Z",
        "published_at": "2026-11-21T02:00:00Z",
        "said": "version 2, since 22 Nov 2026, published 21 Nov 2026",
    }
    base, green = told["given"]
    assert {name: base[name] for name in ("rule", "title", "points", "unit", "said", "lives")} == {
        "rule": "base",
        "title": "Base",
        "points": 120,
        "unit": "point",
        "said": "¥180.40 × 1 pt per ¥1, the ¥0.40 short of ¥1.00 does not count, "
        "comes to 180, at most 120 a day",
        "lives": "usable to 31 May 2027",
    }
    assert base["funding"] == [{"party": "air", "points": 80}, {"party": "operator", "points": 40}]
    assert (base["usable_from"], base["usable_until"]) == (None, "2027-05-31T16:00:00Z")
    assert msgspec.convert(base["definition"], PerAmount) == NEW.rules[0]
    assert (green["unit"], green["points"]) == ("green", 240)
    assert "organic evidence 131 26 004185739206, good to 14 Mar 2027" in green["said"]
    assert [(one["rule"], one["reason"], one["concerns"]) for one in told["missed"]] == [
        ("vip", "segment", True),
        ("double", "minimum", True),
    ]
    assert sentences(told, "missed")["double"] == "this one is ¥180.40, ¥319.60 short"


async def test_chinese_is_what_is_spoken_unless_asked_otherwise(alliance: Alliance) -> None:
    """The same facts, and the reasons have the same words."""
    await begun(alliance)
    entry = await bought(alliance)
    zh, en = await explained(alliance, entry), await explained(alliance, entry, "?lang=en")
    assert zh["given"][0]["title"] == "基础积分"
    assert sentences(zh, "missed") == {
        "double": "这单 ¥180.40，差 ¥319.60",
        "vip": "条件：在这次活动的名单里，当时不符合",
    }
    plain = ("rule", "points", "unit", "usable_from", "usable_until", "funding", "definition")
    for one, other in zip(zh["given"], en["given"], strict=True):
        assert [one[name] for name in plain] == [other[name] for name in plain]
    assert [one["reason"] for one in zh["missed"]] == [one["reason"] for one in en["missed"]]


async def test_an_operator_may_see_all_rules(alliance: Alliance) -> None:
    """Also those that have nothing to do with the purchase; a merchant may not ask for them."""
    await begun(alliance)
    entry = await bought(alliance)
    told = await explained(alliance, entry, "?all=true")
    assert [(one["rule"], one["reason"]) for one in told["missed"] if not one["concerns"]] == [
        ("sea", "merchant")
    ]
    assert sentences(told, "missed")["sea"] == "只在Sea"
    problem(await alliance.air.get(f"/v1/entries/{entry}/explanation?all=true"), "operator_only")


async def test_a_merchant_sees_its_own_entries_and_not_who_pays(alliance: Alliance) -> None:
    """Another's entry is not there for it, as everywhere; a stranger's question is not let in."""
    await begun(alliance)
    entry = await bought(alliance)
    told = await explained(alliance, entry, who="air")
    assert [one["points"] for one in told["given"]] == [120, 240]
    for one in (*told["given"], *told["missed"]):
        assert one["definition"] is None
        assert one.get("funding") is None
    assert "vip-secret" not in json.dumps(told)
    problem(await alliance.sea.get(f"/v1/entries/{entry}/explanation"), "entry_unknown")
    assert (await alliance.stranger.get(f"/v1/entries/{entry}/explanation")).status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [("?lang=fr", "invalid"), ("?all=yes", "invalid"), ("?tongue=zh", "invalid")],
)
async def test_what_is_asked_wrongly_is_said(alliance: Alliance, query: str, code: str) -> None:
    """Which parameter, and what it takes."""
    entry = await bought(alliance)
    answer = await alliance.operator.get(f"/v1/entries/{entry}/explanation{query}")
    told = answer.json()
    assert answer.status_code in (400, 422), told
    assert query[1:].split("=")[0] in told["detail"] + str(told)


async def test_an_entry_of_an_old_version_keeps_its_version(alliance: Alliance) -> None:
    """Explained before and after new rules were published, it is the same."""
    entry = await bought(alliance)
    before = await explained(alliance, entry)
    await begun(alliance)
    assert await explained(alliance, entry) == before
    assert before["rules"]["version"] == 1
    assert [one["rule"] for one in before["given"]] == ["base", "big"]
    after = await explained(alliance, await bought(alliance, "p2"))
    assert after["rules"]["version"] == 2


async def test_entries_without_rules_say_what_happened(alliance: Alliance) -> None:
    """A reward, a correction with its reason, a transfer, an expiry."""
    await begun(alliance)
    await bought(alliance)
    operator = alliance.operator
    reward = await operator.done("/v1/reward-redemptions", key="r1", member="ann", reward="mug")
    told = await explained(alliance, reward["id"], "?lang=en")
    assert (told["happened"], told["points"], told["rules"], told["given"]) == (
        "“Mug” redeemed",
        -30,
        None,
        [],
    )
    assert told["reward"] == {"reward": "mug", "title": "Mug", "said": "30 pt each"}
    fixed = await operator.done("/v1/adjustments", key="a1", member="ann", points=5, reason="收银记错")
    told = await explained(alliance, fixed["id"])
    assert (told["happened"], told["reason"], told["reward"]) == ("有人核对后改的", "收银记错", None)


async def test_a_return_says_what_the_rest_still_earns(alliance: Alliance) -> None:
    """The rule's name and points, and why they went."""
    await begun(alliance)
    await bought(alliance)
    back = await alliance.operator.done(
        "/v1/returns", key="b1", member="ann", purchase="p1", lines=[{"sku": "菜", "quantity": 1}]
    )
    told = await explained(alliance, back["id"])
    assert [(one["rule"], one["points"], one["said"]) for one in told["given"]] == [
        ("base", -60, "退货之后还得 60"),
        ("green", -240, "退货之后：没有有效的绿色凭证，得 0：这单的商品没有附凭证"),
    ]


async def test_the_page_says_the_same(alliance: Alliance) -> None:
    """Each sentence of the interface stands on the member's page, word by word, in both languages."""
    await begun(alliance)
    entry = await bought(alliance)
    house = alliance.house
    wallet = WalletId((await house.members.wallets(alliance.id, ["ann"]))["ann"])
    state = State(
        {"pool": house.pool, "catalog": house.catalog, "members": house.members, "vault": house.vault},
        deep_copy=False,
    )
    app = Litestar(routes(), state=state, openapi_config=None, logging_config=None)
    link = wallet_link(house.vault, wallet, datetime.now(UTC) + timedelta(days=1))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
        base_url="http://jifen.test",
    ) as client:
        for language in ("zh", "en"):
            told = await explained(alliance, entry, f"?lang={language}")
            path = f"{link}/entries/{told['no']}?lang={language}"
            page = read((await client.get(path)).text)
            shown = [one.all("p")[0].text for one in page.all("li.told")]
            assert shown == [one["said"] for one in (*told["given"], *told["missed"])]
            assert [one.one("h3").text for one in page.all("li.told")] == [
                one["title"] for one in (*told["given"], *told["missed"])
            ]


async def explain(settings: Settings, folder: Path, *asked: tuple[str, ...]) -> list[Said]:
    """What `jifen explain` answers to each of these."""
    environment = {**os.environ, "DATABASE_URL": settings.database_url or "", "JIFEN_FOLDER": str(folder)}
    return await given(environment, *(("explain", *words) for words in asked))


async def test_the_command_line_says_the_same(alliance: Alliance, settings: Settings, tmp_path: Path) -> None:
    """The very object of the interface, by the entry's id or by the source's key; or as lines."""
    await begun(alliance)
    entry = await bought(alliance)
    program = (await alliance.house.catalog.program(alliance.id)).code
    named = ("--program", program, "--source", "operator", "--key", "p1")
    first, every, plain = await explain(
        settings,
        tmp_path,
        (entry, "--lang", "en", "--json"),
        (*named, "--all", "--json"),
        named,
    )
    assert (first.code, first.complaint) == (0, "")
    assert json.loads(first.out) == await explained(alliance, entry, "?lang=en")
    assert json.loads(every.out) == await explained(alliance, entry, "?all=true")
    told = await explained(alliance, entry)
    assert plain.code == 0
    lines = re.sub(r"\s+", " ", plain.out.replace("\n", " "))
    for one in (*told["given"], *told["missed"]):
        assert one["said"] in lines
        assert one["title"] in lines
    assert "第 2 版，2026 年 11 月 22 日起，2026 年 11 月 21 日公布" in lines
    assert "air 80, operator 40" in lines


async def test_the_command_line_says_what_it_lacks(
    alliance: Alliance, settings: Settings, tmp_path: Path
) -> None:
    """No entry is named, or one that is not there."""
    program = (await alliance.house.catalog.program(alliance.id)).code
    unnamed, no_id, unknown = await explain(
        settings,
        tmp_path,
        ("--key", "p1"),
        ("no-id",),
        ("--program", program, "--source", "operator", "--key", "never"),
    )
    assert (unnamed.code, "--program, --source and --key together" in unnamed.complaint) == (2, True)
    assert (no_id.code, "is no id" in no_id.complaint) == (1, True)
    assert (unknown.code, "reported nothing under key 'never'" in unknown.complaint) == (1, True)

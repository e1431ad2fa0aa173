"""What is known of members: birthdays, children with consent, credit tokens; and what earns by it."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from jifen.parties.programs import Authority
from jifen.rules.definition import Act, Conditions, Flat, LineFilter, PerAmount, Rate, RuleSet
from jifen.rules.tiers import Tier, Tiers
from jifen.rules.when import Birthday
from tests.api.alliance import NOW, Alliance

KEY = OKPKey.generate_key("Ed25519")
CONSENT = {"text": "我同意积分计划为孩子生日礼而保存孩子的生日。", "channel": "app"}

RULES = RuleSet(
    rules=(
        PerAmount(id="base", rate=Rate(1, 100)),
        PerAmount(id="trusted", rate=Rate(1, 100), when=Conditions(tokens=("trusted",))),
        PerAmount(id="gold", rate=Rate(2, 100), when=Conditions(tiers=("gold",))),
        Flat(id="cake", points=66, when=Conditions(birthday=Birthday(whose="self"))),
        PerAmount(
            id="green",
            rate=Rate(5, 100),
            unit="green",
            lines=LineFilter(evidence=("organic",)),
            funder="operator",
        ),
        Flat(id="idea", points=30, acts=("suggestion",), funder="operator"),
        Flat(id="talk", points=20, acts=("lecture",), once_per_code=True, funder="operator"),
    ),
    acts=(
        Act(code="suggestion", moderated=True),
        Act(code="lecture", codes=("l-1", "l-2")),
    ),
    tiers=Tiers(levels=(Tier(code="gold", title="金卡", at=100_000),)),
)


@pytest.fixture
async def here(alliance: Alliance) -> Alliance:
    """The alliance with rules that look at people, and an authority that signs tokens."""
    catalog = alliance.house.catalog
    await catalog.publish(alliance.id, RULES, NOW, NOW)
    await catalog.set_authority(
        alliance.id,
        Authority("city", "信用办", msgspec.json.encode(KEY.as_dict(private=False)).decode(), ("trusted",)),
    )
    return alliance


def token(alliance: Alliance, member: str = "ann", key: Any = KEY, **claims: Any) -> str:
    """A signed token for a member, valid for 30 days unless it says otherwise."""
    program = alliance.house.catalog._programs[alliance.id]
    said = {
        "iss": "city",
        "aud": program.code,
        "sub": member,
        "grant": "trusted",
        "jti": "t-1",
        "exp": int((NOW + timedelta(days=30)).timestamp()),
    }
    return jws.serialize_compact(
        {"alg": "Ed25519"}, msgspec.json.encode(said | claims), key, algorithms=["Ed25519"]
    )


async def earned(alliance: Alliance, key: str, amount: int = 1_000, member: str = "ann", **more: Any) -> int:
    """The points of a purchase at air."""
    told = await alliance.air.done(
        "/v1/purchases", key=key, member=member, store="air-1", amount=amount, **more
    )
    points: int = told["points"]
    return points


async def test_a_token_raises_the_rate_until_it_expires(here: Alliance) -> None:
    """S21: from the moment it is taken, up to and not at its end; the score is nobody's business."""
    assert await earned(here, "p-1") == 10
    await here.operator.done("/v1/members/ann/tokens", key="t-1", token=token(here), authorisation=CONSENT)
    assert await earned(here, "p-2") == 20
    agreed = await here.house.pool.fetch("SELECT purpose, given FROM consent WHERE program = $1", here.id)
    assert [tuple(row) for row in agreed] == [("credit", True)]
    profile = (await here.operator.get("/v1/members/ann/profile")).json()
    assert [(one["authority"], one["grant"]) for one in profile["tokens"]] == [("city", "trusted")]
    await here.set_clock(NOW + timedelta(days=30) - timedelta(seconds=1))
    assert await earned(here, "p-3") == 20
    await here.set_clock(NOW + timedelta(days=30))
    assert await earned(here, "p-4") == 10
    facts = await here.house.pool.fetchval(
        "SELECT facts FROM wallet w JOIN member m ON m.wallet = w.id "
        "WHERE m.number = 'ann' AND w.program = $1",
        here.id,
    )
    assert "score" not in facts


async def test_a_withdrawn_token_stops_at_once_and_for_ever(here: Alliance) -> None:
    """S21: nobody loses base rights, and the same token is not taken again."""
    await here.operator.done("/v1/members/ann/tokens", key="t-1", token=token(here), authorisation=CONSENT)
    assert await earned(here, "p-1") == 20
    await here.operator.done("/v1/members/ann/tokens/withdraw", key="w-1", authority="city", id="t-1")
    assert await earned(here, "p-2") == 10
    told = await here.operator.refused(
        "token_refused", "/v1/members/ann/tokens", key="t-2", token=token(here), authorisation=CONSENT
    )
    assert "withdrawn" in told["detail"]
    # A return of what the token earned takes back what it gave then, though it holds no more.
    back = await here.air.done("/v1/returns", key="b-1", purchase="p-1")
    assert back["points"] == -20


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"sub": "bob"}, "not for member 'ann'"),
        ({"aud": "other"}, "not for member"),
        ({"iss": "nobody"}, "no authority"),
        ({"grant": "rich"}, "may not grant 'rich'"),
        ({"exp": int(NOW.timestamp())}, "expired"),
        ({"exp": int((NOW + timedelta(days=400)).timestamp())}, "a year at most"),
        ({"exp": True}, "when it expires"),
        ({"jti": ""}, "no id"),
        ({"score": 815}, "a score"),
    ],
)
async def test_tokens_that_are_not_taken(here: Alliance, claims: dict[str, Any], said: str) -> None:
    """For somebody else, from nobody, for too much, for too long, or with a score."""
    told = await here.operator.refused(
        "token_refused",
        "/v1/members/ann/tokens",
        key="t",
        token=token(here, **claims),
        authorisation=CONSENT,
    )
    assert said in told["detail"]


async def test_a_forged_token_is_not_taken(here: Alliance) -> None:
    """Signed by another key, cut, or no token at all."""
    forged = token(here, key=OKPKey.generate_key("Ed25519"))
    for text in (forged, token(here)[:-4], "x.y.z", "nothing"):
        await here.operator.refused(
            "token_refused", "/v1/members/ann/tokens", key="t", token=text, authorisation=CONSENT
        )


async def test_a_birthday_earns_on_its_day(here: Alliance) -> None:
    """The member's own, solar; no year is kept, and what is stored for ever is a digest."""
    await here.operator.done("/v1/members/ann/birthday", key="b", month=11, day=22)
    assert await earned(here, "p-1") == 10
    await here.set_clock(NOW + timedelta(days=1))
    assert await earned(here, "p-2") == 76
    assert await earned(here, "p-3", member="bob") == 10
    events = await here.house.pool.fetch(
        "SELECT event FROM entry JOIN wallet w ON w.id = wallet WHERE kind = 'profile' AND program = $1",
        here.id,
    )
    assert len(events) == 1
    assert "11" not in msgspec.json.decode(events[0]["event"])
    assert set(msgspec.json.decode(events[0]["event"])) == {"type", "change", "digest"}
    await here.operator.refused("invalid_request", "/v1/members/ann/birthday", key="c", month=2, day=30)
    await here.operator.refused("invalid_request", "/v1/members/ann/birthday", key="c", month=2)


async def test_no_child_without_a_guardians_consent(here: Alliance) -> None:
    """S12, PIPL 31: refused at the door, and by the table itself."""
    child = {"ref": "first", "whose": "child", "name": "小满", "month": 5, "day": 20, "lunar": True}
    await here.operator.refused("consent_missing", "/v1/members/ann/relatives", key="c-1", **child)
    assert await here.house.pool.fetchval("SELECT count(*) FROM relative WHERE program = $1", here.id) == 0
    await here.operator.done("/v1/members/ann/relatives", key="c-2", **child, guardian_consent=CONSENT)
    row = await here.house.pool.fetchrow("SELECT * FROM relative WHERE program = $1", here.id)
    assert row is not None
    agreed = await here.house.pool.fetch("SELECT purpose FROM consent WHERE program = $1", here.id)
    assert [one["purpose"] for one in agreed] == ["child:first"]
    assert row["guardian_consent"] and row["consented_at"] == NOW
    assert "小满".encode() not in row["sealed"] and here.house.vault.open(row["sealed"]) == "小满"
    await here.operator.done("/v1/members/ann/relatives/forget", key="f", ref="first")
    assert await here.house.pool.fetchval("SELECT count(*) FROM relative WHERE program = $1", here.id) == 0
    await here.operator.refused("relative_unknown", "/v1/members/ann/relatives/forget", key="g", ref="first")


async def test_a_suggestion_earns_only_when_approved(here: Alliance) -> None:
    """S12: proposed, looked at, and then worth points once, as of the day of the suggestion."""
    await here.operator.refused("act_not_approved", "/v1/acts", key="a-1", member="ann", act="suggestion")
    made = await here.operator.done(
        "/v1/proposals", key="s-1", member="ann", act="suggestion", said="在母婴室放一台温奶器。"
    )
    again = await here.operator.done(
        "/v1/proposals", key="s-1", member="ann", act="suggestion", said="在母婴室放一台温奶器。"
    )
    assert (made["id"], made["state"]) == (again["id"], "waiting")
    assert await here.operator.available("ann") == 0
    listed = (await here.operator.get("/v1/proposals")).json()["proposals"]
    assert [(one["member"], one["said"]) for one in listed] == [("ann", "在母婴室放一台温奶器。")]
    path = f"/v1/proposals/{made['id']}/decision"
    await here.operator.refused("invalid_request", path, approve=False, by="mei")
    for _ in range(2):
        told = await here.operator.done(path, approve=True, by="mei")
        assert (told["state"], told["points"]) == ("approved", 30)
    assert await here.operator.available("ann") == 30
    await here.operator.refused("proposal_decided", path, approve=False, by="mei", reason="太晚了")


async def test_a_declined_suggestion_earns_nothing(here: Alliance) -> None:
    """And cannot be approved afterwards."""
    made = await here.operator.done("/v1/proposals", key="s-1", member="ann", act="suggestion", said="哈哈")
    path = f"/v1/proposals/{made['id']}/decision"
    told = await here.operator.done(path, approve=False, by="mei", reason="没有内容")
    assert told["state"] == "declined"
    await here.operator.refused("proposal_decided", path, approve=True, by="mei")
    assert await here.operator.available("ann") == 0


async def test_a_lectures_code_counts_once_per_member(here: Alliance) -> None:
    """S12: another lecture counts again, an unknown code not at all."""
    for key, code, points in (("l-1", "l-1", 20), ("l-2", "l-1", 0), ("l-3", "l-2", 20)):
        told = await here.operator.done("/v1/acts", key=key, member="ann", act="lecture", code=code)
        assert told["points"] == points
    await here.operator.refused(
        "act_code_unknown", "/v1/acts", key="l-4", member="ann", act="lecture", code="l-9"
    )
    told = await here.operator.done("/v1/acts", key="l-5", member="bob", act="lecture", code="l-1")
    assert told["points"] == 20


async def test_the_systems_own_acts_are_nobody_elses(here: Alliance) -> None:
    """A till cannot pay a referral or a birthday by itself."""
    for act in ("referral", "birthday.pet"):
        await here.operator.refused("act_reserved", "/v1/acts", key=act, member="ann", act=act)


async def test_green_points_ask_for_evidence(here: Alliance) -> None:
    """S25: valid on the day, or nothing; withdrawn evidence proves nothing from then on."""
    code = "00126" + "4" * 12
    line = {"sku": "rice", "quantity": 1, "amount": 1_000, "evidence": code}

    async def green(key: str) -> int:
        await earned(here, key, lines=[line], amount=1_000)
        balances = (await here.operator.get("/v1/members/ann/balance")).json()["balances"]
        points: int = balances["green"]["available"]
        return points

    assert await green("p-1") == 0
    await here.operator.refused(
        "invalid_request",
        "/v1/evidence",
        code="123",
        kind="organic",
        valid_from="2026-01-01T00:00:00+08:00",
        valid_until="2026-12-31T00:00:00+08:00",
    )
    await here.operator.done(
        "/v1/evidence",
        code=code,
        kind="organic",
        valid_from="2026-01-01T00:00:00+08:00",
        valid_until="2026-12-31T00:00:00+08:00",
    )
    assert await green("p-2") == 50
    gone = await here.operator.ask("DELETE", f"/v1/evidence/{code}")
    assert (gone.status_code, gone.json()["valid"]) == (200, False)
    await here.set_clock(NOW + timedelta(hours=1))
    assert await green("p-3") == 50
    await here.air.done("/v1/returns", key="b-2", purchase="p-2")
    balances = (await here.operator.get("/v1/members/ann/balance")).json()["balances"]
    assert balances["green"]["available"] == 0


async def test_a_tier_is_reached_at_once_and_goes_with_the_goods(here: Alliance) -> None:
    """The purchase that reaches gold earns as before, the next one as gold; its return takes gold back."""
    assert await earned(here, "p-1", 99_900) == 999
    assert await earned(here, "p-2", 100) == 1
    profile = (await here.operator.get("/v1/members/ann/profile")).json()
    assert profile["standing"] == {"tier": "gold", "since": "2026-11-21", "until": "2027-12-31"}
    assert await earned(here, "p-3") == 30
    await here.air.done("/v1/returns", key="b-1", purchase="p-2")
    # 999 yuan of p-1 and 10 of p-3 keep it: 1 009 yuan.
    assert (await here.operator.get("/v1/members/ann/profile")).json()["standing"]["tier"] == "gold"
    await here.air.done("/v1/returns", key="b-2", purchase="p-3")
    assert (await here.operator.get("/v1/members/ann/profile")).json()["standing"]["tier"] == ""
    assert await earned(here, "p-4") == 10


async def test_who_invites_is_another_member(here: Alliance) -> None:
    """S22: nobody invites oneself, nor a number that is none, nor does a household."""
    await here.operator.done("/v1/members", number="new", name="新", invited_by="ann")
    row = await here.house.pool.fetchrow("SELECT * FROM referral WHERE program = $1", here.id)
    assert row is not None and row["state"] == "open"
    await here.operator.refused("invalid_request", "/v1/members", number="me", invited_by="me")
    await here.operator.refused("member_unknown", "/v1/members", number="me", invited_by="ghost")
    await here.operator.refused("invalid_request", "/v1/members", number="me", invited_by="home")

"""Scenarios about people: pets' birthdays, mothers and babies, the credit city, friends who are invited."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
import pytest
from joserfc import jws

from tests.scenarios.stage import OFFICE, Stage, local

SetUp = Callable[[str, str], Awaitable[Stage]]

pytestmark = pytest.mark.scenario

CONSENT = {"text": "我同意为生日礼保存孩子的生日。", "channel": "app"}


async def consents(stage: Stage, member: str, purpose: str) -> None:
    """The member consents to a use."""
    answer = await stage.operator.ask(
        "PUT",
        f"/v1/members/{member}/consents/{purpose}",
        json={"text": "我同意用于生日祝福。", "version": "2026-1", "channel": "app"},
    )
    assert answer.status_code in (200, 201), answer.text


async def entries(stage: Stage, member: str, kind: str) -> list[Any]:
    """A member's entries of a kind, oldest first."""
    told = (await stage.operator.get(f"/v1/members/{member}/entries")).json()["entries"]
    return [entry for entry in reversed(told) if entry["kind"] == kind]


async def test_scenario_s11_cake_once_per_pet_and_year(stage: SetUp) -> None:
    """However often the job runs, and though the date is edited to a later day of the year."""
    shop = await stage("S11-pet-shop", "2027-02-01")
    await shop.joins("ann", "bob")
    pets = {
        "dog": (3, 10, False),
        "cat": (2, 2, True),
    }  # the second of the second lunar month is 9 March 2027
    for ref, (month, day, lunar) in pets.items():
        pet = {"ref": ref, "whose": "pet", "month": month, "day": day, "lunar": lunar}
        await shop.operator.done("/v1/members/ann/relatives", key=ref, name="毛毛", **pet)
        await shop.operator.done("/v1/members/bob/relatives", key=f"b-{ref}", name="毛毛", **pet)
    await consents(shop, "ann", "birthday")
    had = []
    for at in ("2027-03-08 12:00", "2027-03-09 00:10", "2027-03-09 18:00", "2027-03-10 09:00"):
        await shop.night(at)
        had.append(await shop.has("ann"))
    assert had == [0, 300, 300, 600]
    edited = {"ref": "dog", "whose": "pet", "month": 3, "day": 25}
    await shop.operator.done("/v1/members/ann/relatives", key="edited", name="毛毛", **edited)
    await shop.night("2027-03-25 09:00")
    assert await shop.has("ann") == 600
    await shop.night("2028-03-25 09:00")
    # The edited day of the next year; the lunar one, in February 2028, is too long ago to be made good.
    assert {entry["points"] for entry in await entries(shop, "ann", "act")} == {300}
    assert len(await entries(shop, "ann", "act")) == 3
    # Bob never consented to that use.
    assert await shop.has("bob") == 0


async def test_scenario_s12_no_child_without_a_guardian(stage: SetUp) -> None:
    """No record without the separate consent; with it the birthday gift comes, once."""
    shop = await stage("S12-mother-and-baby", "2027-04-01")
    await shop.joins("ann")
    child = {"ref": "xiao", "whose": "child", "name": "小满", "month": 5, "day": 20}
    await shop.operator.refused("consent_missing", "/v1/members/ann/relatives", key="c", **child)
    assert (await shop.operator.get("/v1/members/ann/profile")).json()["birthdays"] == []
    await consents(shop, "ann", "birthday")
    await shop.operator.done("/v1/members/ann/relatives", key="d", guardian_consent=CONSENT, **child)
    had = []
    for at in ("2027-05-19 12:00", "2027-05-20 09:00", "2027-05-20 18:00", "2027-05-21 09:00"):
        await shop.night(at)
        had.append(await shop.has("ann"))
    assert had == [0, 200, 200, 200]


async def test_scenario_s12_lectures_surveys_and_suggestions(stage: SetUp) -> None:
    """A lecture's code counts once per member; a suggestion earns only after moderation."""
    shop = await stage("S12-mother-and-baby", "2027-01-12")
    await shop.joins("ann", "bob")
    assert (await shop.acts("ann", "lecture", code="sleep-0112"))["points"] == 50
    assert (await shop.acts("ann", "lecture", code="sleep-0112"))["points"] == 0
    assert (await shop.acts("bob", "lecture", code="sleep-0112"))["points"] == 50
    assert (await shop.acts("ann", "guidance", code="bathing-0115"))["points"] == 50
    assert (await shop.acts("ann", "survey", code="spring-2027"))["points"] == 30
    body = {"key": "s-1", "member": "ann", "act": "suggestion"}
    await shop.operator.refused("act_not_approved", "/v1/acts", **body)
    made = await shop.operator.done("/v1/proposals", said="请延长周末营业时间。", **body)
    assert await shop.has("ann") == 130
    done = await shop.operator.done(f"/v1/proposals/{made['id']}/decision", approve=True, by="mei")
    assert (done["points"], await shop.has("ann")) == (100, 230)


def token(stage: Stage, member: str, until: datetime, **claims: Any) -> str:
    """A token of the credit office."""
    said = {
        "iss": "credit-office",
        "aud": stage.programme.code,
        "sub": member,
        "grant": "trustworthy",
        "jti": f"t-{member}",
        "exp": int(until.timestamp()),
    }
    return jws.serialize_compact(
        {"alg": "Ed25519"}, msgspec.json.encode(said | claims), OFFICE, algorithms=["Ed25519"]
    )


async def test_scenario_s21_a_token_raises_and_opens_and_stops(stage: SetUp) -> None:
    """A higher rate, a lower threshold, first access; expired or withdrawn it stops at once."""
    city = await stage("S21-credit-city", "2027-01-10")
    await city.joins("ann", "bob")
    await city.operator.done("/v1/stocks", code="ham", count=1)
    for member in ("ann", "bob"):
        await city.buys(member, 20_000, store="baishui-market")
    until = local("2027-02-01")
    await city.operator.done(
        "/v1/members/ann/tokens",
        key="t",
        token=token(city, "ann", until),
        authorisation={"text": "我授权使用我的信用凭证。", "channel": "app"},
    )
    # Half as much again, and the fair's bonus from a lower threshold; bob keeps what everybody has.
    await city.now("2027-01-15 09:59:59")
    assert (await city.buys("ann", 60))["points"] == 90
    assert (await city.buys("bob", 60))["points"] == 60
    assert (await city.buys("ann", 100))["points"] == 200
    assert (await city.buys("bob", 100))["points"] == 100
    assert (await city.buys("bob", 200))["points"] == 250
    await city.refused("reward_not_now", "ann", "ham")
    await city.now("2027-01-15 10:00")
    await city.refused("reward_not_now", "bob", "ham")
    await city.redeems("ann", "ham")
    await city.now("2027-01-17 10:00")
    told = await city.refused("out_of_stock", "bob", "ham")
    assert told["left"] == 0
    await city.now("2027-02-01")
    assert (await city.buys("ann", 60))["points"] == 60


async def test_scenario_s21_nothing_but_a_signed_token_is_taken_and_no_score_is_kept(stage: SetUp) -> None:
    """Withdrawn: at once, and never again."""
    city = await stage("S21-credit-city", "2027-04-01")
    await city.joins("ann")
    consent = {"text": "我授权使用我的信用凭证。", "channel": "app"}
    until = local("2027-06-01")
    for bad in ({"score": 780}, {"sub": "bob"}, {"exp": int((local("2027-04-01")).timestamp())}):
        await city.operator.refused(
            "token_refused",
            "/v1/members/ann/tokens",
            key="t",
            token=token(city, "ann", until, **bad),
            authorisation=consent,
        )
    good = token(city, "ann", until)
    await city.operator.done("/v1/members/ann/tokens", key="t", token=good, authorisation=consent)
    assert (await city.buys("ann", 60))["points"] == 90
    await city.operator.done(
        "/v1/members/ann/tokens/withdraw", key="w", authority="credit-office", id="t-ann"
    )
    assert (await city.buys("ann", 60))["points"] == 60
    await city.operator.refused(
        "token_refused", "/v1/members/ann/tokens", key="u", token=good, authorisation=consent
    )


async def test_scenario_s22_the_inviter_earns_once_after_an_order_that_stands(stage: SetUp) -> None:
    """Not for the order that was returned, once for the next; the invitee's points come with the order."""
    friends = await stage("S22-referral", "2027-05-01 09:00")
    await friends.joins("ann")
    await friends.joins("bob", invited_by="ann")
    await friends.operator.refused("invalid_request", "/v1/members", number="eve", invited_by="eve")
    first = await friends.buys("bob", 80, key="o-1")
    assert first["points"] == 80 + 100
    await friends.returns("o-1")
    for day in range(2, 10):
        await friends.night(f"2027-05-{day:02d} 03:00")
    assert await friends.has("ann") == 0
    await friends.now("2027-05-10 12:00")
    await friends.buys("bob", 60, key="o-2")
    for day in range(11, 18):
        await friends.night(f"2027-05-{day:02d} 03:00")
        assert await friends.has("ann") == 0, day
    for day in range(18, 21):
        await friends.night(f"2027-05-{day:02d} 03:00")
        assert await friends.has("ann") == 200, day
    # What the friend buys afterwards gives the inviter nothing, and the reward stands though it comes back.
    await friends.buys("bob", 5_000)
    await friends.returns("o-2")
    await friends.night("2027-06-01 03:00")
    assert await friends.has("ann") == 200


async def test_scenario_s22_one_level_only(stage: SetUp) -> None:
    """What B's invitee C does gives A nothing; a till cannot book a referral; ten a year are the most."""
    friends = await stage("S22-referral", "2027-05-01 09:00")
    await friends.joins("ann")
    await friends.joins("bob", invited_by="ann")
    await friends.joins("cat", invited_by="bob")
    await friends.buys("cat", 100)
    await friends.night("2027-05-09 03:00")
    assert (await friends.has("bob"), await friends.has("ann")) == (200, 0)
    await friends.operator.refused("act_reserved", "/v1/acts", key="x", member="ann", act="referral")
    await friends.now("2027-05-10")
    for number in range(11):
        await friends.joins(f"f-{number}", invited_by="ann")
        await friends.buys(f"f-{number}", 50)
    await friends.night("2027-05-20 03:00")
    assert await friends.has("ann") == 2_000

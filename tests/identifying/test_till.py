"""A member at the till: the app's code once, a card, a phone that answers; and what guessing gets."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from jifen.parties.codes import STEP_S
from jifen.parties.identifying import FAILURES_MOST, LIVES, fresh
from jifen.values.ids import WalletId, parse_id
from tests.api.alliance import NOW, Alliance, problem

PHONE = "19900000001"
NOBODYS = "19900000099"
PATH = "/v1/identifications"


async def enrolled(alliance: Alliance) -> str:
    """A member with a name and a phone; her wallet."""
    made = await alliance.operator.done("/v1/members", number="lin", name="林小满", phone=PHONE)
    wallet: str = made["wallet"]
    return wallet


async def code_of(alliance: Alliance, member: str) -> str:
    """What the member's app shows now."""
    told = (await alliance.operator.get(f"/v1/members/{member}/code")).json()
    assert 0 < told["seconds"] <= STEP_S
    code: str = told["code"]
    return code


def wall_at(alliance: Alliance, patch: pytest.MonkeyPatch, steps: int) -> None:
    """Let the real time stand so many steps after NOW: codes go by it, not by the programme."""
    patch.setattr(alliance.house, "wall", lambda: NOW + timedelta(seconds=steps * STEP_S))


async def sent_code(alliance: Alliance, made: Any) -> str:
    """The code in the message that was put for an identification."""
    fields = await alliance.house.pool.fetchval(
        "SELECT fields FROM message WHERE program = $1 AND key = $2", alliance.id, f"till_code:{made['id']}"
    )
    code: str = fields.split('"code":"')[1][:6]
    return code


async def is_fresh(alliance: Alliance, wallet: str, made: Any, minutes: int = 0) -> bool:
    """What the till asks before many points are spent."""
    program = await alliance.house.program(alliance.id)
    air = program.merchants["air"].id
    return await fresh(
        alliance.house.pool,
        alliance.id,
        WalletId(parse_id(wallet)),
        parse_id(made["id"]),
        NOW + timedelta(minutes=minutes),
        air,
    )


async def test_the_apps_code_opens_the_till_once(alliance: Alliance) -> None:
    """Number, masked name, balance and end are told; a repeat is answered again, a replay is refused."""
    wallet = await enrolled(alliance)
    await alliance.air.done("/v1/purchases", key="p1", member="lin", store="air-1", amount=5_000)
    code = await code_of(alliance, "lin")
    made = await alliance.air.done(PATH, key="i1", code=code)
    assert made == {
        "id": made["id"],
        "how": "code",
        "state": "known",
        "fresh": True,
        "member": "lin",
        "name": "林**",
        "unit": "point",
        "available": 50,
        "until": (NOW + LIVES).isoformat().replace("+00:00", "Z"),
        "confirm_until": None,
        "tries_left": None,
    }
    assert await alliance.air.done(PATH, key="i1", code=code) == made
    told = await alliance.air.refused("identification_refused", PATH, key="i2", code=code)
    assert told["why"] == "used"
    told = await alliance.sea.refused("identification_refused", PATH, key="i2", code=code)
    assert told["why"] == "used"
    assert await is_fresh(alliance, wallet, made, 9)
    assert not await is_fresh(alliance, wallet, made, 10)
    await alliance.air.refused("key_reused", PATH, key="i1", phone=PHONE)


async def test_codes_change_and_run_out(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code is taken one step around; the next is another one; an old one is told to be over."""
    wall_at(alliance, monkeypatch, 0)
    first = await code_of(alliance, "ann")
    wall_at(alliance, monkeypatch, 1)
    second = await code_of(alliance, "ann")
    assert second != first
    await alliance.air.done(PATH, key="a", code=first)
    await alliance.air.done(PATH, key="b", code=second)
    third = await code_of(alliance, "bob")
    wall_at(alliance, monkeypatch, 4)
    told = await alliance.air.refused("identification_refused", PATH, key="c", code=third)
    assert told["why"] == "late"


async def test_codes_change_while_the_programmes_clock_stands(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a trial time stands still, but the member is there now: each half minute brings a new code."""
    wall_at(alliance, monkeypatch, 10_000)
    first = await alliance.air.done(PATH, key="t1", code=await code_of(alliance, "ann"))
    wall_at(alliance, monkeypatch, 10_001)
    second = await alliance.air.done(PATH, key="t2", code=await code_of(alliance, "ann"))
    assert first["until"] == second["until"] == (NOW + LIVES).isoformat().replace("+00:00", "Z")


async def test_one_code_at_two_tills_opens_one(alliance: Alliance) -> None:
    """Sixteen at once: one is known, fifteen are told that it was used."""
    code = await code_of(alliance, "ann")
    answers = await asyncio.gather(*(alliance.air.post(PATH, key=f"race-{n}", code=code) for n in range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 15
    assert all(
        problem(one, "identification_refused")["why"] == "used" for one in answers if one.status_code != 201
    )


async def test_the_same_request_sixteen_times_is_one(alliance: Alliance) -> None:
    """A till that repeats because the network was slow gets one answer."""
    code = await code_of(alliance, "ann")
    answers = await asyncio.gather(*(alliance.air.post(PATH, key="slow", code=code) for _ in range(16)))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_a_card_is_weaker_and_a_lost_one_stops(alliance: Alliance) -> None:
    """Known, but not fresh; after it was replaced the first is refused and the second works."""
    wallet = await enrolled(alliance)
    path = "/v1/members/lin/cards"
    first = await alliance.operator.done(path, key="c1", reason="first card")
    assert await alliance.operator.done(path, key="c1", reason="first card") == first
    made = await alliance.air.done(PATH, key="i1", card=first["card"])
    assert (made["how"], made["fresh"], made["member"]) == ("card", False, "lin")
    assert not await is_fresh(alliance, wallet, made)
    second = await alliance.operator.done(path, key="c2", reason="lost on the bus")
    assert second["card"] != first["card"]
    told = await alliance.air.refused("identification_refused", PATH, key="i2", card=first["card"])
    assert told["why"] == "stopped"
    await alliance.air.done(PATH, key="i3", card=second["card"])
    stopped = await alliance.operator.done(f"{path}/stop", reason="stolen")
    assert [one["stopped_for"] for one in stopped["cards"]] == ["stolen", "lost on the bus"] or [
        one["stopped_for"] for one in stopped["cards"]
    ] == ["lost on the bus", "stolen"]
    await alliance.air.refused("identification_refused", PATH, key="i4", card=second["card"])
    await alliance.air.refused("operator_only", path, key="c9", reason="x")


async def test_a_phone_that_answers_is_known(alliance: Alliance) -> None:
    """A code by message, kept only as a hash; a wrong one costs a try; the right one twice is one answer."""
    wallet = await enrolled(alliance)
    made = await alliance.air.done(PATH, key="i1", phone="199 0000 0001")
    assert (made["state"], made["tries_left"], made["member"]) == ("waiting", 5, None)
    assert await alliance.air.done(PATH, key="i1", phone=PHONE) == made
    code = await sent_code(alliance, made)
    row = await alliance.house.pool.fetchrow(
        "SELECT * FROM identification WHERE id = $1", parse_id(made["id"])
    )
    assert row is not None
    assert code.encode() not in row["code_hash"]
    assert not await is_fresh(alliance, wallet, made)
    path = f"{PATH}/{made['id']}/confirm"
    wrong = f"{(int(code) + 1) % 10**6:06}"
    told = await alliance.air.refused("identification_refused", path, code=wrong)
    assert (told["why"], told["tries_left"]) == ("wrong", 4)
    await alliance.sea.refused("identification_refused", path, code=code)
    known = await alliance.air.done(path, code=code)
    assert (known["how"], known["fresh"], known["member"]) == ("phone", True, "lin")
    assert await alliance.air.done(path, code=code) == known
    assert await is_fresh(alliance, wallet, known)
    await alliance.air.refused("identification_refused", path, code=wrong)
    count = await alliance.house.pool.fetchval(
        "SELECT count(*) FROM message WHERE program = $1 AND event = 'till_code'", alliance.id
    )
    assert count == 1


async def test_nobody_learns_whose_phone_it_is(alliance: Alliance) -> None:
    """A phone that is nobody's is answered as a member's is, try for try, and no code confirms it."""
    await enrolled(alliance)
    answers = {}
    for phone in (PHONE, NOBODYS):
        made = await alliance.air.done(PATH, key=phone, phone=phone)
        said = [made]
        for guess in range(6):
            answer = await alliance.air.post(f"{PATH}/{made['id']}/confirm", code=f"{guess:06}")
            said.append({**answer.json()})
        said.append((await alliance.air.get(f"{PATH}/{made['id']}")).json())
        answers[phone] = [{name: value for name, value in one.items() if name != "id"} for one in said]
    assert answers[PHONE] == answers[NOBODYS]
    assert answers[PHONE][-1]["state"] == "over"
    assert answers[PHONE][6]["why"] == "over"


async def test_five_tries_and_five_minutes(alliance: Alliance) -> None:
    """After either, the right code is refused too; many tries at once are no more than five."""
    await enrolled(alliance)
    made = await alliance.air.done(PATH, key="i1", phone=PHONE)
    code = await sent_code(alliance, made)
    path = f"{PATH}/{made['id']}/confirm"
    wrong = [f"{(int(code) + n) % 10**6:06}" for n in range(1, 13)]
    answers = await asyncio.gather(*(alliance.air.post(path, code=one) for one in wrong))
    whys = sorted(problem(one, "identification_refused")["why"] for one in answers)
    assert whys == ["over"] * 7 + ["wrong"] * 5
    assert (await alliance.air.refused("identification_refused", path, code=code))["why"] == "over"
    again = await alliance.air.done(PATH, key="i2", phone=PHONE)
    await alliance.set_clock(NOW + timedelta(minutes=5))
    late = f"{PATH}/{again['id']}/confirm"
    right = await sent_code(alliance, again)
    assert (await alliance.air.refused("identification_refused", late, code=right))["why"] == "over"


async def test_a_phone_is_not_flooded(alliance: Alliance) -> None:
    """Three codes in ten minutes, ten a day, whoever asks and whosever the phone is."""
    for phone in (PHONE, NOBODYS):
        for n in range(3):
            await (alliance.air, alliance.sea)[n % 2].done(PATH, key=f"{phone}-{n}", phone=phone)
        told = await alliance.sea.refused("identification_refused", PATH, key=f"{phone}-x", phone=phone)
        assert told["why"] == "too_many"
        assert told["again_at"]
    for window in range(1, 4):
        await alliance.set_clock(NOW + timedelta(minutes=10 * window))
        for n in range(3 if window < 3 else 1):
            await alliance.air.done(PATH, key=f"w{window}-{n}", phone=PHONE)
    told = await alliance.air.refused("identification_refused", PATH, key="day", phone=PHONE)
    assert told["why"] == "too_many"


async def test_guessing_ends(alliance: Alliance, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many codes that are nobody's, and the key waits; another key does not; old codes are no guesses."""
    wall_at(alliance, monkeypatch, 0)
    old = await code_of(alliance, "ann")
    wall_at(alliance, monkeypatch, 5)
    for n in range(3):
        assert (await alliance.air.refused("identification_refused", PATH, key=f"o{n}", code=old))[
            "why"
        ] == "late"
    for n in range(FAILURES_MOST):
        guess = "77" + str(n * 7_919).zfill(18)
        told = await alliance.air.refused("identification_refused", PATH, key=f"g{n}", code=guess)
        assert told["why"] == "unknown"
    right = await code_of(alliance, "ann")
    told = await alliance.air.refused("identification_refused", PATH, key="r", code=right)
    assert told["why"] == "too_many"
    await alliance.sea.done(PATH, key="r", code=right)
    await alliance.set_clock(NOW + timedelta(minutes=10))
    wall_at(alliance, monkeypatch, 6)
    await alliance.air.done(PATH, key="later", code=await code_of(alliance, "ann"))


async def test_what_is_no_code_is_told_so(alliance: Alliance) -> None:
    """A payment code, a card misread, two at once, none, letters: field and remedy; no guess is counted."""
    for body, field in (
        ({"code": "130000000000000000"}, "code"),
        ({"code": "77" + "x" * 18}, "code"),
        ({"code": "７７" + "0" * 18}, "code"),
        ({"card": "2200000000001"}, "card"),
        ({"phone": "12345"}, "phone"),
        ({}, "code"),
        ({"code": "77" + "0" * 18, "phone": PHONE}, "phone"),
    ):
        told = await alliance.air.refused("invalid_request", PATH, key="k", **body)
        assert told["errors"][0]["field"] == field
    await alliance.air.refused("key_missing", PATH, phone=PHONE)
    await alliance.air.refused("identification_refused", f"{PATH}/nonsense/confirm", code="123456")
    await alliance.air.refused("invalid_request", f"{PATH}/nonsense/confirm", code="12345６")
    problem(await alliance.air.get(f"{PATH}/nonsense"), "identification_refused")
    problem(await alliance.operator.get("/v1/members/nobody/code"), "member_unknown")
    problem(await alliance.operator.get("/v1/members/home/code"), "member_unknown")
    problem(await alliance.air.get("/v1/members/ann/code"), "operator_only")
    count = await alliance.house.pool.fetchval(
        "SELECT count(*) FROM identification_try WHERE program = $1", alliance.id
    )
    assert count == 0


async def test_numbers_are_given_once(alliance: Alliance) -> None:
    """Where a number is taken already, the next is tried; a request that was cut off goes on with its own."""
    first = await alliance.operator.done("/v1/members/ann/cards", key="c", reason="first")
    pool = alliance.house.pool
    # As a kill between the reservation and the card leaves it.
    await pool.execute("DELETE FROM card WHERE number = $1", first["card"][2:-1])
    assert await alliance.operator.done("/v1/members/ann/cards", key="c", reason="first") == first
    # Somebody else has the number that would come next.
    await pool.execute("DELETE FROM card WHERE number = $1", first["card"][2:-1])
    await pool.execute(
        "UPDATE card_number SET wallet = gen_random_uuid() WHERE number = $1", first["card"][2:-1]
    )
    other = await alliance.operator.done("/v1/members/ann/cards", key="c", reason="first")
    assert other["card"] != first["card"]


async def test_a_request_that_was_cut_off_goes_on(alliance: Alliance) -> None:
    """A kill after the code was used up, and before the member was known: the same request completes it."""
    code = await code_of(alliance, "ann")
    made = await alliance.air.done(PATH, key="i1", code=code)
    pool = alliance.house.pool
    await pool.execute("DELETE FROM identification WHERE id = $1", parse_id(made["id"]))
    told = await alliance.air.refused("identification_refused", PATH, key="i2", code=code)
    assert told["why"] == "used"
    assert await alliance.air.done(PATH, key="i1", code=code) == made
    # And one after the phone's code was made up, and before it was put into the outbox.
    await enrolled(alliance)
    waiting = await alliance.air.done(PATH, key="i3", phone=PHONE)
    sent = await sent_code(alliance, waiting)
    await pool.execute("DELETE FROM message_due WHERE program = $1", alliance.id)
    await pool.execute("DELETE FROM message WHERE program = $1", alliance.id)
    assert await alliance.air.done(PATH, key="i3", phone=PHONE) == waiting
    assert await sent_code(alliance, waiting) == sent

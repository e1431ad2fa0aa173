"""Members sign in by a code to their phone: how often it is sent, how often it is tried, what it proves."""

import secrets
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from jifen.messages.delivery import Post
from jifen.messages.outbox import Message, put
from jifen.messages.reaching import channels_of
from jifen.messages.settings import ChannelSettings
from jifen.parties.catalog import Conflict
from jifen.parties.limits import Limits
from jifen.parties.members import Joining
from jifen.parties.programs import Program
from jifen.parties.sign_in import Asked, AskedTooOften, CodeRefused, Confirmed, SignIn
from tests.api.alliance import Alliance

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def a_phone() -> str:
    """A phone that no other test has."""
    return f"199{secrets.randbelow(10**8):08}"


def sign_in_of(alliance: Alliance) -> SignIn:
    """The door of members of a house."""
    return SignIn(alliance.house.pool, alliance.house.vault)


async def program_of(alliance: Alliance) -> Program:
    """The programme as it stands."""
    return await alliance.house.program(alliance.id)


async def asked(alliance: Alliance, phone: str, at: datetime = NOW) -> Asked:
    """A phone that is asked."""
    return await sign_in_of(alliance).ask(await program_of(alliance), phone, "zh", at)


async def a_member(alliance: Alliance) -> str:
    """The phone of a new member."""
    phone = a_phone()
    number = f"m{phone}"
    await alliance.house.members.enrol(alliance.id, Joining(number, "林晓", phone), NOW)
    return phone


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 10**6:06}"


async def refused(alliance: Alliance, cookie: str, code: str, at: datetime = NOW) -> CodeRefused:
    """Why a code is not taken."""
    with pytest.raises(CodeRefused) as said:
        await sign_in_of(alliance).confirm(cookie, code, at)
    return said.value


async def test_the_code_says_whose_the_phone_is(alliance: Alliance) -> None:
    """Six digits, with or without a space; to the browser that asked."""
    phone = await a_member(alliance)
    made = await asked(alliance, phone[:3] + " " + phone[3:7] + "-" + phone[7:])
    assert len(made.code) == 6
    assert made.code.isdigit()
    confirmed = await sign_in_of(alliance).confirm(made.id, f"{made.code[:3]} {made.code[3:]}", NOW)
    wallets = await alliance.house.members.wallets(alliance.id, [f"m{phone}"])
    assert confirmed == Confirmed(alliance.id, wallets[f"m{phone}"], phone, NOW)


async def test_a_phone_that_is_nobodys_is_asked_and_proven_alike(alliance: Alliance) -> None:
    """It is no member's afterwards either: enrolling comes with the terms."""
    phone, known = a_phone(), await a_member(alliance)
    stranger, member = await asked(alliance, phone), await asked(alliance, known)
    assert (stranger.minutes, stranger.until) == (member.minutes, member.until)
    assert len(stranger.id) == len(member.id)
    confirmed = await sign_in_of(alliance).confirm(stranger.id, stranger.code, NOW)
    assert (confirmed.wallet, confirmed.phone) == (None, phone)
    assert await alliance.house.members.by_phone(alliance.id, phone) is None


async def test_what_is_written_tells_nobody_whose_phone_it_is(alliance: Alliance) -> None:
    """The rows of a member's phone and of a stranger's are alike, and hold neither phone nor code."""
    for phone in (a_phone(), await a_member(alliance)):
        made = await asked(alliance, phone)
        row = await alliance.house.pool.fetchrow(
            "SELECT s.*::text AS text, s.phone FROM sign_in s WHERE id = $1", made.about
        )
        assert row is not None
        for hidden in (phone, made.id, made.code):
            assert hidden not in row["text"]
        assert alliance.house.vault.open(row["phone"]) == phone
        columns = await alliance.house.pool.fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'sign_in'"
        )
        assert "wallet" not in {column["name"] for column in columns}


async def test_five_tries_then_not_even_the_right_code(alliance: Alliance) -> None:
    """Each says how many are left."""
    made = await asked(alliance, await a_member(alliance))
    for left in (4, 3, 2, 1):
        said = await refused(alliance, made.id, wrong(made.code))
        assert (said.why, said.tries_left) == ("wrong", left)
    assert (await refused(alliance, made.id, wrong(made.code))).why == "over"
    assert (await refused(alliance, made.id, made.code)).why == "over"


async def test_five_minutes(alliance: Alliance) -> None:
    """A second before they end it is taken, then not."""
    for away, taken in ((timedelta(minutes=5, seconds=-1), True), (timedelta(minutes=5), False)):
        made = await asked(alliance, a_phone())
        if taken:
            taken_at = (await sign_in_of(alliance).confirm(made.id, made.code, NOW + away)).confirmed_at
            assert taken_at == NOW + away
        else:
            assert (await refused(alliance, made.id, made.code, NOW + away)).why == "over"


async def test_a_code_is_taken_once_and_only_from_the_browser_that_asked(alliance: Alliance) -> None:
    """Another cookie, made up or another asking's, is no way in."""
    made, other = await asked(alliance, a_phone()), await asked(alliance, a_phone())
    assert (await refused(alliance, "made-up", made.code)).why == "unknown"
    if other.code != made.code:
        assert (await refused(alliance, other.id, made.code)).why == "wrong"
    await sign_in_of(alliance).confirm(made.id, made.code, NOW)
    assert (await refused(alliance, made.id, made.code)).why == "over"


async def test_a_proven_phone_leads_to_one_session(alliance: Alliance) -> None:
    """Until it ended, for half an hour; before the code came back it proves nothing."""
    sign_in = sign_in_of(alliance)
    made = await asked(alliance, a_phone())
    assert await sign_in.proven(made.id, NOW) is None
    assert not await sign_in.end(made.id, NOW)
    await sign_in.confirm(made.id, made.code, NOW)
    assert await sign_in.proven(made.id, NOW + timedelta(minutes=29)) is not None
    assert await sign_in.proven(made.id, NOW + timedelta(minutes=30)) is None
    assert await sign_in.end(made.id, NOW)
    assert not await sign_in.end(made.id, NOW)
    assert await sign_in.proven(made.id, NOW) is None


async def test_one_code_a_minute_and_five_an_hour_to_a_phone(alliance: Alliance) -> None:
    """Whether or not it is a member's; the limit says until when."""
    for phone in (a_phone(), await a_member(alliance)):
        for minute in range(5):
            at = NOW + timedelta(minutes=minute)
            await asked(alliance, phone, at)
            with pytest.raises(AskedTooOften) as said:
                await asked(alliance, phone, at + timedelta(seconds=59))
            assert said.value.until == at + timedelta(minutes=1)
        with pytest.raises(AskedTooOften) as said:
            await asked(alliance, phone, NOW + timedelta(minutes=30))
        assert said.value.until == NOW + timedelta(hours=1)
        assert (await asked(alliance, phone, NOW + timedelta(hours=1))).code


async def test_what_is_no_phone_is_refused(alliance: Alliance) -> None:
    """With the remedy."""
    with pytest.raises(Conflict, match="eleven digits"):
        await asked(alliance, "12345")


async def test_a_limit_is_a_window_from_the_first_time_on(alliance: Alliance) -> None:
    """Others, and other things, have their own; what is refused makes it no longer."""
    limits = Limits(alliance.house.pool, alliance.house.vault)
    who = secrets.token_hex(8)
    ends = NOW + timedelta(seconds=60)
    for _ in range(3):
        assert await limits.take("knock", who, 3, 60, NOW) is None
    for late in (0, 30, 59):
        assert await limits.take("knock", who, 3, 60, NOW + timedelta(seconds=late)) == ends
    assert await limits.take("knock", who + "x", 3, 60, NOW) is None
    assert await limits.take("ring", who, 3, 60, NOW) is None
    assert await limits.take("knock", who, 3, 60, ends) is None
    rows = await alliance.house.pool.fetch("SELECT a.*::text AS text FROM access_limit a")
    assert all(who not in row["text"] for row in rows)


async def test_old_windows_are_swept_when_new_ones_begin(alliance: Alliance) -> None:
    """So that strangers who try many phones leave no heap behind."""
    limits = Limits(alliance.house.pool, alliance.house.vault)
    long_ago = NOW - timedelta(days=400)
    for no in range(30):
        await limits.take("sweep", f"{no}", 1, 60, long_ago)
    count = "SELECT count(*) FROM access_limit WHERE until < $1"
    assert await alliance.house.pool.fetchval(count, long_ago + timedelta(days=1)) == 30
    for no in range(2):
        await limits.take("sweep", f"new {no} {secrets.token_hex(8)}", 1, 60, NOW)
    assert await alliance.house.pool.fetchval(count, long_ago + timedelta(days=1)) == 0


async def test_the_code_goes_to_the_phone_and_never_to_an_inbox(
    alliance: Alliance, caplog: pytest.LogCaptureFixture
) -> None:
    """Printed, where messages are, for a member and a stranger alike; where nothing reaches phones, dead."""
    program = await program_of(alliance)
    for printing in (True, False):
        for phone in (a_phone(), await a_member(alliance)):
            made = await asked(alliance, phone)
            fields = {"code": made.code, "minutes": str(made.minutes)}
            message = Message(
                program=program.id, wallet=made.about, event="sign_in_code",
                key=f"sign_in_code:{made.about}", fields=fields, due_at=NOW,
            )  # fmt: skip
            await put(alliance.house.pool, [message], NOW)
            settings = ChannelSettings(console=printing)
            channels = channels_of(settings, program.code)
            caplog.clear()
            await Post(alliance.house.pool, alliance.house.vault, settings, channels).deliver(program, NOW)
            row = await alliance.house.pool.fetchrow(
                "SELECT state, channel, fields FROM message WHERE wallet = $1", made.about
            )
            assert row is not None
            assert msgspec.json.decode(row["fields"]) == fields
            if printing:
                assert (row["state"], row["channel"]) == ("delivered", "sms")
                assert f"sms to …{phone[-4:]}" in caplog.text
                assert made.code in caplog.text
            else:
                assert row["state"] == "dead"

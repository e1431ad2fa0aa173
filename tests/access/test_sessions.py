"""Sessions: whom a token opens for, and when it opens nothing any more."""

from datetime import UTC, datetime, timedelta

from jifen.parties.sessions import FRESH, Sessions
from tests.access.test_staff import book_of, clerk
from tests.api.alliance import Alliance

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def sessions_of(alliance: Alliance) -> Sessions:
    """The sessions of a house, as one more process sees them."""
    return Sessions(alliance.house.pool, alliance.house.vault)


async def signed_in(alliance: Alliance, device: str = "") -> str:
    """A token of the member ann."""
    wallet = (await alliance.house.members.wallets(alliance.id, ["ann"]))["ann"]
    return await sessions_of(alliance).open_for_member(alliance.id, wallet, "ann", NOW, device)


async def test_a_token_opens_for_its_member_and_is_not_kept(alliance: Alliance) -> None:
    """What is kept is a hash; another token, of the same form, is nobody's."""
    token = await signed_in(alliance)
    found = await sessions_of(alliance).whose(token, NOW)
    assert found is not None
    assert (found.role, found.number, found.staff, found.program) == ("member", "ann", None, alliance.id)
    assert len(found.csrf) == 32
    assert token not in found.csrf
    other = token[:-2] + ("AA" if token[-2:] != "AA" else "BA")
    assert await sessions_of(alliance).whose(other, NOW) is None
    assert await sessions_of(alliance).whose("", NOW) is None
    kept = await alliance.house.pool.fetch("SELECT s.*::text AS row FROM session s")
    assert kept
    assert all(token not in row["row"] for row in kept)


async def test_each_token_has_forms_of_its_own(alliance: Alliance) -> None:
    """What one session's form carries is refused in another."""
    sessions = sessions_of(alliance)
    first, second = await signed_in(alliance), await signed_in(alliance)
    one, other = await sessions.whose(first, NOW), await sessions.whose(second, NOW)
    assert one is not None
    assert other is not None
    assert one.csrf != other.csrf


async def test_a_members_session_slides_and_ends(alliance: Alliance) -> None:
    """Thirty days without use end it, use keeps it, and nothing keeps it beyond half a year."""
    idle, used = await signed_in(alliance), await signed_in(alliance)
    at = NOW
    for _ in range(6):
        at += timedelta(days=29)
        assert await sessions_of(alliance).whose(used, at) is not None, at
    assert await sessions_of(alliance).whose(idle, NOW + timedelta(days=30, minutes=-1)) is not None
    assert await sessions_of(alliance).whose(used, NOW + timedelta(days=180)) is None


async def test_an_idle_member_is_signed_out(alliance: Alliance) -> None:
    """After thirty days."""
    token = await signed_in(alliance)
    assert await sessions_of(alliance).whose(token, NOW + timedelta(days=30)) is None


async def test_a_staff_session_lasts_a_working_day(alliance: Alliance) -> None:
    """Eight hours without use, sixteen in all."""
    staff, _ = await clerk(alliance)
    idle = await sessions_of(alliance).open_for_staff(staff, NOW)
    used = await sessions_of(alliance).open_for_staff(staff, NOW)
    for hours in (7, 14):
        assert await sessions_of(alliance).whose(used, NOW + timedelta(hours=hours)) is not None
    found = await sessions_of(alliance).whose(used, NOW + timedelta(hours=15, minutes=59))
    assert found is not None
    assert found.staff == staff
    assert await sessions_of(alliance).whose(idle, NOW + timedelta(hours=8)) is None
    assert await sessions_of(alliance).whose(used, NOW + timedelta(hours=16)) is None


async def test_use_is_written_down_once_in_five_minutes(alliance: Alliance) -> None:
    """A page a second does not write a row a second."""
    token = await signed_in(alliance)
    for minutes, seen in ((4, 0), (5, 5), (9, 5), (10, 10)):
        assert await sessions_of(alliance).whose(token, NOW + timedelta(minutes=minutes)) is not None
        found = await sessions_of(alliance).whose(token, NOW + timedelta(minutes=minutes))
        assert found is not None
        assert found.seen_at == NOW + timedelta(minutes=seen)


async def test_who_signs_out_is_out_at_once_here_and_soon_elsewhere(alliance: Alliance) -> None:
    """Another process may know the session for five seconds more, no longer."""
    token = await signed_in(alliance)
    here, elsewhere = sessions_of(alliance), sessions_of(alliance)
    assert await here.whose(token, NOW) is not None
    assert await elsewhere.whose(token, NOW) is not None
    await here.close(token)
    assert await here.whose(token, NOW) is None
    assert await elsewhere.whose(token, NOW + FRESH) is None


async def test_others_are_closed_and_this_one_stays(alliance: Alliance) -> None:
    """Another member's stay too."""
    sessions = sessions_of(alliance)
    here, there = await signed_in(alliance, "手机"), await signed_in(alliance, "办公室\x00的电脑")
    wallet = (await alliance.house.members.wallets(alliance.id, ["bob"]))["bob"]
    bobs = await sessions.open_for_member(alliance.id, wallet, "bob", NOW)
    mine = await sessions.whose(here, NOW)
    assert mine is not None
    assert mine.wallet is not None
    assert await sessions.whose(there, NOW) is not None
    assert {one.device for one in await sessions.of_member(mine.wallet, NOW)} == {"手机", "办公室的电脑"}
    await sessions.close_others(mine)
    assert await sessions.whose(there, NOW) is None
    assert await sessions.whose(here, NOW) is not None
    assert await sessions.whose(bobs, NOW) is not None
    assert [one.device for one in await sessions.of_member(mine.wallet, NOW)] == ["手机"]


async def test_staff_who_are_disabled_elsewhere_are_out_within_five_seconds(alliance: Alliance) -> None:
    """Also where this process has just looked."""
    staff, _ = await clerk(alliance)
    sessions = sessions_of(alliance)
    token = await sessions.open_for_staff(staff, NOW)
    assert await sessions.whose(token, NOW) is not None
    assert [one.token_hash for one in await sessions.of_staff(staff.id, NOW)]
    await alliance.house.pool.execute("UPDATE staff SET disabled_at = $2 WHERE id = $1", staff.id, NOW)
    assert await sessions.whose(token, NOW + FRESH) is None
    await book_of(alliance).enable(staff.id)
    assert await sessions.whose(token, NOW + FRESH) is not None

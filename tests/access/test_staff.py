"""Staff sign in by password and code: what is taken, what is refused, and when a login is locked."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest

from jifen.parties.catalog import Conflict
from jifen.parties.roles import Role
from jifen.parties.sessions import Sessions
from jifen.parties.staff import SignInRefused, Staff, StaffBook
from tests.api.alliance import Alliance

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PASSWORD = "three plain words"


def book_of(alliance: Alliance) -> StaffBook:
    """The staff of a house."""
    return StaffBook(alliance.house.pool, alliance.house.vault)


def login(name: str) -> str:
    """A login that no other test has."""
    return f"{name}-{secrets.token_hex(4)}"


def secret_of(uri: str) -> str:
    """The secret that an authenticator app learns."""
    return parse_qs(urlsplit(uri).query)["secret"][0]


def code_of(uri: str, at: datetime) -> str:
    """What the app shows at an instant."""
    return pyotp.TOTP(secret_of(uri)).at(at)


async def clerk(alliance: Alliance, *, totp: bool = True, role: Role = "clerk") -> tuple[Staff, str]:
    """Somebody of the operator's staff."""
    return await book_of(alliance).add(
        alliance.id, None, "", login("wang"), "王敏", role, PASSWORD, NOW, totp=totp
    )


async def refused(alliance: Alliance, who: str, password: str, code: str, at: datetime) -> SignInRefused:
    """Why somebody may not sign in."""
    with pytest.raises(SignInRefused) as said:
        await book_of(alliance).check(who, password, code, at)
    return said.value


async def test_password_and_code_open_and_either_alone_does_not(alliance: Alliance) -> None:
    """The code is asked for only once the password was right."""
    staff, uri = await clerk(alliance)
    code = code_of(uri, NOW)
    assert (await refused(alliance, staff.login, "not the password", code, NOW)).why == "wrong"
    assert (await refused(alliance, staff.login, PASSWORD, "", NOW)).why == "code_needed"
    assert (await refused(alliance, staff.login, PASSWORD, "000000", NOW)).why == "code_wrong"
    assert await book_of(alliance).check(staff.login.upper(), PASSWORD, code, NOW) == staff


async def test_a_code_opens_once(alliance: Alliance) -> None:
    """Who looked over a shoulder cannot use it again, nor an older one; the next one opens."""
    staff, uri = await clerk(alliance)
    book = book_of(alliance)
    await book.check(staff.login, PASSWORD, code_of(uri, NOW), NOW)
    assert (await refused(alliance, staff.login, PASSWORD, code_of(uri, NOW), NOW)).why == "code_wrong"
    before = code_of(uri, NOW - timedelta(seconds=30))
    assert (await refused(alliance, staff.login, PASSWORD, before, NOW)).why == "code_wrong"
    later = NOW + timedelta(seconds=30)
    assert await book.check(staff.login, PASSWORD, code_of(uri, later), later) == staff


async def test_one_code_in_two_requests_at_once_opens_once(alliance: Alliance) -> None:
    """The step is used up by the statement that looks at it."""
    staff, uri = await clerk(alliance)
    book, code = book_of(alliance), code_of(uri, NOW)
    tries = [book.check(staff.login, PASSWORD, code, NOW) for _ in range(4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, Staff)] == [staff]


@pytest.mark.parametrize(("away_s", "opens"), [(-60, False), (-30, True), (30, True), (60, False)])
async def test_clocks_may_differ_by_a_step(alliance: Alliance, away_s: int, opens: bool) -> None:
    """Half a minute early or late is taken, a whole one is not."""
    staff, uri = await clerk(alliance)
    code = code_of(uri, NOW + timedelta(seconds=away_s))
    if opens:
        assert await book_of(alliance).check(staff.login, PASSWORD, code, NOW) == staff
    else:
        assert (await refused(alliance, staff.login, PASSWORD, code, NOW)).why == "code_wrong"


async def test_five_wrong_tries_lock_for_a_quarter_of_an_hour(alliance: Alliance) -> None:
    """Then even the right password is refused, and afterwards it opens."""
    staff, _ = await clerk(alliance, totp=False)
    for _ in range(5):
        assert (await refused(alliance, staff.login, "not the password", "", NOW)).why == "wrong"
    said = await refused(alliance, staff.login, PASSWORD, "", NOW + timedelta(minutes=14))
    assert (said.why, said.until) == ("locked", NOW + timedelta(minutes=15))
    later = NOW + timedelta(minutes=15)
    assert await book_of(alliance).check(staff.login, PASSWORD, "", later) == staff


async def test_four_wrong_tries_are_forgiven_by_a_right_one(alliance: Alliance) -> None:
    """The five are in a row."""
    staff, _ = await clerk(alliance, totp=False)
    book = book_of(alliance)
    for _ in range(2):
        for _ in range(4):
            await refused(alliance, staff.login, "not the password", "", NOW)
        assert await book.check(staff.login, PASSWORD, "", NOW) == staff


async def test_wrong_codes_lock_too_and_asking_for_one_forgives_nothing(alliance: Alliance) -> None:
    """Who has the password must not get at the six digits by trying, nor between two askings."""
    staff, uri = await clerk(alliance)
    for _ in range(5):
        assert (await refused(alliance, staff.login, PASSWORD, "", NOW)).why == "code_needed"
        assert (await refused(alliance, staff.login, PASSWORD, "000000", NOW)).why == "code_wrong"
    assert (await refused(alliance, staff.login, PASSWORD, code_of(uri, NOW), NOW)).why == "locked"


async def test_asking_for_a_code_never_locks(alliance: Alliance) -> None:
    """A page may ask by password first, and by both together then, as often as it likes."""
    staff, uri = await clerk(alliance)
    for _ in range(7):
        assert (await refused(alliance, staff.login, PASSWORD, "", NOW)).why == "code_needed"
    assert await book_of(alliance).check(staff.login, PASSWORD, code_of(uri, NOW), NOW) == staff


async def test_a_login_that_does_not_exist_is_answered_alike(alliance: Alliance) -> None:
    """Wrong, then locked, until the same time: nothing tells who works here."""
    nobody = login("nobody")
    for _ in range(5):
        assert (await refused(alliance, nobody, PASSWORD, "", NOW)).why == "wrong"
    said = await refused(alliance, nobody, PASSWORD, "", NOW)
    assert (said.why, said.until) == ("locked", NOW + timedelta(minutes=15))


async def test_as_many_passwords_are_hashed_for_nobody(
    alliance: Alliance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer is that of a hash: counted, since measured times prove little."""
    from jifen.parties import passwords

    counted: list[str] = []
    verify = passwords._verify

    def counting(kept: str, password: str) -> bool:
        counted.append(kept)
        return verify(kept, password)

    monkeypatch.setattr(passwords, "_verify", counting)
    staff, _ = await clerk(alliance, totp=False)
    await refused(alliance, staff.login, "not the password", "", NOW)
    await refused(alliance, login("nobody"), "not the password", "", NOW)
    assert len(counted) == 2
    parameters = [kept.rsplit("$", 2)[0] for kept in counted]
    assert parameters[0] == parameters[1] == "$argon2id$v=19$m=19456,t=2,p=1"


async def test_guesses_at_once_are_five_too(alliance: Alliance) -> None:
    """A try is taken before it is looked at: a hundred connections do not get a hundred tries."""
    staff, _ = await clerk(alliance, totp=False)
    guesses = [refused(alliance, staff.login, f"guess number {no}", "", NOW) for no in range(20)]
    whys = [said.why for said in await asyncio.gather(*guesses)]
    assert whys.count("wrong") == 5
    assert whys.count("locked") == 15


async def test_who_is_disabled_is_told_so_only_by_the_right_password(alliance: Alliance) -> None:
    """And is signed out; once enabled again, the password opens."""
    staff, _ = await clerk(alliance, totp=False)
    book, sessions = book_of(alliance), Sessions(alliance.house.pool, alliance.house.vault)
    token = await sessions.open_for_staff(staff, NOW)
    await book.disable(staff.id, NOW)
    assert await sessions.whose(token, NOW) is None
    assert (await refused(alliance, staff.login, "not the password", "", NOW)).why == "wrong"
    assert (await refused(alliance, staff.login, PASSWORD, "", NOW)).why == "disabled"
    await book.enable(staff.id)
    assert await book.check(staff.login, PASSWORD, "", NOW) == staff


@pytest.mark.parametrize(
    "password",
    ["short one", "aaaaaaaaaaaaaaaa", "my-login-wang", "x" * 201],
    ids=["short", "one letter", "login", "long"],
)
async def test_a_password_that_is_soon_guessed_is_refused(alliance: Alliance, password: str) -> None:
    """With what to do instead."""
    who = "my-login" if "my-login" in password else login("li")
    with pytest.raises(Conflict, match="choose one") as said:
        await book_of(alliance).add(alliance.id, None, "", who, "李", "clerk", password, NOW)
    assert said.value.field == "password"


async def test_ten_letters_are_enough_and_the_password_is_not_kept(alliance: Alliance) -> None:
    """What is kept is Argon2id, and the secret of the codes is sealed."""
    who = login("li")
    _, uri = await book_of(alliance).add(alliance.id, None, "", who, "李", "clerk", "ten-lette9", NOW)
    row = await alliance.house.pool.fetchrow("SELECT password, totp FROM staff WHERE login = $1", who)
    assert row is not None
    assert row["password"].startswith("$argon2id$")
    assert secret_of(uri).encode() not in row["totp"]
    assert alliance.house.vault.open(row["totp"]) == secret_of(uri)


async def test_a_login_is_of_the_installation(alliance: Alliance) -> None:
    """Another programme cannot give it again."""
    staff, _ = await clerk(alliance)
    with pytest.raises(Conflict, match="taken"):
        await book_of(alliance).add(alliance.id, None, "", staff.login, "赵", "auditor", PASSWORD, NOW)


async def test_roles_fit_their_side(alliance: Alliance) -> None:
    """A cashier is a merchant's, a clerk is the operator's, a stranger is no staff."""
    air = (await alliance.house.program(alliance.id)).merchants["air"].id
    book = book_of(alliance)
    wrong: list[tuple[Role, bool]] = [
        ("cashier", False),
        ("manager", False),
        ("clerk", True),
        ("stranger", False),
    ]
    for role, merchants in wrong:
        with pytest.raises(Conflict):
            merchant = air if merchants else None
            await book.add(alliance.id, merchant, "", login("x"), "某", role, PASSWORD, NOW)
    made, _ = await book.add(alliance.id, air, "air-1", login("x"), "某", "cashier", PASSWORD, NOW)
    assert [one.id for one in await book.list(alliance.id, air)] == [made.id]
    assert made in await book.list(alliance.id)


async def test_a_new_password_ends_the_other_sessions_and_the_lock(alliance: Alliance) -> None:
    """Who has stolen the old one is out, and who was locked out by it is in."""
    staff, _ = await clerk(alliance, totp=False)
    book, sessions = book_of(alliance), Sessions(alliance.house.pool, alliance.house.vault)
    here, there = await sessions.open_for_staff(staff, NOW), await sessions.open_for_staff(staff, NOW)
    for _ in range(5):
        await refused(alliance, staff.login, "not the password", "", NOW)
    mine = await sessions.whose(here, NOW)
    assert mine is not None
    await book.set_password(staff.id, "another set of words", NOW, keep=mine.token_hash)
    assert await sessions.whose(here, NOW) == mine
    assert await sessions.whose(there, NOW) is None
    assert await book.check(staff.login, "another set of words", "", NOW) == staff
    assert (await refused(alliance, staff.login, PASSWORD, "", NOW)).why == "wrong"


async def test_codes_are_renewed_by_proof_that_the_new_ones_are_known(alliance: Alliance) -> None:
    """A wrong code changes nothing; a right one puts the old secret out, and is itself used up."""
    staff, uri = await clerk(alliance)
    book = book_of(alliance)
    fresh = pyotp.random_base32()
    assert not await book.set_totp(staff.id, fresh, code_of(uri, NOW), NOW)
    assert await book.set_totp(staff.id, fresh, pyotp.TOTP(fresh).at(NOW), NOW)
    assert (await refused(alliance, staff.login, PASSWORD, code_of(uri, NOW), NOW)).why == "code_wrong"
    assert (
        await refused(alliance, staff.login, PASSWORD, pyotp.TOTP(fresh).at(NOW), NOW)
    ).why == "code_wrong"
    later = NOW + timedelta(seconds=60)
    assert await book.check(staff.login, PASSWORD, pyotp.TOTP(fresh).at(later), later) == staff

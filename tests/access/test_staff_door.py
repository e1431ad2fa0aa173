"""Staff come in by password and code, see where they are signed in, and change how they sign in."""

import secrets
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp

from jifen.parties.staff import Staff
from jifen.site.visit import SESSION_COOKIE
from tests.site.town import PASSWORD, Browser, Town


async def hired(town: Town, role: str = "clerk", *, codes: bool = True) -> tuple[Staff, str]:
    """Somebody of the operator's staff, with the secret of the codes."""
    await town.house.pool.execute("DELETE FROM access_limit")
    login = f"ops-{secrets.token_hex(4)}"
    made, uri = await town.reception.staff.add(
        town.program.id, None, "", login, "钱多", role, PASSWORD, datetime.now(UTC), totp=codes,  # type: ignore[arg-type]
    )  # fmt: skip
    return made, parse_qs(urlsplit(uri).query)["secret"][0] if uri else ""


async def tried(browser: Browser, login: str, password: str, query: str = "") -> httpx.Response:
    """A login and a password."""
    return await browser.send(f"/staff{query}", f"/staff{query}", login=login, password=password)


async def test_password_then_code(town: Town) -> None:
    """Between the two nobody is signed in."""
    staff, secret = await hired(town)
    browser = await town.client()
    answer = await tried(browser, staff.login, PASSWORD, "?next=/staff/me")
    assert answer.headers["location"] == "/staff/code?next=/staff/me"
    assert SESSION_COOKIE not in browser.client.cookies
    answer = await browser.send("/staff/code", "/staff/code", code="000000")
    assert answer.status_code == 422
    page = "/staff/code?next=/staff/me"
    answer = await browser.send(page, page, code=pyotp.TOTP(secret).now())
    assert answer.headers["location"] == "/staff/me"
    assert staff.login in await browser.open("/staff/me")


async def test_a_code_alone_opens_nothing(town: Town) -> None:
    """Without the proof that the password was right, or with one that was made up."""
    _, secret = await hired(town)
    browser = await town.client()
    assert (await browser.client.get("/staff/code")).headers["location"] == "/staff"
    browser.client.cookies.set("jifen_begun", "made-up")
    answer = await browser.send("/staff/code", "/staff/code", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 422
    assert SESSION_COOKIE not in browser.client.cookies


async def test_a_new_password_ends_what_the_old_one_began(town: Town) -> None:
    """The proof of the old password waits for no code any more."""
    staff, secret = await hired(town)
    browser = await town.client()
    await tried(browser, staff.login, PASSWORD)
    await town.reception.staff.set_password(staff.id, "quite another one", datetime.now(UTC))
    answer = await browser.send("/staff/code", "/staff/code", code=pyotp.TOTP(secret).now())
    assert answer.status_code == 422
    assert SESSION_COOKIE not in browser.client.cookies


async def test_a_wrong_login_and_a_wrong_password_are_told_alike(town: Town) -> None:
    """Word for word, but for what was typed; and both are locked alike."""
    staff, _ = await hired(town, codes=False)
    seen = []
    for login in (staff.login, f"ops-{secrets.token_hex(4)}"):
        browser = await town.client("", "en")
        answers = [await tried(browser, login, "wrong words") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [422] * 5 + [429]
        assert "Login or password is wrong" in answers[0].text
        assert "Too many wrong tries" in answers[5].text
        seen.append([len(answer.text.replace(login, "")) for answer in answers])
    assert seen[0] == seen[1]


async def test_what_was_refused_is_recorded_of_logins_that_exist(town: Town) -> None:
    """What is typed by mistake into the field of the login may be a password: it is not written down."""
    staff, _ = await hired(town, codes=False)
    browser = await town.client()
    typed = "my secret words 2026"
    await tried(browser, typed, "x")
    await tried(browser, staff.login, "wrong words")
    lines = await town.reception.audit.page(town.program.id, None, 5)
    assert [(line.actor, line.outcome) for line in lines[:2]] == [
        (staff.login, "refused: wrong"),
        ("@nobody", "refused: wrong"),
    ]
    assert typed not in str(lines)


async def test_a_password_is_changed_by_the_one_of_now(town: Town) -> None:
    """Each refusal stands beside its field, with nothing changed; afterwards other places are signed out."""
    staff, _ = await hired(town, codes=False)
    here, there = await town.client(), await town.client()
    for browser in (here, there):
        await tried(browser, staff.login, PASSWORD)
    fresh = "seven green bicycles"
    for fields, said in (
        ({"current": "not it at all", "fresh": fresh, "again": fresh}, "现在的密码不对"),
        ({"current": PASSWORD, "fresh": fresh, "again": fresh + "x"}, "两次填的不一样"),
        ({"current": PASSWORD, "fresh": "short", "again": "short"}, "太容易猜"),
    ):
        answer = await here.send("/staff/me/password", "/staff/me", **fields)
        assert answer.status_code == 422
        assert said in answer.text
    answer = await here.send("/staff/me/password", "/staff/me", current=PASSWORD, fresh=fresh, again=fresh)
    assert answer.headers["location"] == "/staff/me"
    assert "密码改好了" in await here.open("/staff/me")
    assert (await there.client.get("/staff/me")).headers["location"].startswith("/staff?next=")
    assert (await tried(await town.client(), staff.login, fresh)).headers["location"] == "/console"


async def test_an_authenticator_is_set_by_a_code_of_it(town: Town) -> None:
    """The QR code is a picture without style; a wrong code or password leaves everything as it was."""
    staff, _ = await hired(town, codes=False)
    browser = await town.client()
    await tried(browser, staff.login, PASSWORD)
    page = await browser.open("/staff/me/authenticator")
    assert 'class="qr"' in page
    assert "style=" not in page
    hidden = {
        name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key", "offer")
    }
    secret = page.split('class="secret fig">', 1)[1].split("<", 1)[0].replace(" ", "")
    code = pyotp.TOTP(secret).now()
    for fields in ({"code": "000000", "current": PASSWORD}, {"code": code, "current": "not it at all"}):
        answer = await browser.client.post("/staff/me/authenticator", data={**hidden, **fields})
        assert answer.status_code == 422
        assert secret[:4] in answer.text
    found = await town.reception.staff.by_id(staff.id)
    assert found is not None
    assert not found.has_totp
    answer = await browser.client.post(
        "/staff/me/authenticator", data={**hidden, "code": code, "current": PASSWORD}
    )
    assert answer.headers["location"] == "/staff/me"
    answer = await tried(await town.client(), staff.login, PASSWORD)
    assert answer.headers["location"] == "/staff/code"


async def test_an_offer_to_another_is_none_to_me(town: Town) -> None:
    """A secret that somebody else was shown does not become mine."""
    one, _ = await hired(town, codes=False)
    other, _ = await hired(town, codes=False)
    mine, theirs = await town.client(), await town.client()
    await tried(mine, one.login, PASSWORD)
    await tried(theirs, other.login, PASSWORD)
    page = await theirs.open("/staff/me/authenticator")
    offer = page.split('name="offer" value="', 1)[1].split('"', 1)[0]
    secret = page.split('class="secret fig">', 1)[1].split("<", 1)[0].replace(" ", "")
    answer = await mine.send(
        "/staff/me/authenticator", "/staff/me/authenticator",
        offer=offer, code=pyotp.TOTP(secret).now(), current=PASSWORD,
    )  # fmt: skip
    assert answer.status_code == 422
    found = await town.reception.staff.by_id(one.id)
    assert found is not None
    assert not found.has_totp


async def test_one_sees_where_one_is_signed_in_and_ends_the_others(town: Town) -> None:
    """By the names of browsers that people know."""
    staff, _ = await hired(town, codes=False)
    here, there = await town.client("", "en"), await town.client()
    here.client.headers["user-agent"] = "Mozilla/5.0 (Windows NT 10.0) Chrome/150 Safari/537.36 Edg/150"
    there.client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0 Chrome/130"
    for browser in (here, there):
        await tried(browser, staff.login, PASSWORD)
    page = await here.open("/staff/sessions")
    assert "Edge, Windows" in page
    assert "WeChat, Android" in page
    assert "Sign out of the other one" in page
    await here.send("/staff/sessions/close-others", "/staff/sessions")
    assert (await there.client.get("/staff/me")).status_code == 303
    assert "You are signed in here only" in await here.open("/staff/sessions")
    answer = await here.send("/sign-out", "/staff/sessions")
    assert answer.headers["location"] == "/staff"
    assert (await here.client.get("/staff/me")).status_code == 303


async def test_all_pages_speak_both_languages(town: Town) -> None:
    """Nothing Chinese on an English page but names, and the other way round."""
    for language, said, unsaid in (("zh", "员工登录", "Staff sign-in"), ("en", "Staff sign-in", "员工登录")):
        text = await (await town.client("", language)).open("/staff")
        assert said in text
        assert unsaid not in text

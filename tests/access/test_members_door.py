"""Members come in by their phone: who is known, who is new, and what nobody is told."""

import re
import secrets
from datetime import UTC, datetime

import httpx
import msgspec

from jifen.site.access.members import ASKED_COOKIE
from jifen.site.visit import SESSION_COOKIE
from tests.access.village import code_of
from tests.site.town import PEOPLE, Browser, Town

LIN, GU, CHEN = (PEOPLE[who][2] for who in ("lin", "gu", "chen"))


def a_phone() -> str:
    """A phone that is nobody's."""
    return f"197{secrets.randbelow(10**8):08}"


async def asked(town: Town, browser: Browser, phone: str, query: str = "") -> httpx.Response:
    """A phone that is asked; other tests asked from the same address, so that limit is lifted first."""
    await town.house.pool.execute("DELETE FROM access_limit")
    return await browser.send(f"/sign-in{query}", f"/sign-in{query}", phone=phone)


async def proven(town: Town, browser: Browser, phone: str, query: str = "") -> httpx.Response:
    """A phone that has answered."""
    await asked(town, browser, phone, query)
    page = f"/sign-in/code{query}"
    return await browser.send(page, page, code=code_of(town, browser))


async def test_a_member_comes_in_and_goes_where_was_wished(town: Town) -> None:
    """The session is the member's; its cookie is out of reach of scripts, and not sent by other sites."""
    browser = await town.client()
    answer = await asked(town, browser, LIN, "?next=/m/me/sessions")
    assert answer.headers["location"] == "/sign-in/code?next=%2Fm%2Fme%2Fsessions"
    answer = await browser.send(
        "/sign-in/code?next=/m/me/sessions", "/sign-in/code?next=/m/me/sessions", code=code_of(town, browser)
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/me/sessions")
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION_COOKIE))
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower()
    assert "只在这里登录着" in await browser.open("/m/me/sessions")


async def test_over_https_the_cookie_is_for_https_alone(town: Town) -> None:
    """A page of another scheme never gets it."""
    browser = await town.client()
    browser.client.base_url = httpx.URL("https://jifen")
    answer = await proven(town, browser, GU)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION_COOKIE))
    assert "secure" in cookie.lower()


async def test_nothing_tells_whose_phone_it_is(town: Town) -> None:
    """A member's phone and a stranger's are answered in the same words, and both are sent a code."""
    seen = []
    for phone in (CHEN, a_phone()):
        browser = await town.client()
        answer = await asked(town, browser, phone)
        page = await browser.open("/sign-in/code")
        text = re.sub(r'value="[^"]*"|data-until="[^"]*"|[0-9]+:[0-9]+', "", page.replace(phone[-4:], "····"))
        seen.append((answer.status_code, answer.headers["location"], text.replace(phone[:3], "···")))
        message = await town.house.pool.fetchrow(
            "SELECT fields FROM message WHERE event = 'sign_in_code' ORDER BY put_at DESC, id DESC LIMIT 1"
        )
        assert message is not None
        assert msgspec.json.decode(message["fields"]).keys() == {"code", "minutes"}
    assert seen[0] == seen[1]


async def test_a_wrong_code_says_how_many_tries_are_left(town: Town) -> None:
    """And after the last one, what to do; the right one is not taken then."""
    browser = await town.client()
    await asked(town, browser, a_phone())
    code = code_of(town, browser)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        answer = await browser.send("/sign-in/code", "/sign-in/code", code=wrong)
        assert answer.status_code == 422
        assert f"还能试 {left} 次" in answer.text
    page = await browser.open("/sign-in/code")
    hidden = {name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")}
    for sent in (wrong, code):
        answer = await browser.client.post("/sign-in/code", data={**hidden, "code": sent})
        assert answer.status_code == 422
        assert "再发一条" in answer.text
    assert SESSION_COOKIE not in browser.client.cookies


async def test_too_many_codes_are_told_when_the_next_may_come(town: Town) -> None:
    """For a phone; and for an address that asks for many phones."""
    browser = await town.client("", "en")
    phone = a_phone()
    await asked(town, browser, phone)
    answer = await browser.send("/sign-in", "/sign-in", phone=phone)
    assert answer.status_code == 429
    assert "You can have another in a minute" in answer.text
    await town.house.pool.execute("DELETE FROM access_limit")
    codes = [(await browser.send("/sign-in", "/sign-in", phone=a_phone())).status_code for _ in range(21)]
    assert codes == [303] * 20 + [429]
    await town.house.pool.execute("DELETE FROM access_limit")


async def test_what_is_no_phone_is_said_beside_the_field(town: Town) -> None:
    """What was typed stays."""
    browser = await town.client("", "en")
    answer = await asked(town, browser, "12345")
    assert answer.status_code == 422
    assert "This is no phone number" in answer.text
    assert 'value="12345"' in answer.text


async def test_who_is_new_reads_the_terms_first_and_joins_by_accepting_them(town: Town) -> None:
    """Before that nobody is enrolled; after it the acceptance is kept, with the text's hash and the time."""
    phone = a_phone()
    browser = await town.client()
    answer = await proven(town, browser, phone)
    assert answer.headers["location"] == "/sign-in/terms"
    page = await browser.open("/sign-in/terms")
    for said in (
        "每 100 积分抵 ¥1.00",
        "6个月内有效",
        "到期前 30、7 天提醒你",
        "至少提前 7 天",
        "一、如何获得积分",
    ):
        assert said in page
    assert await town.house.members.by_phone(town.program.id, phone) is None
    version = page.split('name="version" value="', 1)[1].split('"', 1)[0]
    answer = await browser.send("/sign-in/terms", "/sign-in/terms", version=version, name="陈小田")
    assert answer.status_code == 422
    assert "没有勾选同意" in answer.text
    assert await town.house.members.by_phone(town.program.id, phone) is None
    answer = await browser.send("/sign-in/terms", "/sign-in/terms", version="99", accept="yes")
    assert answer.status_code == 409
    assert await town.house.members.by_phone(town.program.id, phone) is None
    answer = await browser.send(
        "/sign-in/terms", "/sign-in/terms", version=version, name="陈小田", accept="yes"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/wallet")
    wallet = await town.house.members.by_phone(town.program.id, phone)
    assert wallet is not None
    member = await town.house.members.member(wallet)
    assert member is not None
    assert (member.name, len(member.number), member.number[0]) == ("陈小田", 10, "8")
    receipts = (await town.api.get(f"/v1/members/{member.number}/terms"))["receipts"]
    assert [(one["version"], one["how"], one["channel"]) for one in receipts] == [
        (int(version), "acknowledged", "web")
    ]
    assert "只在这里登录着" in await browser.open("/m/me/sessions")


async def test_who_does_not_accept_leaves_nothing(town: Town) -> None:
    """The terms cannot be skipped by going to them without a proven phone, either."""
    browser = await town.client()
    answer = await browser.client.get("/sign-in/terms")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    phone = a_phone()
    await asked(town, browser, phone)
    answer = await browser.client.get("/sign-in/terms")
    assert answer.headers["location"] == "/sign-in"
    assert await town.house.members.by_phone(town.program.id, phone) is None


async def test_a_form_that_is_sent_twice_enrols_once(town: Town) -> None:
    """The second finds the member of the first."""
    phone = a_phone()
    browser = await town.client()
    await proven(town, browser, phone)
    page = await browser.open("/sign-in/terms")
    hidden = {
        name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]
        for name in ("csrf", "key", "version")
    }
    before = await town.house.pool.fetchval("SELECT count(*) FROM member")
    for _ in range(2):
        answer = await browser.client.post("/sign-in/terms", data={**hidden, "accept": "yes"})
        assert answer.status_code in (303, 403)
    assert await town.house.pool.fetchval("SELECT count(*) FROM member") == before + 1


async def test_who_was_invited_is_enrolled_with_who_invited(town: Town) -> None:
    """The number travels through all steps; one that is nobody's is no hindrance, and is not told of."""
    for invite, linked in ((town.number("lin"), True), ("nobody-at-all", False)):
        phone = a_phone()
        browser = await town.client()
        answer = await proven(town, browser, phone, f"?invite={invite}")
        assert answer.headers["location"] == f"/sign-in/terms?invite={invite}"
        page = await browser.open(answer.headers["location"])
        version = page.split('name="version" value="', 1)[1].split('"', 1)[0]
        where = answer.headers["location"]
        await browser.send(where, where, version=version, accept="yes")
        wallet = await town.house.members.by_phone(town.program.id, phone)
        found = await town.house.pool.fetchval("SELECT count(*) FROM referral WHERE invitee = $1", wallet)
        assert bool(found) is linked


async def test_a_session_of_before_ends_with_the_new_one(town: Town) -> None:
    """Whoever put a session into this browser does not get the member's: it has another token."""
    browser = await town.client("gu")
    planted = browser.client.cookies[SESSION_COOKIE]
    sign_in = await town.client()
    await asked(town, sign_in, CHEN)
    sign_in.client.cookies.set(SESSION_COOKIE, planted, domain="jifen.local")
    page = await sign_in.open("/sign-in/code")
    assert page
    answer = await sign_in.send("/sign-in/code", "/sign-in/code", code=code_of(town, sign_in))
    assert answer.status_code == 303
    fresh = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(SESSION_COOKIE))
    assert planted not in fresh
    assert await town.reception.sessions.whose(planted, datetime.now(UTC)) is None


async def test_a_proven_phone_opens_one_session(town: Town) -> None:
    """The cookie of the asking opens nothing again."""
    browser = await town.client()
    await asked(town, browser, LIN)
    cookie = browser.client.cookies[ASKED_COOKIE]
    code = code_of(town, browser)
    page = await browser.open("/sign-in/code")
    hidden = {name: page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0] for name in ("csrf", "key")}
    guest = dict(browser.client.cookies)
    answer = await browser.client.post("/sign-in/code", data={**hidden, "code": code})
    assert answer.headers["location"] == "/m/wallet"
    again = await town.client()
    for name, value in {**guest, ASKED_COOKIE: cookie}.items():
        again.client.cookies.set(name, value)
    answer = await again.client.post("/sign-in/code", data={**hidden, "code": code})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


async def test_one_goes_on_only_to_our_own_pages(town: Town) -> None:
    """An address elsewhere, however it is written, is forgotten."""
    browser = await town.client("lin")
    for wished in ("//evil.example", "/\\evil.example", "https://evil.example", "/ok\nx", "javascript:x"):
        answer = await browser.client.get("/sign-in", params={"next": wished})
        assert answer.headers["location"] == "/m/wallet", wished


async def test_signing_in_stands_in_the_audit_log_without_the_phone(town: Town) -> None:
    """Who came in, and when."""
    browser = await town.client()
    await proven(town, browser, GU)
    line = (await town.reception.audit.page(town.program.id))[0]
    assert (line.actor, line.role, line.action, line.outcome) == (
        town.number("gu"), "member", "access.confirm_code", "done",
    )  # fmt: skip
    assert GU not in str(line)

"""Staff known by a provider of OpenID Connect: whom it may let in, and what is not believed."""

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey

from jifen.api.settings import OpenId, openid_from
from jifen.parties.staff import Staff
from jifen.site.access import openid
from jifen.site.visit import SESSION_COOKIE
from tests.access.provider import CLIENT, SECRET, Provider, provided
from tests.site.town import PASSWORD, Browser, Town


@pytest.fixture
async def provider(town: Town) -> AsyncIterator[Provider]:
    """A provider that the town's settings name."""
    async with provided() as made:
        before = town.house.settings
        named = OpenId(issuer=made.issuer, client_id=CLIENT, secret=SECRET, name="青禾通")
        town.house.settings = msgspec.structs.replace(before, openid=named)
        await town.house.pool.execute("DELETE FROM access_limit")
        yield made
        town.house.settings = before


async def hired(town: Town) -> Staff:
    """Somebody whose login is an e-mail address."""
    login = f"qian-{secrets.token_hex(4)}@example.cn"
    made, _ = await town.reception.staff.add(
        town.program.id, None, "", login, "钱多", "clerk", PASSWORD, datetime.now(UTC)
    )
    return made


async def sent(browser: Browser, query: str = "") -> str:
    """Where the browser is sent to."""
    answer = await browser.client.get(f"/staff/openid{query}")
    assert answer.status_code == 303
    return answer.headers["location"]


async def came_back(town: Town, provider: Provider, **person: Any) -> tuple[Browser, httpx.Response]:
    """Somebody whom the provider knows comes back."""
    browser = await town.client()
    answer = await browser.client.get(provider.visit(await sent(browser), **person))
    return browser, answer


async def test_whom_the_provider_knows_is_let_in(town: Town, provider: Provider) -> None:
    """By the verified e-mail address; in the audit log it stands by what. No code of ours is asked for."""
    staff = await hired(town)
    browser = await town.client()
    assert "用青禾通登录" in await browser.open("/staff")
    address = await sent(browser, "?next=/staff/me")
    asked = parse_qs(urlsplit(address).query)
    assert asked["redirect_uri"] == ["http://jifen/staff/openid/back"]
    answer = await browser.client.get(provider.visit(address, email=staff.login.upper(), email_verified=True))
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/me")
    assert staff.login in await browser.open("/staff/me")
    line = (await town.reception.audit.page(town.program.id))[0]
    assert (line.actor, line.action, line.facts) == (staff.login, "access.openid_back", {"by": "openid"})


async def test_a_name_is_looked_for_where_there_is_no_address(town: Town, provider: Provider) -> None:
    """And an address that the provider calls unverified is not believed."""
    staff = await hired(town)
    _, answer = await came_back(town, provider, preferred_username=staff.login)
    assert answer.headers["location"] == "/console"
    _, answer = await came_back(town, provider, email=staff.login, email_verified=False)
    assert answer.status_code == 422
    assert "还没有你的登录" in answer.text


async def test_who_has_no_login_here_is_not_let_in_nor_added(town: Town, provider: Provider) -> None:
    """The page says what to do."""
    before = await town.house.pool.fetchval("SELECT count(*) FROM staff")
    browser, answer = await came_back(town, provider, email="stranger@example.cn", email_verified=True)
    assert answer.status_code == 422
    assert SESSION_COOKIE not in browser.client.cookies
    assert await town.house.pool.fetchval("SELECT count(*) FROM staff") == before


async def test_who_is_disabled_stays_out(town: Town, provider: Provider) -> None:
    """Whatever the provider says."""
    staff = await hired(town)
    await town.reception.staff.disable(staff.id, datetime.now(UTC))
    browser, answer = await came_back(town, provider, email=staff.login)
    assert answer.status_code == 422
    assert SESSION_COOKIE not in browser.client.cookies


LATE = int((datetime.now(UTC) - timedelta(minutes=10)).timestamp())
SPOILT: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://127.0.0.1:1"},
    "another audience": {"aud": "somebody-else"},
    "for us and for another, who asked": {"aud": [CLIENT, "somebody-else"], "azp": "somebody-else"},
    "for us and for another, nobody says who asked": {"aud": [CLIENT, "somebody-else"]},
    "over": {"exp": LATE},
    "another nonce": {"nonce": "planted"},
    "no nonce": {"nonce": None},
}


@pytest.mark.parametrize("claims", SPOILT.values(), ids=SPOILT)
async def test_a_token_that_is_not_for_this_sign_in_is_not_believed(
    town: Town, provider: Provider, claims: dict[str, Any]
) -> None:
    """Each spoilt in one claim only."""
    staff = await hired(town)
    provider.claims = claims
    browser, answer = await came_back(town, provider, email=staff.login)
    assert answer.status_code == 422
    assert "统一身份没有办成" in answer.text
    assert SESSION_COOKIE not in browser.client.cookies


async def test_a_token_that_another_signed_is_not_believed(town: Town, provider: Provider) -> None:
    """Under the same key id; the published keys are asked for once more before it is refused."""
    staff = await hired(town)
    provider.forged = True
    _, answer = await came_back(town, provider, email=staff.login)
    assert answer.status_code == 422
    assert provider.asked.count("/keys") == 2


async def test_a_token_signed_with_our_own_secret_is_not_believed(town: Town, provider: Provider) -> None:
    """HS256 with what we share is no signature of the provider: whoever has our settings could make it."""
    staff = await hired(town)
    provider.algorithm, provider.forged = "HS256", True
    provider.other = OctKey.import_key(SECRET.encode())
    _, answer = await came_back(town, provider, email=staff.login)
    assert answer.status_code == 422


async def test_keys_that_changed_are_asked_for_again(town: Town, provider: Provider) -> None:
    """A provider may take new ones at any time, of another kind too."""
    staff = await hired(town)
    await came_back(town, provider, email=staff.login)
    provider.key, provider.algorithm = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"}), "ES256"
    _, answer = await came_back(town, provider, email=staff.login)
    assert answer.headers["location"] == "/console"


async def test_what_another_browser_began_is_not_finished_here(town: Town, provider: Provider) -> None:
    """Nor what nobody began, nor twice; the state and the cookie have to fit."""
    staff = await hired(town)
    one, other = await town.client(), await town.client()
    back = provider.visit(await sent(one), email=staff.login)
    await sent(other)
    for browser in (other, await town.client()):
        answer = await browser.client.get(back)
        assert answer.status_code == 422
        assert SESSION_COOKIE not in browser.client.cookies
    assert (await one.client.get(back)).status_code == 303
    assert (await one.client.get(back)).status_code == 422


async def test_a_provider_that_is_away_is_said_to_be(town: Town, provider: Provider) -> None:
    """Login and password still work."""
    openid._known.clear()
    named = OpenId(issuer="http://127.0.0.1:9", client_id=CLIENT)
    town.house.settings = msgspec.structs.replace(town.house.settings, openid=named)
    answer = await (await town.client("", "en")).client.get("/staff/openid")
    assert answer.status_code == 502
    assert "Single sign-on does not answer" in answer.text


async def test_without_a_provider_there_is_no_such_door(town: Town) -> None:
    """Neither the button nor the page."""
    browser = await town.client()
    assert "/staff/openid" not in await browser.open("/staff")
    await browser.open("/staff/openid", 404)


def test_settings_name_a_provider_whole() -> None:
    """By https, unless it is on loopback; and its secret is not printed."""
    whole = {
        "JIFEN_OIDC_ISSUER": "https://id.example.cn",
        "JIFEN_OIDC_CLIENT_ID": "jifen",
        "JIFEN_OIDC_SECRET": "s3",
    }
    found = openid_from(whole)
    assert found == OpenId(issuer="https://id.example.cn", client_id="jifen", secret="s3")
    assert "s3" not in repr(found)
    assert openid_from({}) is None
    with pytest.raises(ValueError, match="JIFEN_OIDC_CLIENT_ID is missing"):
        openid_from({"JIFEN_OIDC_ISSUER": "https://id.example.cn"})
    with pytest.raises(ValueError, match="https"):
        openid_from({**whole, "JIFEN_OIDC_ISSUER": "http://id.example.cn"})

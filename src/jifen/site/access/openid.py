"""Staff known by a provider of OpenID Connect: the code flow with PKCE, state and nonce."""

import base64
import hmac
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.exceptions import InvalidTag
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from litestar import Response

from jifen.api.settings import OpenId
from jifen.parties.staff import Staff
from jifen.site.access.doors import knock, onward, own, record, sent_on
from jifen.site.access.staff import TRIES_MOST, TRIES_S, come_in, login_page_after
from jifen.site.routing import ANYONE, get
from jifen.site.visit import Stop, Visit

log = logging.getLogger("jifen.site")

COOKIE = "jifen_openid"
LIVES = timedelta(minutes=10)
TIMEOUT_S = 10.0
KEPT_FOR = timedelta(minutes=10)
"""So long what the provider publishes of itself is not asked for again."""

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""How tokens may be signed: by the provider's own key, never by a secret that we share."""

LEEWAY_S = 60


class Away(Exception):
    """The provider cannot be reached, or does not answer as it should."""


class Refused(Exception):
    """The provider knows nobody, or what came back is not what was asked for."""


class Begun(msgspec.Struct, frozen=True):
    """What the browser went to the provider with."""

    state: str
    nonce: str
    verifier: str
    wished: str
    until: datetime


class Provider(msgspec.Struct):
    """What a provider publishes of itself."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet
    basic: bool
    asked_at: datetime


_encode = msgspec.json.Encoder().encode
_begun = msgspec.json.Decoder(Begun).decode
_known: dict[str, Provider] = {}


async def begin(visit: Visit) -> Response[bytes]:
    """Send the browser to the provider."""
    settings = _settings(visit)
    await knock(visit, "staff tried", TRIES_MOST, TRIES_S)
    try:
        provider = await _provider(settings, visit.real_now)
    except Away as away:
        log.warning("the provider of OpenID Connect: %s", away)
        return login_page_after(visit, 502, "openid_away")
    wished = visit.query("next")
    begun = Begun(
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(24),
        secrets.token_urlsafe(48),
        wished if own(wished) else "",
        visit.real_now + LIVES,
    )
    sealed = visit.house.vault.seal(_encode(begun).decode())
    visit.set_cookie(COOKIE, base64.urlsafe_b64encode(sealed).decode(), int(LIVES.total_seconds()))
    address: str = prepare_grant_uri(
        provider.authorization_endpoint,
        settings.client_id,
        "code",
        redirect_uri=_back(visit),
        scope="openid email profile",
        state=begun.state,
        nonce=begun.nonce,
        code_challenge=create_s256_code_challenge(begun.verifier),
        code_challenge_method="S256",
    )
    return sent_on(visit, address)


async def back(visit: Visit) -> Response[bytes]:
    """The browser comes back from the provider: see whom it knows, and let that person in."""
    settings = _settings(visit)
    await knock(visit, "staff tried", TRIES_MOST, TRIES_S)
    begun = _read_begun(visit)
    visit.set_cookie(COOKIE, "", 0)
    try:
        if begun is None or not hmac.compare_digest(begun.state.encode(), visit.query("state").encode()):
            raise Refused("what came back was not asked for by this browser")
        if not visit.query("code"):
            raise Refused(f"the provider says {visit.query('error', 'nothing')[:80]!r}")
        claims = await _claims(visit, settings, begun)
    except Refused as refused:
        log.warning("a sign-in by OpenID Connect: %s", refused)
        return login_page_after(visit, 422, "openid_refused")
    except Away as away:
        log.warning("the provider of OpenID Connect: %s", away)
        return login_page_after(visit, 502, "openid_away")
    staff = await _whose(visit, claims)
    if staff is None:
        return login_page_after(visit, 422, "openid_unknown")
    if staff.disabled:
        await record(visit, staff.program, staff.login, "stranger", "refused: disabled", {"by": "openid"})
        return login_page_after(visit, 422, "disabled")
    return await come_in(visit, staff, begun.wished or onward(visit, staff.role), "openid")


def _settings(visit: Visit) -> OpenId:
    found = visit.house.settings.openid
    if found is None:
        raise Stop("nothing_here")
    return found


def _back(visit: Visit) -> str:
    return f"{str(visit.request.base_url).rstrip('/')}/staff/openid/back"


def _read_begun(visit: Visit) -> Begun | None:
    kept = visit.request.cookies.get(COOKIE, "")
    try:
        begun = _begun(visit.house.vault.open(base64.urlsafe_b64decode(kept)))
    except (ValueError, InvalidTag, msgspec.DecodeError):
        return None
    return begun if visit.real_now < begun.until else None


async def _whose(visit: Visit, claims: Mapping[str, Any]) -> Staff | None:
    """Whose login the subject's verified e-mail address is, else the name by which it is known there."""
    names = [claims.get("preferred_username")]
    if claims.get("email_verified", True) is True:
        names.insert(0, claims.get("email"))
    for name in names:
        if isinstance(name, str) and name:
            found = await visit.reception.staff.by_login(name)
            if found is not None:
                return found
    return None


async def _claims(visit: Visit, settings: OpenId, begun: Begun) -> Mapping[str, Any]:
    """What the provider says of who came, as its signature proves, for us and for this sign-in.

    Raises:
        Away, Refused.
    """
    provider = await _provider(settings, visit.real_now)
    form = {
        "grant_type": "authorization_code",
        "code": visit.query("code"),
        "redirect_uri": _back(visit),
        "client_id": settings.client_id,
        "code_verifier": begun.verifier,
    }
    basic = (
        httpx.BasicAuth(settings.client_id, settings.secret) if settings.secret and provider.basic else None
    )
    if settings.secret and basic is None:
        form["client_secret"] = settings.secret
    answer = await _asked("POST", provider.token_endpoint, data=form, auth=basic)
    if answer.status_code != 200:
        raise Refused(f"the provider took the code with {answer.status_code}: {answer.text[:200]!r}")
    token = _object(answer).get("id_token")
    if not isinstance(token, str):
        raise Refused("the provider answered without an id_token")
    try:
        return _checked(token, provider.keys, settings, begun, visit.real_now)
    except JoseError:
        # Its keys may have changed since they were asked for.
        _known.pop(settings.issuer, None)
        fresh = await _provider(settings, visit.real_now)
        try:
            return _checked(token, fresh.keys, settings, begun, visit.real_now)
        except JoseError as wrong:
            raise Refused(f"the id_token does not hold: {wrong}") from wrong


def _checked(token: str, keys: KeySet, settings: OpenId, begun: Begun, now: datetime) -> Mapping[str, Any]:
    """The claims of a token whose signature, issuer, audience, times and nonce hold (OIDC Core, 3.1.3.7).

    Raises:
        JoseError, Refused.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except ValueError as wrong:
        raise Refused(f"the id_token cannot be read: {wrong}") from wrong
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": settings.issuer},
        aud={"essential": True, "value": settings.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": begun.nonce},
        sub={"essential": True},
    )
    registry.validate(claims)
    audience = claims["aud"]
    many = isinstance(audience, list) and len(audience) > 1
    if claims.get("azp", None if many else settings.client_id) != settings.client_id:
        raise Refused("the id_token is for somebody else")
    found: Mapping[str, Any] = claims
    return found


async def _provider(settings: OpenId, now: datetime) -> Provider:
    known = _known.get(settings.issuer)
    if known is not None and now - known.asked_at < KEPT_FOR:
        return known
    address = f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration"
    said = _object(await _asked("GET", address))
    if said.get("issuer") != settings.issuer:
        raise Away(f"it calls itself {said.get('issuer')!r}, not {settings.issuer!r}")
    try:
        methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        keys = KeySet.import_key_set(_object(await _asked("GET", said["jwks_uri"])))  # type: ignore[arg-type]
        made = Provider(
            said["authorization_endpoint"],
            said["token_endpoint"],
            keys,
            "client_secret_basic" in methods,
            now,
        )
    except (KeyError, TypeError, ValueError, JoseError) as wrong:
        raise Away(f"what it publishes of itself lacks something: {wrong!r}") from wrong
    _known[settings.issuer] = made
    return made


async def _asked(method: str, address: str, **more: Any) -> httpx.Response:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            return await client.request(method, address, **more)
    except httpx.HTTPError as fault:
        raise Away(f"{address}: {fault!r}") from fault


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as wrong:
        raise Away(f"{answer.url} answers with {answer.status_code} and no JSON") from wrong
    if not isinstance(found, dict) or answer.status_code != 200:
        raise Away(f"{answer.url} answers with {answer.status_code}")
    return found


ROUTES = (
    get("/staff/openid", "access.openid", begin, ANYONE),
    get("/staff/openid/back", "access.openid_back", back, ANYONE),
)

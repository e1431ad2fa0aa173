"""Credit tokens: signed by an authority, for one member of one programme, for a time (S21)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from msgspec import DecodeError
from msgspec import json as msgjson

from jifen.parties.catalog import Conflict
from jifen.parties.programs import Authority, Program
from jifen.rules.person import Token
from jifen.store.queries import q
from jifen.values.ids import ProgramId

LONGEST = timedelta(days=366)
"""A token that would hold longer is not taken: what it says must be said again."""


def read_token(program: Program, number: str, text: str, now: datetime) -> Token:
    """The token of a compact JWS (Ed25519): iss, aud, sub, grant, exp, jti.

    They name the authority, the programme, the member's number, what is granted, its end and its own id.

    Only that it holds and until when is kept: a token that carries a score is refused (SCENARIOS S21).

    Raises:
        Conflict: it is not signed by an authority of the programme, not for this member, expired, or grants
            what the authority may not grant.
    """
    claims, authority = _checked(program, text)
    if claims.get("aud") != program.code or claims.get("sub") != number:
        raise Conflict("token", f"the token is not for member {number!r} of {program.code!r}: ask for one")
    if "score" in claims:
        raise Conflict("token", "the token carries a score, which is not taken: ask for one without")
    grant, expires, named = claims.get("grant"), claims.get("exp"), claims.get("jti")
    if grant not in authority.grants:
        known = ", ".join(authority.grants)
        raise Conflict("token", f"{authority.code!r} may not grant {grant!r}: it may grant {known}")
    if not isinstance(expires, int) or isinstance(expires, bool) or not 0 < expires < 4_102_444_800:
        raise Conflict("token", "the token does not say when it expires: ask for one with `exp`")
    if not isinstance(named, str) or not 0 < len(named) <= 64 or not named.isprintable():
        raise Conflict("token", "the token has no id: ask for one with `jti`, at most 64 letters")
    until = datetime.fromtimestamp(expires, UTC)
    if until <= now:
        raise Conflict("token", f"the token expired at {until.isoformat()}: ask for a new one")
    if until > now + LONGEST:
        raise Conflict("token", f"the token would hold until {until.isoformat()}: a year at most is taken")
    return Token(authority.code, str(grant), until, named)


def _checked(program: Program, text: str) -> tuple[dict[str, Any], Authority]:
    """The claims whose signature is that of the authority that they name."""
    try:
        claimed = msgjson.decode(jws.extract_compact(text.encode()).payload)
        authority = program.authorities.get(str(claimed.get("iss")))
        if authority is None:
            raise Conflict("token", f"{claimed.get('iss')!r} is no authority of this programme: check `iss`")
        key = OKPKey.import_key(msgjson.decode(authority.key))
        checked = jws.deserialize_compact(text.encode(), key, algorithms=["Ed25519"])
        claims = msgjson.decode(checked.payload)
    except (JoseError, DecodeError, ValueError, AttributeError, UnicodeError) as wrong:
        said = "the token is not signed by the authority that it names: ask for a new one"
        raise Conflict("token", said) from wrong
    if not isinstance(claims, dict):
        raise Conflict("token", "the token holds no claims: ask for a new one")
    return claims, authority


async def withdrawn(pool: asyncpg.Pool, program: ProgramId, token: Token) -> bool:
    """Whether the token was withdrawn before."""
    found = await pool.fetchval(q("token_withdrawn"), program, token.authority, token.id)
    return found is not None

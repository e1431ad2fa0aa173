"""A small provider of OpenID Connect on loopback: it publishes keys, gives codes, and signs real tokens."""

import asyncio
import base64
import hashlib
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import msgspec
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT, SECRET = "jifen-pages", "a secret that two share"


class Provider:
    """`visit` does what its own page would for a person who signs in there. `claims` spoil its tokens."""

    def __init__(self, port: int) -> None:
        self.issuer = f"http://127.0.0.1:{port}"
        self.key: RSAKey | ECKey = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.other: RSAKey | OctKey = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.algorithm = "RS256"
        self.codes: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, Any] = {}
        self.forged = False
        self.asked: list[str] = []

    def visit(self, address: str, **person: Any) -> str:
        """Somebody signs in at the address that the browser was sent to; where it is sent back to."""
        path, _, query = address.partition("?")
        assert path == f"{self.issuer}/authorize"
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        assert (asked["client_id"], asked["response_type"], asked["code_challenge_method"]) == (
            CLIENT,
            "code",
            "S256",
        )
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "person": person}
        return f"/staff/openid/back?code={code}&state={asked['state']}"

    def token(self, asked: dict[str, Any]) -> str:
        """The id_token of a code."""
        now = int(datetime.now(UTC).timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **asked["person"],
            **self.claims,
        }
        key = self.other if self.forged else self.key
        return jwt.encode({"alg": self.algorithm, "kid": key.kid or "one"}, claims, key)

    def answer(self, method: str, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        """One request."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        assert (method, path) == ("POST", "/token")
        asked = self.codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or authorization != f"Basic {basic}"
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.token(asked)}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, as ASGI has it."""
        assert scope["type"] == "http"
        raw, more = b"", True
        while more:
            message = await receive()
            raw, more = raw + message.get("body", b""), message.get("more_body", False)
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        headers = dict(scope["headers"])
        authorization = headers.get(b"authorization", b"").decode()
        status, said = self.answer(scope["method"], scope["path"], form, authorization)
        kind = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": msgspec.json.encode(said)})


class Listening(uvicorn.Server):
    """A server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def provided() -> AsyncIterator[Provider]:
    """A provider on a free port of loopback."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = Provider(listening.getsockname()[1])
        config = uvicorn.Config(made, log_level="error", lifespan="off", ws="none")
        server = Listening(config)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        await server.ready.wait()
        try:
            yield made
        finally:
            server.should_exit = True
            await running

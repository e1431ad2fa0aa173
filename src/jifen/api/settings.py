"""What a server is told when it starts: which database, how large, how patient."""

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from jifen.messages.settings import ChannelSettings

MEGABYTE = 1_048_576


class OpenId(msgspec.Struct, frozen=True, kw_only=True):
    """By whom staff may be known beside their password: a provider of OpenID Connect (docs/access.md).

    secret: '' where the provider knows us without one. name: what the button calls the provider.
    """

    issuer: str
    client_id: str
    secret: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return f"OpenId({self.issuer!r}, {self.client_id!r}, …)"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of one process; several processes with the same settings serve the same database.

    database_url: any PostgreSQL; None: the server that comes along, with its data in `folder`.
    secret: 64 hex digits; None: the file `secret` in the folder, made once.
    snapshots_most: how many wallets a process remembers between batches; what another process changed
    meanwhile costs it a second look, so workers that share one port remember none.
    lookout_s: how often other processes' changes to programmes are looked for.
    channels: by what messages go out; None: by the file of channels (docs/messages.md), where there is one.
    openid: by whom staff may be known beside their password; None: by nobody else.
    wait_s: how long a database that is not there yet is waited for.
    """

    folder: Path = Path(".jifen")
    database_url: str | None = None
    secret: str | None = None
    pool_size: int = 8
    lanes: int = 2
    queue_most: int = 20_000
    snapshots_most: int = 20_000
    body_bytes_most: int = MEGABYTE
    line_bytes_most: int = MEGABYTE
    lookout_s: float = 0.5
    channels: ChannelSettings | None = None
    openid: OpenId | None = None
    wait_s: float = 30.0


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from JIFEN_FOLDER, DATABASE_URL, JIFEN_SECRET and JIFEN_OIDC_…; others are as by default.

    Raises:
        ValueError: a provider of OpenID Connect is named by half.
    """
    return Settings(
        folder=Path(environment.get("JIFEN_FOLDER") or ".jifen"),
        database_url=environment.get("DATABASE_URL") or None,
        secret=environment.get("JIFEN_SECRET") or None,
        openid=openid_from(environment),
    )


def openid_from(environment: Mapping[str, str]) -> OpenId | None:
    """The provider of JIFEN_OIDC_ISSUER, _CLIENT_ID, _SECRET and _NAME; None: there is none.

    Raises:
        ValueError: the issuer or our id there is missing, or the issuer is not https (loopback excepted).
    """
    issuer = environment.get("JIFEN_OIDC_ISSUER", "").strip()
    client = environment.get("JIFEN_OIDC_CLIENT_ID", "").strip()
    if not issuer and not client:
        return None
    if not issuer or not client:
        missing = "JIFEN_OIDC_CLIENT_ID" if issuer else "JIFEN_OIDC_ISSUER"
        raise ValueError(f"{missing} is missing: set it too, or neither of the two")
    host = urlsplit(issuer).hostname or ""
    if not issuer.startswith("https://") and host not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError(f"JIFEN_OIDC_ISSUER is {issuer!r}: name the provider by its https address")
    secret = environment.get("JIFEN_OIDC_SECRET", "").strip()
    return OpenId(
        issuer=issuer,
        client_id=client,
        secret=secret,
        name=environment.get("JIFEN_OIDC_NAME", "").strip(),
    )

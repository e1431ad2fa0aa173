"""The installation's secret: what encrypts phones, finds them blind, and hashes keys."""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Vault:
    """Encrypts what is personal and makes blind indexes of it; the secret never leaves it."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError(
                f"the secret has {len(secret)} bytes, 32 are needed: see JIFEN_SECRET in docs/operating.md"
            )
        self._blind = hmac.digest(secret, b"jifen blind index", hashlib.sha256)
        self._cipher = AESGCM(hmac.digest(secret, b"jifen personal data", hashlib.sha256))

    def blind(self, text: str) -> bytes:
        """A keyed hash by which a value can be found again but not read."""
        return hmac.digest(self._blind, text.encode(), hashlib.sha256)

    def seal(self, text: str) -> bytes:
        """Encrypt: 12 random bytes, then AES-256-GCM."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, text.encode(), None)

    def open(self, sealed: bytes) -> str:
        """Decrypt what `seal` made.

        Raises:
            cryptography.exceptions.InvalidTag: it was sealed with another secret, or changed.
        """
        return self._cipher.decrypt(sealed[:12], sealed[12:], None).decode()


def open_vault(folder: Path) -> Vault:
    """The vault of JIFEN_SECRET (64 hex digits), else of the file `secret` in the folder, made once."""
    given = os.environ.get("JIFEN_SECRET")
    if given:
        try:
            return Vault(bytes.fromhex(given))
        except ValueError as wrong:
            raise ValueError(
                "JIFEN_SECRET is not 64 hex digits: make one with `openssl rand -hex 32`"
            ) from wrong
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret"
    if not path.exists():
        # Written whole under another name first: whoever finds the file finds all of it.
        fresh = folder / f"secret.{secrets.token_hex(8)}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return Vault(bytes.fromhex(path.read_text().strip()))

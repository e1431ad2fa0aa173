"""The keyring: the demo's API keys and passwords, made once by chance and kept beside its data."""

import secrets
from pathlib import Path

import msgspec

FILE = "keys.json"


class Keyring:
    """Secrets by name, in a file that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._kept: dict[str, str] = (
            msgspec.json.decode(self._file.read_bytes(), type=dict[str, str]) if self._file.exists() else {}
        )

    @property
    def kept(self) -> dict[str, str]:
        """All of them; it grows when others are kept."""
        return self._kept

    def keep(self, name: str, secret: str) -> None:
        """Keep a secret."""
        self._kept[name] = secret
        self._file.touch(mode=0o600)
        self._file.write_bytes(msgspec.json.encode(self._kept))

    def password(self, login: str) -> str:
        """The password of a log-in, made where there is none yet."""
        name = f"password:{login}"
        if name not in self._kept:
            self.keep(name, secrets.token_urlsafe(9))
        return self._kept[name]

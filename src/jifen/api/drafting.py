"""What every command is made of: what was looked up, who asks under which key, and what was asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from jifen.api.asking import Asking
from jifen.api.earlier import Finds
from jifen.api.problems import invalid
from jifen.parties.secrets import Vault
from jifen.values.ids import WalletId

_json = msgspec.json.Encoder(order="deterministic")

ASIDE = frozenset(("key", "source", "member"))
"""Fields that a fact is found by; the rest is what was asked."""


class Found(msgspec.Struct):
    """What was looked up for a body: wallets by member number, earlier facts by id. vault: hashes traits."""

    wallets: Mapping[str, WalletId]
    earlier: Finds
    vault: Vault | None = None


class Head(msgspec.Struct, frozen=True):
    """Who asks, and under which source and key."""

    asking: Asking
    source: str
    key: str

    def common(self, wallet: WalletId, at: datetime | None, content: bytes) -> dict[str, Any]:
        """The fields that every command has."""
        return {
            "program": self.asking.program.id,
            "source": self.source,
            "key": self.key,
            "wallet": wallet,
            "occurred_at": self.asking.now if at is None else at,
            "recorded_at": self.asking.now,
            "content": content,
        }


def wallet_of(found: Found, number: str, field: str = "member") -> WalletId:
    """The wallet of a member that a body names."""
    wallet = found.wallets.get(number)
    if wallet is None:
        raise invalid(
            field,
            number,
            "is no member of this programme: check the number, or enrol the member",
            "member_unknown",
        )
    return wallet


def content_of(body: msgspec.Struct, at: datetime | None, **resolved: object) -> bytes:
    """What was asked, as compact JSON: the fields that were given, never a default that may change."""
    asked: dict[str, object] = {"type": body.__struct_config__.tag}
    for field in body.__struct_fields__:
        value = getattr(body, field)
        if field not in ASIDE and value is not None and value is not False:
            asked[field] = value
    if at is not None:
        asked["at"] = at
    for field, value in resolved.items():
        if value is None:
            asked.pop(field, None)
        else:
            asked[field] = value
    return _json.encode(asked)

"""Links to a wallet: signed, expiring, and readable only by the installation that made them."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime

import msgspec

from jifen.parties.secrets import Vault
from jifen.values.ids import WalletId, id_from_bytes

PURPOSE = "link to a wallet, form 1"
"""What the key is derived from. Another form of token gets another purpose, and so another key."""

FACTS_BYTES = 21
"""16 bytes of the wallet's id, then its last second since 1970 in 5."""

MAC_BYTES = 24
TOKEN = re.compile(r"[A-Za-z0-9_-]{60}")
"""Facts and mac together are a multiple of three bytes, so that a token has one spelling and no padding."""


class Link(msgspec.Struct, frozen=True):
    """What a good token says. It may be expired: then its page says so."""

    wallet: WalletId
    expires_at: datetime


def wallet_link(vault: Vault, wallet: WalletId, expires_at: datetime) -> str:
    """The path of a wallet's page, good until an instant (to the second): `/wallet/…`.

    Whoever has the link sees the wallet, so it goes to its member alone.
    """
    facts = wallet.bytes + int(expires_at.timestamp()).to_bytes(5, "big")
    token = base64.urlsafe_b64encode(facts + _mac(vault, facts))
    return f"/wallet/{token.decode()}"


def read_token(vault: Vault, token: str) -> Link | None:
    """What a token says; None: it was not made here, or was changed."""
    if not TOKEN.fullmatch(token):
        return None
    raw = base64.urlsafe_b64decode(token)
    facts, mac = raw[:FACTS_BYTES], raw[FACTS_BYTES:]
    if not hmac.compare_digest(mac, _mac(vault, facts)):
        return None
    expires_s = int.from_bytes(facts[16:], "big")
    return Link(WalletId(id_from_bytes(facts[:16])), datetime.fromtimestamp(expires_s, UTC))


def _mac(vault: Vault, facts: bytes) -> bytes:
    return hmac.digest(vault.blind(PURPOSE), facts, hashlib.sha256)[:MAC_BYTES]

"""Links: only ours open, only while they are good, and only the wallet that they were made for."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from jifen.pages.links import read_token, wallet_link
from jifen.parties.secrets import Vault
from jifen.values.ids import WalletId, new_id

VAULT = Vault(b"1" * 32)
WALLET = WalletId(new_id(1_795_000_000_000))
EXPIRES = datetime(2026, 12, 21, 2, 0, tzinfo=UTC)


def token() -> str:
    """A good token."""
    path = wallet_link(VAULT, WALLET, EXPIRES)
    assert path.startswith("/wallet/")
    return path.removeprefix("/wallet/")


def test_a_link_says_whose_wallet_and_until_when() -> None:
    """What goes in comes out; fractions of a second are cut off."""
    link = read_token(VAULT, token())
    assert link is not None
    assert (link.wallet, link.expires_at) == (WALLET, EXPIRES)
    assert wallet_link(VAULT, WALLET, EXPIRES + timedelta(milliseconds=999)) == f"/wallet/{token()}"


def test_a_link_can_stand_in_an_address() -> None:
    """Nothing in it needs quoting, and it fits into a text message."""
    assert token().replace("-", "").replace("_", "").isalnum()
    assert len(token()) == 60


def test_a_link_of_another_installation_does_not_open() -> None:
    """The key comes from the installation's secret."""
    assert read_token(Vault(b"2" * 32), token()) is None


@pytest.mark.parametrize("place", range(60))
def test_no_letter_can_be_changed(place: int) -> None:
    """Each letter counts, those of the date and of the wallet as well as those of the signature."""
    good = token()
    other = "A" if good[place] != "A" else "B"
    assert read_token(VAULT, good[:place] + other + good[place + 1 :]) is None


@pytest.mark.parametrize(
    "wrong", ["", "x", "!" * 60, "积" * 60, "A" * 59, "A" * 60, "A" * 61, "A" * 100_000, "A" * 59 + "\n"]
)
def test_what_is_no_token_does_not_open(wrong: str) -> None:
    """Whatever somebody types."""
    assert read_token(VAULT, wrong) is None


def test_a_token_has_one_spelling() -> None:
    """The plain alphabet of base64 is not taken, though it has the same bytes."""
    vaults = (Vault(bytes([n]) * 32) for n in range(256))
    for vault in vaults:
        made = wallet_link(vault, WALLET, EXPIRES).removeprefix("/wallet/")
        plain = base64.b64encode(base64.urlsafe_b64decode(made)).decode()
        assert (read_token(vault, plain) is None) is (plain != made)


def test_a_blind_index_is_no_signature() -> None:
    """What the vault says of a phone opens no wallet: each purpose has its own key."""
    facts = base64.urlsafe_b64decode(token())[:21]
    forged = facts + VAULT.blind(facts.hex())[:24]
    assert read_token(VAULT, base64.urlsafe_b64encode(forged).decode()) is None

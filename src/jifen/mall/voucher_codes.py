"""Voucher codes: random-looking, without letters that look alike, with a check letter, stored only hashed."""

from jifen.parties.secrets import Vault
from jifen.values.ids import EntryId, Id, ProgramId, hashed_id

ALPHABET = "ACDEFGHJKMNPRTVWXY34679"
"""Of 0OQ, 1IL, 2Z, 5S, 8B and UV none or one: no two letters here are mistaken for each other. They are 23, a
prime, so that the check letter finds every wrong letter and every two that changed places."""

LENGTH = 16
GROUP = 4
_BASE = len(ALPHABET)
_AT = {letter: place for place, letter in enumerate(ALPHABET)}


def check_letter(body: str) -> str:
    """The letter that makes the sum of all letters, each times its place, a multiple of 23."""
    total = sum(place * _AT[letter] for place, letter in enumerate(body, start=1))
    # The last place is LENGTH, so its letter is what is missing divided by LENGTH.
    return ALPHABET[(-total * pow(LENGTH, -1, _BASE)) % _BASE]


def normal(text: str) -> str | None:
    """A code as it is kept, of what somebody typed, with or without groups; None: it cannot be one.

    Source: COMPLIANCE §7 (voucher codes).
    """
    code = text.upper().replace(" ", "").replace("-", "")
    if len(code) != LENGTH or any(letter not in _AT for letter in code):
        return None
    return code if check_letter(code[:-1]) == code[-1] else None


def grouped(code: str) -> str:
    """A code as it is shown: ACDE-FGHJ-KMNP-RTVW."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def voucher_ids(redemption: EntryId, count: int) -> list[Id]:
    """The ids of the vouchers that a redemption gives."""
    return [hashed_id("voucher", str(redemption), str(place)) for place in range(count)]


def code_of(vault: Vault, voucher: Id) -> str:
    """The code of a voucher: derived by the vault's key, so it is never stored and can be shown again."""
    rest = int.from_bytes(vault.blind(f"voucher code\x1f{voucher}"))
    letters = []
    for _ in range(LENGTH - 1):
        rest, letter = divmod(rest, _BASE)
        letters.append(ALPHABET[letter])
    body = "".join(letters)
    return body + check_letter(body)


def code_hash(vault: Vault, program: ProgramId, code: str) -> bytes:
    """What a code is found by: 32 bytes, keyed by the vault, of a code as `normal` gives it."""
    return vault.blind(f"voucher\x1f{program}\x1f{code}")


def code_hashes(vault: Vault, program: ProgramId, redemption: EntryId, count: int) -> tuple[bytes, ...]:
    """The hashes of the codes of all vouchers that a redemption gives, for `issue`."""
    return tuple(
        code_hash(vault, program, code_of(vault, voucher)) for voucher in voucher_ids(redemption, count)
    )

"""Codes: what is typed wrong is found before anything is looked up, and nothing stored tells a code."""

from hypothesis import given
from hypothesis import strategies as st

from jifen.mall.voucher_codes import (
    ALPHABET,
    LENGTH,
    check_letter,
    code_hash,
    code_hashes,
    code_of,
    grouped,
    normal,
    voucher_ids,
)
from jifen.parties.secrets import Vault
from jifen.values.ids import EntryId, ProgramId, hashed_id

VAULT = Vault(b"\x01" * 32)
PROGRAM = ProgramId(hashed_id("program", "a"))
REDEMPTION = EntryId(hashed_id("entry", "r"))

bodies = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
codes = bodies.map(lambda body: body + check_letter(body))


def test_no_letter_looks_like_another() -> None:
    """Of each family of look-alikes at most one is used; and their number is a prime, 23."""
    for family in ("0OQ", "1IL", "2Z", "5S", "8B", "UV"):
        assert len(set(family) & set(ALPHABET)) <= 1
    assert len(set(ALPHABET)) == len(ALPHABET) == 23


@given(codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_a_wrong_letter_is_found(code: str, place: int, letter: str) -> None:
    """Wherever it is, the check letter's own place included."""
    typed = code[:place] + letter + code[place + 1 :]
    assert normal(typed) == (code if typed == code else None)


@given(codes, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_two_letters_that_changed_places_are_found(code: str, one: int, other: int) -> None:
    """Neighbours, as fingers slip, and any two besides."""
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    typed = "".join(letters)
    assert normal(typed) == (code if typed == code else None)


@given(codes)
def test_a_code_is_read_as_people_write_it(code: str) -> None:
    """In groups of four, in small letters, with spaces."""
    shown = grouped(code)
    assert len(shown.split("-")) == 4
    for typed in (code, shown, shown.lower(), shown.replace("-", " "), f" {code} "):
        assert normal(typed) == code


@given(st.text(max_size=40))
def test_other_texts_are_no_codes(text: str) -> None:
    """Whatever is typed is either a code or nothing; no text breaks it."""
    found = normal(text)
    assert found is None or (len(found) == LENGTH and set(found) <= set(ALPHABET))


def test_a_code_is_derived_again_and_by_this_vault_alone() -> None:
    """Shown twice it is the same; with another secret, or for another voucher, it is another."""
    first, second = voucher_ids(REDEMPTION, 2)
    code = code_of(VAULT, first)
    assert normal(code) == code == code_of(VAULT, first)
    assert len({code, code_of(VAULT, second), code_of(Vault(b"\x02" * 32), first)}) == 3


def test_what_is_stored_is_keyed() -> None:
    """A hash that somebody steals cannot be tried out without the secret, nor in another programme."""
    hashes = code_hashes(VAULT, PROGRAM, REDEMPTION, 2)
    assert len(set(hashes)) == 2
    assert all(len(one) == 32 for one in hashes)
    code = code_of(VAULT, voucher_ids(REDEMPTION, 1)[0])
    assert hashes[0] == code_hash(VAULT, PROGRAM, code)
    assert hashes[0] != code_hash(VAULT, ProgramId(hashed_id("program", "b")), code)
    assert hashes[0] != code_hash(Vault(b"\x02" * 32), PROGRAM, code)


def test_letters_are_used_alike() -> None:
    """Of 2 000 codes each letter is at each place about as often; a code tells nothing of the next."""
    made = [code_of(VAULT, one) for one in voucher_ids(REDEMPTION, 2_000)]
    assert len(set(made)) == 2_000
    for place in range(LENGTH):
        counts = [sum(code[place] == letter for code in made) for letter in ALPHABET]
        assert min(counts) > 40, (place, counts)
        assert max(counts) < 150, (place, counts)

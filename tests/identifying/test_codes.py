"""The changing code and the card's number: their form, what they hide, and what a guess is worth."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from jifen.parties import codes
from jifen.parties.secrets import Vault
from jifen.values.ids import ProgramId

VAULT = Vault(b"k" * 32)
PROGRAM = ProgramId(UUID(int=7))
NOW = datetime(2026, 12, 1, 2, 0, 10, tzinfo=UTC)
NUMBERS = st.integers(0, 10**codes.NUMBER_DIGITS - 1).map(lambda n: str(n).zfill(codes.NUMBER_DIGITS))


@given(NUMBERS)
def test_a_code_is_read_as_what_it_was_made_of(number: str) -> None:
    """In its own step and one step around; later it is told to be late, much later it is nothing."""
    step = codes.step_of(NOW)
    code = codes.changing_code(VAULT, PROGRAM, number, step)
    assert codes.looks_like_code(code)
    for away, late in ((0, False), (1, False), (-1, False), (2, True), (20, True)):
        at = NOW + timedelta(seconds=away * codes.STEP_S)
        assert codes.read_code(VAULT, PROGRAM, code, at) == codes.Read(number, step, late)
    assert codes.read_code(VAULT, PROGRAM, code, NOW + timedelta(seconds=21 * codes.STEP_S)) is None


@given(NUMBERS)
def test_codes_of_a_member_have_nothing_in_common(number: str) -> None:
    """Neither the number nor any digit place stays from step to step, and another programme reads nothing."""
    made = [codes.changing_code(VAULT, PROGRAM, number, step) for step in range(40)]
    assert len(set(made)) == 40
    assert not any(number in code for code in made)
    for place in range(len(codes.CODE_PREFIX), codes.CODE_DIGITS):
        assert len({code[place] for code in made}) > 2
    other = ProgramId(UUID(int=8))
    now = datetime.fromtimestamp(5 * codes.STEP_S, UTC)
    assert codes.read_code(VAULT, other, made[5], now) is None
    assert codes.read_code(Vault(b"j" * 32), PROGRAM, made[5], now) is None


def test_a_digit_misread_is_no_code() -> None:
    """Any one digit changed: the keyed check does not hold."""
    step = codes.step_of(NOW)
    code = codes.changing_code(VAULT, PROGRAM, "0123456789", step)
    for place in range(len(codes.CODE_PREFIX), codes.CODE_DIGITS):
        for digit in "0123456789":
            if digit != code[place]:
                wrong = code[:place] + digit + code[place + 1 :]
                assert codes.read_code(VAULT, PROGRAM, wrong, NOW) is None


def test_prefixes_are_our_own() -> None:
    """10 to 15 and 25 to 30 belong to payment codes (COMPLIANCE §7)."""
    taken = {str(prefix) for prefix in (*range(10, 16), *range(25, 31))}
    assert codes.CODE_PREFIX not in taken
    assert codes.CARD_PREFIX not in taken
    assert not codes.looks_like_code("13" + "0" * 18)


def test_a_cards_check_digit_is_that_of_ean_13() -> None:
    """Published vectors; and no single digit misread, nor most neighbours swapped, pass."""
    for ean in ("4006381333931", "6901234567892", "9780306406157"):
        assert codes.check_digit(ean[:-1]) == ean[-1]
    card = codes.card_text("0123456789")
    assert len(card) == 13
    assert codes.card_number(card) == "0123456789"
    for place in range(13):
        for digit in "0123456789":
            if digit != card[place]:
                assert codes.card_number(card[:place] + digit + card[place + 1 :]) is None
    for nonsense in ("", "22", card + "0", card[:-1] + "x", "٢" * 13):
        assert codes.card_number(nonsense) is None

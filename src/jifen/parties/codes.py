"""Numbers that are read at a till: the changing code of an app, and the number of a printed card."""

import hmac
from datetime import UTC, datetime, timedelta

import msgspec

from jifen.parties.secrets import Vault
from jifen.values.ids import ProgramId

STEP_S = 30
"""A changing code is another one after so many seconds."""

STEPS_AROUND = 1
"""So many steps before and after that of now are taken too, for clocks that differ (RFC 6238, 5.2)."""

STEPS_TOLD = 20
"""A code of so many steps around is told to be over, instead of to be unknown."""

CODE_PREFIX = "77"
CARD_PREFIX = "22"
"""How our numbers begin: not as payment codes do, which have 10 to 15 and 25 to 30 (COMPLIANCE §7)."""

NUMBER_DIGITS = 10
CHECK_DIGITS = 8
CODE_DIGITS = len(CODE_PREFIX) + NUMBER_DIGITS + CHECK_DIGITS
CARD_DIGITS = len(CARD_PREFIX) + NUMBER_DIGITS + 1

HALF = 10 ** (NUMBER_DIGITS // 2)
ROUNDS = 10
"""Rounds of the Feistel network over two halves of five digits."""


class Read(msgspec.Struct, frozen=True):
    """What a changing code says: the hidden number, and of which step it is. late: its time is over."""

    number: str
    step: int
    late: bool


def step_of(at: datetime) -> int:
    """The step that an instant lies in."""
    return int(at.timestamp()) // STEP_S


def step_end(step: int) -> datetime:
    """When the code of a step gives way to the next."""
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(seconds=(step + 1) * STEP_S)


def changing_code(vault: Vault, program: ProgramId, number: str, step: int) -> str:
    """The code of a step: prefix, the number enciphered under the step, and a keyed check of both.

    Two codes of one member have nothing in common that could be seen without the secret. A guess is right
    with 3 in 10^8 at most: the check has eight digits, and three steps are tried.
    """
    return CODE_PREFIX + _encipher(vault, program, number, step) + _check(vault, program, number, step)


def read_code(vault: Vault, program: ProgramId, code: str, now: datetime) -> Read | None:
    """What a changing code says at an instant; None: it is none of ours, or of another day."""
    body = code[len(CODE_PREFIX) :]
    hidden, check = body[:NUMBER_DIGITS], body[NUMBER_DIGITS:]
    here = step_of(now)
    for away in range(STEPS_TOLD + 1):
        for step in dict.fromkeys((here - away, here + away)):
            number = _decipher(vault, program, hidden, step)
            if hmac.compare_digest(check, _check(vault, program, number, step)):
                return Read(number, step, away > STEPS_AROUND)
    return None


def looks_like_code(code: str) -> bool:
    """Whether a text has the form of a changing code: such digits only, and our prefix."""
    return len(code) == CODE_DIGITS and _digits(code) and code.startswith(CODE_PREFIX)


def card_text(number: str) -> str:
    """The thirteen digits of a printed card: prefix, number, check digit as in EAN-13."""
    body = CARD_PREFIX + number
    return body + check_digit(body)


def card_number(card: str) -> str | None:
    """The number in the thirteen digits of a card; None: they are no card of ours, or were misread."""
    if len(card) != CARD_DIGITS or not _digits(card) or not card.startswith(CARD_PREFIX):
        return None
    if check_digit(card[:-1]) != card[-1]:
        return None
    return card[len(CARD_PREFIX) : -1]


def check_digit(digits: str) -> str:
    """The last digit of an EAN-13 (GS1 General Specifications, 7.9): weights 1 and 3 in turn."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def some_digits(vault: Vault, text: str, count: int) -> str:
    """Digits that only the secret can tell from a text; as even as 256 bits divide."""
    return str(int.from_bytes(vault.blind(text)) % 10**count).zfill(count)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _check(vault: Vault, program: ProgramId, number: str, step: int) -> str:
    return some_digits(vault, f"member code check:{program}:{step}:{number}", CHECK_DIGITS)


def _encipher(vault: Vault, program: ProgramId, number: str, step: int) -> str:
    left, right = divmod(int(number), HALF)
    for turn in range(ROUNDS):
        left, right = right, (left + _round(vault, program, step, turn, right)) % HALF
    return str(left * HALF + right).zfill(NUMBER_DIGITS)


def _decipher(vault: Vault, program: ProgramId, hidden: str, step: int) -> str:
    left, right = divmod(int(hidden), HALF)
    for turn in reversed(range(ROUNDS)):
        left, right = (right - _round(vault, program, step, turn, left)) % HALF, left
    return str(left * HALF + right).zfill(NUMBER_DIGITS)


def _round(vault: Vault, program: ProgramId, step: int, turn: int, half: int) -> int:
    return int.from_bytes(vault.blind(f"member code round:{program}:{step}:{turn}:{half}"))

"""Figures: points, money and times as they are printed, alike in every language."""

from datetime import date, datetime, timedelta
from fractions import Fraction

from jifen.values.periods import zone

MINUS = "\N{MINUS SIGN}"
AN_INSTANT = timedelta(microseconds=1)
"""What lies between the end of a time and the last moment in it."""

GROUP = 4
"""Hashes and numbers are read in groups of so many."""


def whole(number: int) -> str:
    """Full digits with commas, and a true minus."""
    return f"{MINUS if number < 0 else ''}{abs(number):,}"


def signed(number: int) -> str:
    """A change: `+390`, `−1,500`, or 0."""
    return f"+{number:,}" if number > 0 else whole(number)


def yuan(fen: int) -> str:
    """Money with two decimals: `¥1,280.00`."""
    return f"{MINUS if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def iso(day: date) -> str:
    """A day in a table."""
    return day.isoformat()


def clock(at: datetime, zone_name: str) -> str:
    """The time of day in the programme's zone, of 24 hours."""
    return at.astimezone(zone(zone_name)).strftime("%H:%M")


def percent(share: Fraction) -> str:
    """A share as a percentage with no more digits than it has: `10%`, `12.5%`."""
    return f"{decimal(share * 100)[0]}%"


def decimal(value: Fraction) -> tuple[str, bool]:
    """A number with up to four decimals, and whether that is all of it; it is cut, never rounded up."""
    scaled = abs(value) * 10_000
    cut = scaled.numerator // scaled.denominator
    digits = f"{cut % 10_000:04d}".rstrip("0")
    sign = MINUS if value < 0 else ""
    return f"{sign}{cut // 10_000:,}{'.' if digits else ''}{digits}", scaled.denominator == 1


def masked(phone: str) -> str:
    """A phone of which only enough is shown to be recognised."""
    return f"{phone[:3]}****{phone[-4:]}"


def numbered(no: int) -> str:
    """The number of an entry, as on a passbook."""
    return f"{no:04d}"


def short_hash(digest: bytes) -> str:
    """The first eight digits of a hash, in two groups."""
    text = digest.hex()
    return f"{text[:GROUP]} {text[GROUP : 2 * GROUP]}"

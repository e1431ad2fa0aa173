"""What is known of a member changes: birthdays, children and pets, segments, credit tokens."""

from datetime import datetime
from typing import Final

import msgspec

from jifen.books.legs import Kind
from jifen.books.refusals import Code, Refusal
from jifen.engine.command import Command, Draft, Plan
from jifen.engine.view import View
from jifen.parties.programs import Program
from jifen.rules.person import Anniversary, Person, Token, person_text, read_person

RELATIVES_MOST = 20
"""So many children and pets of one member are kept."""

OWN: Final = "self"
"""The ref of a member's own birthday."""


class SetBirthday(msgspec.Struct, frozen=True, tag="birthday"):
    """The member's own birthday; None: it is forgotten."""

    birthday: Anniversary | None


class SetRelative(msgspec.Struct, frozen=True, tag="relative"):
    """A child or a pet, new or corrected. sealed: its name and year of birth, which rules never read.

    consent: the hash of the text to which a guardian consented; a child needs it (PIPL 31).
    """

    birthday: Anniversary
    sealed: bytes
    consent: bytes | None = None


class DropRelative(msgspec.Struct, frozen=True, tag="forget"):
    """A child or a pet is forgotten."""

    ref: str


class SetSegments(msgspec.Struct, frozen=True, tag="segments"):
    """The segments that the member is in."""

    segments: tuple[str, ...]


class TakeToken(msgspec.Struct, frozen=True, tag="token"):
    """A credit token whose signature was checked; it takes the place of the authority's earlier ones."""

    token: Token


class DropToken(msgspec.Struct, frozen=True, tag="withdrawal"):
    """A credit token is withdrawn, by the member or by its authority: it holds no more, at once."""

    authority: str
    id: str


Change = SetBirthday | SetRelative | DropRelative | SetSegments | TakeToken | DropToken


class Know(Command, frozen=True, kw_only=True):
    """One change of what is known. Its content holds a digest: an entry can be hashed for ever, and the
    facts can be forgotten all the same (PIPL 47).
    """

    change: Change

    def decide(self, view: View) -> Plan | Refusal:
        """The wallet's facts as they are from now on, with the rows that go with them."""
        program: Program = view.program(self.program)
        person = read_person(view.wallet(self.wallet).facts)
        changed = self._changed(person, self.recorded_at)
        if isinstance(changed, Refusal):
            return changed
        rules = program.rules_at(self.recorded_at)
        unit = rules.definition.unit if rules else next(iter(program.units), "point")
        draft = Draft(self.wallet, Kind.PROFILE, unit, facts=person_text(changed))
        return Plan((draft,), effects=self._effects(program))

    def _changed(self, person: Person, at: datetime) -> Person | Refusal:
        match self.change:
            case SetBirthday(birthday=own):
                return _with_birthday(person, OWN, own)
            case SetRelative(birthday=birthday):
                if birthday.ref == OWN or (birthday.whose == "child" and self.change.consent is None):
                    raise ValueError("a relative has a ref of its own, and a child a guardian's consent")
                known = {other.ref for other in person.birthdays if other.ref != OWN}
                if birthday.ref not in known and len(known) >= RELATIVES_MOST:
                    said = f"{len(known)} children and pets are known: forget one before another is added"
                    return Refusal(Code.LIMIT_REACHED, said, {"most": RELATIVES_MOST})
                return _with_birthday(person, birthday.ref, birthday)
            case DropRelative(ref=ref):
                if ref == OWN or not any(other.ref == ref for other in person.birthdays):
                    return Refusal(
                        Code.RELATIVE_UNKNOWN, f"there is no child or pet {ref!r}: check the ref", {}
                    )
                return _with_birthday(person, ref, None)
            case SetSegments(segments=segments):
                return msgspec.structs.replace(person, segments=segments)
            case TakeToken(token=token):
                others = [
                    other
                    for other in person.tokens
                    if other.until > at and (other.authority, other.grant) != (token.authority, token.grant)
                ]
                return msgspec.structs.replace(person, tokens=(*others, token))
            case DropToken(authority=authority, id=dropped):
                left = [
                    other for other in person.tokens if (other.authority, other.id) != (authority, dropped)
                ]
                return msgspec.structs.replace(person, tokens=tuple(left))

    def _effects(self, program: Program) -> list[tuple[str, dict[str, object]]]:
        match self.change:
            case SetBirthday(birthday=None):
                return [("birthday", {"program": program.id, "ref": OWN, "month": None})]
            case SetBirthday(birthday=own) if own is not None:
                return [("birthday", _birthday_row(program, own))]
            case SetRelative(birthday=birthday, sealed=sealed, consent=consent):
                row = {
                    "program": program.id,
                    "ref": birthday.ref,
                    "whose": birthday.whose,
                    "sealed": sealed.hex(),
                    "consent": None if consent is None else consent.hex(),
                    "at": self.recorded_at,
                }
                return [("birthday", _birthday_row(program, birthday)), ("relative", row)]
            case DropRelative(ref=ref):
                gone = {"program": program.id, "ref": ref, "month": None}
                return [("birthday", gone), ("relative", {"program": program.id, "ref": ref, "sealed": None})]
            case DropToken(authority=authority, id=dropped):
                row = {
                    "program": program.id,
                    "authority": authority,
                    "token": dropped,
                    "at": self.recorded_at,
                }
                return [("token_withdrawn", row)]
        return []


def _with_birthday(person: Person, ref: str, birthday: Anniversary | None) -> Person:
    others = tuple(other for other in person.birthdays if other.ref != ref)
    return msgspec.structs.replace(person, birthdays=others if birthday is None else (*others, birthday))


def _birthday_row(program: Program, birthday: Anniversary) -> dict[str, object]:
    return {
        "program": program.id,
        "ref": birthday.ref,
        "whose": birthday.whose,
        "month": birthday.month,
        "day": birthday.day,
        "lunar": birthday.lunar,
    }

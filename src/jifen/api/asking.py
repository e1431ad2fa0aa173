"""Who asks, in which programme, and when: what a body is read against, and what it may name."""

from datetime import UTC, datetime
from typing import Protocol

import msgspec

from jifen.api.problems import Problem, invalid, refused
from jifen.books.refusals import Code, Refusal
from jifen.parties.keys import Key, reserved
from jifen.parties.programs import Merchant, Program, Store
from jifen.parties.roles import decides

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
"""Outside of these a time is a mistake: nothing that we keep happened then or will end then."""


class NamesMerchant(Protocol):
    """A body that names a merchant by itself or by its store."""

    @property
    def store(self) -> str | None: ...
    @property
    def merchant(self) -> str | None: ...


class Asking(msgspec.Struct, frozen=True):
    """One caller at one moment. An operator's key may name everything of its programme, a "
    "merchant's its own.
    """

    program: Program
    owner: Key
    now: datetime

    @property
    def operator(self) -> bool:
        """Whether the whole programme is the caller's."""
        return self.owner.merchant is None

    def source(self, named: str | None) -> str:
        """Whose keys these are: the API key's label, or, for an operator, the source that is named."""
        if named is None or named == self.owner.label:
            return self.owner.label
        if not self.operator:
            raise invalid(
                "source",
                named,
                f"is not yours: leave it out, your source is {self.owner.label!r}",
                "out_of_scope",
            )
        if reserved(named):
            raise invalid("source", named, "is the system's own: choose another")
        if not named.isprintable():
            raise invalid("source", named, "holds letters that cannot be printed: leave them out")
        return named

    def store(self, code: str) -> Store:
        """A store that the caller may name."""
        store = self.program.stores.get(code)
        if store is None:
            raise invalid(
                "store", code, "is no store of this programme: check the code, or add it", "store_unknown"
            )
        if self.owner.merchant is not None and store.merchant.id != self.owner.merchant:
            raise invalid(
                "store", code, "is a store of another merchant: name one of your own", "out_of_scope"
            )
        return store

    def merchant(self, body: NamesMerchant) -> Merchant:
        """The merchant that a body names, by itself or by its store; a merchant's key names its "
        "own by default.
        """
        if body.store is not None and body.merchant is not None:
            raise invalid("merchant", body.merchant, "is given beside a store: send one of the two")
        if body.store is not None:
            return self.store(body.store).merchant
        if body.merchant is not None:
            found = self.merchant_called(body.merchant)
            if self.owner.merchant not in (None, found.id):
                raise invalid("merchant", body.merchant, "is another merchant: name your own", "out_of_scope")
            return found
        if self.owner.merchant is not None:
            return self.program.merchants_by_id[self.owner.merchant]
        raise invalid("merchant", None, "is missing: say by `store` or `merchant` whom the points pay")

    def merchant_called(self, code: str, field: str = "merchant") -> Merchant:
        """Any merchant of the programme."""
        found = self.program.merchants.get(code)
        if found is None:
            raise invalid(
                field, code, "is no merchant of this programme: check the code, or add it", "merchant_unknown"
            )
        return found

    def unit(self, named: str | None, at: datetime) -> str:
        """The unit that is named, else that of the rules in force, else the programme's only one."""
        units = self.program.units
        if named is None:
            rules = self.program.rules_at(at)
            if rules is not None:
                return rules.definition.unit
            if len(units) != 1:
                raise invalid(
                    "unit", None, f"is missing: name one of {', '.join(sorted(units)) or 'none yet'}"
                )
            return next(iter(units))
        if named not in units:
            known = ", ".join(sorted(units))
            raise invalid(
                "unit", named, f"is no unit of this programme: use one of {known}", Code.UNIT_UNKNOWN
            )
        return named

    def only_operator(self, what: str) -> None:
        """Refuse a merchant's key."""
        if not self.operator:
            raise Problem(
                "operator_only",
                f"{what} is for the operator, and this key is a merchant's: ask the operator for it",
            )

    def only_second(self, what: str) -> None:
        """Refuse who may not be the second person; in bulk no route says so."""
        if not decides(self.owner.role):
            raise second_wanted(what, self.owner.role)

    def sees(self, merchant: object) -> bool:
        """Whether what happened at a merchant is the caller's to see."""
        return self.owner.merchant is None or merchant == self.owner.merchant


def second_wanted(what: str, role: str) -> Problem:
    """The problem of somebody who may prepare, but not decide."""
    return Problem(
        "role_refused",
        f"{what} is for the second person, and the role of who asks is {role}: ask an approver for it",
        facts={"role": role},
    )


def utc(at: datetime, field: str = "at") -> datetime:
    """A time in UTC, so that one instant has one form in the books; absurd ones are refused."""
    try:
        instant = at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        instant = LATEST
    if not EARLIEST <= instant < LATEST:
        raise invalid(
            field, at.isoformat(), "is outside of the years 2000 to 2100: send the time that is meant"
        )
    return instant


def entry_unknown(what: str) -> Problem:
    """The problem of an earlier fact that is not there, or not the caller's."""
    return refused(
        Refusal(
            Code.ENTRY_UNKNOWN, f"there is no {what} that you may name: send it first, or check its key or id"
        )
    )

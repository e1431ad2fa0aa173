"""Households: opened, joined by invitation, left and closed; what a member lets the others spend."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from jifen.books.refusals import Code, Refusal
from jifen.books.series import FAR
from jifen.books.wallet import Wallet
from jifen.engine.command import Draft, Needs, Plan, entry_id
from jifen.engine.view import View
from jifen.mall.beneficiaries import beneficiary_refusal
from jifen.mall.family import (
    OfHousehold,
    Step,
    members_in,
    moving,
    pool_stays,
    refuse,
    shares_now,
    terms_at,
    told,
    with_members,
)
from jifen.mall.provenance import divided, part_of
from jifen.parties.programs import Program
from jifen.rules.definition import Households
from jifen.rules.person import Belonging, Family, read_person
from jifen.values.ids import Id, WalletId

__all__ = [
    "AnswerInvitation",
    "CloseHousehold",
    "Invite",
    "Leave",
    "LetPool",
    "OpenHousehold",
    "TakeBack",
    "beneficiary_refusal",
    "too_many",
]


class OpenHousehold(OfHousehold, frozen=True, kw_only=True):
    """A household begins, with the members that are named; the first is its head. wallet: its pool."""

    household: Id
    number: str
    members: tuple[WalletId, ...]

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """The pool and all members."""
        return (self.wallet, *self.members)

    def decide(self, view: View) -> Plan | Refusal:
        """Everybody joins, or nobody."""
        program: Program = view.program(self.program)
        pool = read_person(view.wallet(self.wallet).facts)
        terms = terms_at(program, self.recorded_at)
        if pool.family is not None:
            return refuse("opened", f"the household {self.number!r} was opened before: choose another number")
        if (refusal := too_many(len(self.members), terms)) is not None:
            return refusal
        drafts = []
        for wallet in self.members:
            if (
                refusal := _may_join(view.wallet(wallet), str(self.wallet), terms, self.recorded_at)
            ) is not None:
                return refusal
            drafts.append(_joining(self, program, view.wallet(wallet), self.household, self.wallet))
        family = Family(self.number, tuple(str(wallet) for wallet in self.members))
        opened = self.draft(
            program, self.wallet, told("opened"), msgspec.structs.replace(pool, family=family)
        )
        return Plan((opened, *drafts))


class Invite(OfHousehold, frozen=True, kw_only=True):
    """A member of a household asks somebody to join. The invitation's id is that of the entry."""

    invitee: WalletId

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who asks, who is asked."""
        return (self.wallet, self.invitee)

    def decide(self, view: View) -> Plan | Refusal:
        """The invitation, until its end."""
        program: Program = view.program(self.program)
        inviter, invitee = view.wallet(self.wallet), view.wallet(self.invitee)
        person, asked = read_person(inviter.facts), read_person(invitee.facts)
        terms = terms_at(program, self.recorded_at)
        if inviter.household is None or person.family is not None:
            return refuse("no_household", f"wallet {inviter.id} is in no household: open one first")
        if asked.family is not None or asked.closed is not None or inviter.id == invitee.id:
            return refuse("invitee", f"wallet {invitee.id} cannot be asked to join: name another member")
        if invitee.household is not None:
            return refuse(
                "in_household", f"wallet {invitee.id} is in a household already: it has to leave that first"
            )
        this = entry_id(self.program, self.source, self.key)
        row = {
            "cell": invitee.cell,
            "wallet": invitee.id,
            "id": this,
            "program": self.program,
            "household": inviter.household,
            "home": person.household.home,
            "inviter": inviter.id,
            "invited_at": self.recorded_at,
            "ends_at": self.recorded_at + timedelta(days=terms.invitation_days),
            "state": "open",
        }
        invited = self.draft(program, inviter.id, told("invited", invitee.id, str(this)))
        return Plan((invited,), effects=[("invitation", row)])


class AnswerInvitation(OfHousehold, frozen=True, kw_only=True):
    """Who was asked accepts or declines. home: the wallet of the pool, as the invitation names it."""

    invitation: Id
    home: WalletId
    accept: bool

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who was asked, and the pool, which keeps who is a member."""
        return (self.wallet, self.home)

    def needs(self, program: Program) -> Needs:
        """The invitation."""
        return Needs(rows=[("invitation", self.wallet, self.invitation)])

    def decide(self, view: View) -> Plan | Refusal:
        """Join, or do not."""
        program: Program = view.program(self.program)
        row = view.row("invitation", self.invitation)
        if row is None or row["home"] != self.home:
            return refuse("invitation", f"there is no invitation {self.invitation}: check its id")
        if row["state"] != "open" or row["ends_at"] <= self.recorded_at:
            so = row["state"] if row["state"] != "open" else f"open until {row['ends_at'].isoformat()}"
            return refuse("invitation", f"the invitation is {so}: ask for another")
        invitee, pool = view.wallet(self.wallet), view.wallet(self.home)
        effect = ("invitation", _answered(row, self.wallet, self.program, self.accept))
        if not self.accept:
            said = told("declined", row["inviter"], str(self.invitation))
            return Plan((self.draft(program, self.wallet, said),), effects=[effect])
        home = read_person(pool.facts)
        terms = terms_at(program, self.recorded_at)
        if home.family is None or str(row["inviter"]) not in home.family.members:
            return refuse("invitation", "who invited is no member any more: ask another member to invite")
        if (refusal := _may_join(invitee, str(self.home), terms, self.recorded_at)) is not None:
            return refusal
        if (refusal := too_many(len(home.family.members) + 1, terms)) is not None:
            return refusal
        members = (*home.family.members, str(self.wallet))
        joined = self.draft(program, self.home, told("joined", self.wallet), with_members(home, members))
        return Plan((_joining(self, program, invitee, row["household"], self.home), joined), effects=[effect])


class Leave(OfHousehold, frozen=True, kw_only=True):
    """A member leaves, and takes along what is the member's of the pool, lot by lot."""

    home: WalletId

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who leaves, and the pool."""
        return (self.wallet, self.home)

    def needs(self, program: Program) -> Needs:
        """The pool's history, which tells whose points are in it."""
        return Needs(rows=[("pool", self.home, self.home)])

    def decide(self, view: View) -> Plan | Refusal:
        """The last one takes all."""
        program: Program = view.program(self.program)
        wallet, pool = view.wallet(self.wallet), view.wallet(self.home)
        if (refusal := _not_at(wallet, self.home)) is not None:
            return refusal
        if (refusal := pool_stays(pool, self.recorded_at)) is not None:
            return refusal
        person, home = read_person(wallet.facts), read_person(pool.facts)
        members = tuple(one for one in members_in(home) if one != wallet.id)
        shares = shares_now(view, pool)
        parts = part_of(shares, wallet.id) if members else divided(shares, [wallet.id])[wallet.id]
        ins, outs = moving(self, program, pool, wallet.id, parts)
        gone = Belonging(left=self.recorded_at, left_of=str(self.home))
        left = self.draft(
            program,
            wallet.id,
            told("left", pool.id),
            msgspec.structs.replace(person, household=gone),
            household=None,
        )
        without = self.draft(
            program, pool.id, told("left", wallet.id), with_members(home, [str(one) for one in members])
        )
        return Plan((left, without, *outs, *ins))


class TakeBack(OfHousehold, frozen=True, kw_only=True):
    """A member takes own points back out of the pool, those first that lapse soonest, with their dates."""

    home: WalletId
    unit: str
    points: int

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """Who takes, and the pool."""
        return (self.wallet, self.home)

    def needs(self, program: Program) -> Needs:
        """The pool's history, which tells whose points are in it."""
        return Needs(rows=[("pool", self.home, self.home)])

    def decide(self, view: View) -> Plan | Refusal:
        """Never what another put in, and nothing that is past its date (S16)."""
        program: Program = view.program(self.program)
        wallet, pool = view.wallet(self.wallet), view.wallet(self.home)
        if (refusal := _not_at(wallet, self.home)) is not None:
            return refusal
        if (refusal := pool_stays(pool, self.recorded_at)) is not None:
            return refusal
        own = []
        for series, points in part_of(shares_now(view, pool), wallet.id):
            until = pool.expiry(pool.lots[series].series) or FAR
            if pool.lots[series].series.unit == self.unit and until > self.recorded_at:
                own.append((until, series, points))
        there = sum(points for _, _, points in own)
        if there < self.points:
            return Refusal(
                Code.INSUFFICIENT_POINTS,
                f"{there} {self.unit} in the pool are wallet {wallet.id}'s own, {self.points} requested: "
                f"take {there} at most",
                {"available": there, "requested": self.points, "missing": self.points - there},
            )
        parts, missing = [], self.points
        for _, series, points in sorted(own):
            if part := min(points, missing):
                parts.append((series, part))
                missing -= part
        ins, outs = moving(self, program, pool, wallet.id, parts, "taken")
        return Plan((*ins, *outs))


class CloseHousehold(OfHousehold, frozen=True, kw_only=True):
    """The head ends a household: each member gets the own part of the pool, and all are free."""

    home: WalletId
    members: tuple[WalletId, ...]

    @property
    def wallets(self) -> tuple[WalletId, ...]:
        """The head, the pool, the other members."""
        return (self.wallet, self.home, *(one for one in self.members if one != self.wallet))

    def needs(self, program: Program) -> Needs:
        """The pool's history, which tells whose points are in it."""
        return Needs(rows=[("pool", self.home, self.home)])

    def decide(self, view: View) -> Plan | Refusal:
        """Only the head may, and only with all members at hand."""
        program: Program = view.program(self.program)
        wallet, pool = view.wallet(self.wallet), view.wallet(self.home)
        if (refusal := _not_at(wallet, self.home)) is not None:
            return refusal
        home = read_person(pool.facts)
        members = members_in(home)
        if members[0] != wallet.id:
            return refuse(
                "not_head", f"wallet {wallet.id} is not the head of the household: leave it, or ask the head"
            )
        if set(members) != set(self.members):
            return refuse(
                "changed", "somebody came or went in this moment: look at the members and ask again"
            )
        if (refusal := pool_stays(pool, self.recorded_at)) is not None:
            return refusal
        parts = divided(shares_now(view, pool), members)
        drafts = []
        for member in members:
            person = read_person(view.wallet(member).facts)
            # Who did not choose to go may join another at once.
            gone = (
                Belonging(left=self.recorded_at, left_of=str(pool.id)) if member == wallet.id else Belonging()
            )
            changed = msgspec.structs.replace(person, household=gone)
            drafts.append(self.draft(program, member, told("closed", pool.id), changed, household=None))
        drafts.append(self.draft(program, pool.id, told("closed", wallet.id), with_members(home, ())))
        for member in members:
            ins, outs = moving(self, program, pool, member, parts[member])
            drafts += [*outs, *ins]
        return Plan(drafts)


class LetPool(OfHousehold, frozen=True, kw_only=True):
    """A member lets the others spend so many own points of a unit in a month; None: none from now on."""

    unit: str
    points: int | None

    def decide(self, view: View) -> Plan | Refusal:
        """Taking it back is always possible, and holds at once (S16)."""
        program: Program = view.program(self.program)
        wallet = view.wallet(self.wallet)
        person = read_person(wallet.facts)
        kept = tuple(one for one in person.household.pool if one[0] != self.unit)
        if self.points is None:
            if len(kept) == len(person.household.pool):
                return refuse(
                    "no_pool", f"wallet {wallet.id} lets nobody spend its {self.unit}: nothing to end"
                )
        elif not terms_at(program, self.recorded_at).pool:
            return refuse("no_pool", "households of this programme do not pool: move points by a transfer")
        elif not person.household.home:
            return refuse("no_household", f"wallet {wallet.id} is in no household: open or join one first")
        elif person.minor is not None and not person.minor.pool:
            return refuse(
                "guardian",
                f"wallet {wallet.id} is of a member under 14, for whose pooling no guardian's consent is "
                "recorded: let the guardian consent first",
            )
        else:
            kept = (*kept, (self.unit, self.points))
        changed = msgspec.structs.replace(
            person, household=msgspec.structs.replace(person.household, pool=kept)
        )
        step: Step = "unpooled" if self.points is None else "pooled"
        said = told(step, points=self.points or 0)
        return Plan((self.draft(program, wallet.id, said, changed, unit=self.unit),))


def _joining(command: OfHousehold, program: Program, wallet: Wallet, household: Id, home: WalletId) -> Draft:
    person = read_person(wallet.facts)
    joined = msgspec.structs.replace(
        person,
        household=Belonging(
            str(home), command.recorded_at, left=person.household.left, left_of=person.household.left_of
        ),
    )
    return command.draft(program, wallet.id, told("joined", home), joined, household=household)


def _may_join(wallet: Wallet, home: str, terms: Households, now: datetime) -> Refusal | None:
    """Why a wallet may not join a household. Who left one waits before another, not before the same."""
    person = read_person(wallet.facts)
    if person.family is not None or person.closed is not None:
        return refuse("invitee", f"wallet {wallet.id} is a pool or closed: name another member")
    if wallet.household is not None:
        return refuse("in_household", f"wallet {wallet.id} is in a household already: leave that first")
    last = person.household
    if last.left is not None and last.left_of != home:
        free = last.left + timedelta(days=terms.rejoin_days)
        if now < free:
            return refuse(
                "rejoin",
                f"wallet {wallet.id} left a household on {last.left.date().isoformat()} and may join another "
                f"from {free.isoformat()} on: wait until then",
            )
    return None


def too_many(count: int, terms: Households) -> Refusal | None:
    """Why a household cannot have so many members; None: it can."""
    if count <= terms.members_most:
        return None
    return refuse(
        "members", f"the household would have {count} members, {terms.members_most} are allowed: name fewer"
    )


def _not_at(wallet: Wallet, home: WalletId) -> Refusal | None:
    place = read_person(wallet.facts).household.home
    if place == str(home):
        return None
    if place:
        return refuse(
            "changed", f"wallet {wallet.id} has changed its household meanwhile: look and ask again"
        )
    return refuse("no_household", f"wallet {wallet.id} is in no household: there is nothing to leave")


def _answered(row: Any, wallet: WalletId, program: Id, accept: bool) -> dict[str, Any]:
    return {
        "wallet": wallet,
        "id": row["asked"],
        "program": program,
        "household": row["household"],
        "home": row["home"],
        "inviter": row["inviter"],
        "invited_at": row["invited_at"],
        "ends_at": row["ends_at"],
        "state": "accepted" if accept else "declined",
    }

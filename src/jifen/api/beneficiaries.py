"""Beneficiaries: for whom a member may redeem, after a waiting period."""

from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from jifen.api.calls import Call
from jifen.api.households import Answering, Body, writing
from jifen.api.people import Ref
from jifen.api.problems import invalid
from jifen.api.reads import shown, wallet_in_path
from jifen.api.routing import Reply, Route
from jifen.books.refusals import Code
from jifen.engine.command import Command
from jifen.mall.beneficiaries import NameBeneficiary
from jifen.rules.definition import Households
from jifen.store.queries import q
from jifen.values.ids import WalletId, cell_of


class Naming(Body, frozen=True, kw_only=True):
    """Who may be had something for. The name is kept sealed; another name waits anew."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class BeneficiaryView(msgspec.Struct, frozen=True):
    """A beneficiary: named on which day, and usable from which day on."""

    ref: str
    name: str
    named: date
    usable_from: date


class BeneficiariesView(msgspec.Struct, frozen=True):
    """A member's beneficiaries, and how many there may be."""

    beneficiaries: tuple[BeneficiaryView, ...]
    most: int


def _ref_in(call: Call) -> str:
    ref = call.args["ref"]
    try:
        return msgspec.convert(ref, Ref)
    except msgspec.ValidationError:
        said = "is no word for a beneficiary: use 1 to 32 of a-z, 0-9, _ and -"
        raise invalid("ref", ref, said) from None


async def _name(call: Call, body: Naming, wallet: WalletId, common: dict[str, Any]) -> Command:
    ref, name = _ref_in(call), body.name.strip()
    if not name:
        raise invalid("name", body.name, "says nothing: send the person's name")
    vault = call.house.vault
    return NameBeneficiary(
        **common, ref=ref, sealed=vault.seal(name), blind=vault.blind(f"beneficiary:{wallet}:{name}")
    )


async def _forget(call: Call, body: Answering, wallet: WalletId, common: dict[str, Any]) -> Command:
    return NameBeneficiary(**common, ref=_ref_in(call), sealed=None)


async def beneficiaries(call: Call) -> Reply:
    """A member's beneficiaries."""
    call.query()
    wallet = await wallet_in_path(call)
    rules = call.asking.program.rules_at(call.asking.now)
    terms = rules.definition.households if rules else Households()
    rows = await call.house.pool.fetch(q("beneficiaries_of"), cell_of(wallet), wallet)
    waiting = timedelta(days=terms.beneficiary_days)
    found = tuple(
        BeneficiaryView(
            row["ref"], call.house.vault.open(row["sealed"]), row["named"], row["named"] + waiting
        )
        for row in rows
    )
    return shown(BeneficiariesView(found, terms.beneficiaries_most))


ROUTES = (
    Route(
        method="GET",
        path="/v1/members/{number}/beneficiaries",
        name="list_beneficiaries",
        summary="For whom a member may redeem, from which day on",
        handle=beneficiaries,
        who="operator",
        answer=BeneficiariesView,
        codes=("member_unknown",),
    ),
    writing(
        "PUT",
        "beneficiaries/{ref}",
        "name_beneficiary",
        "Name somebody for whom a member may redeem after the waiting period",
        Naming,
        "name",
        _name,
        Code.BENEFICIARY_REFUSED,
    ),
    writing(
        "DELETE",
        "beneficiaries/{ref}",
        "forget_beneficiary",
        "Take a beneficiary off",
        Answering,
        "unname",
        _forget,
        Code.BENEFICIARY_REFUSED,
    ),
)

"""What stands already and cannot be changed by a later version: contracts, zones, what others rely on."""

from collections.abc import Iterator
from datetime import UTC, datetime

from jifen.parties.programs import Merchant, Program
from jifen.programs.definition import ContractPlan, MerchantPlan, Programme
from jifen.programs.findings import Finding


def conflicts(
    programme: Programme, program: Program | None, base: Programme | None, at: datetime
) -> Iterator[Finding]:
    """What of a programme contradicts what there is. base: the version in force just before."""
    if program is None:
        return
    if programme.zone != program.zone:
        yield Finding(
            code="cannot_change",
            path="zone",
            what=f"the zone is {program.zone}, and all dates of points are days there",
            remedy=f"write {program.zone}; for another zone begin another programme",
        )
    yield from _gone("units", {unit.code for unit in programme.units}, set(program.units))
    yield from _gone("merchants", {one.code for one in programme.merchants}, set(program.merchants))
    stores = {store.code for merchant in programme.merchants for store in merchant.stores}
    yield from _gone("stores", stores, set(program.stores))
    for index, merchant in enumerate(programme.merchants):
        yield from _of_merchant(merchant, f"merchants[{index}]", program, at)
    if base is not None:
        yield from _budgets(programme, base)


def _gone(what: str, named: set[str], known: set[str]) -> Iterator[Finding]:
    for code in sorted(known - named):
        remedies = {
            "units": "members hold its points: keep it, and let no rule give it any more",
            "merchants": "keep it, and set `leaves_on` to the last day of its contract",
            "stores": "bills name it: keep it",
        }
        yield Finding(
            code="cannot_remove",
            path="merchants" if what == "stores" else what,
            what=f"{what[:-1]} {code!r} is missing, and what happened with it stays in the books",
            remedy=remedies[what],
        )


def _of_merchant(merchant: MerchantPlan, path: str, program: Program, at: datetime) -> Iterator[Finding]:
    for index, store in enumerate(merchant.stores):
        known = program.stores.get(store.code)
        if known is not None and known.merchant.code != merchant.code:
            yield Finding(
                code="cannot_change",
                path=f"{path}.stores[{index}]",
                what=f"the store {store.code!r} belongs to merchant {known.merchant.code!r}",
                remedy="keep it there, and give this store a code of its own",
            )
    before = program.merchants.get(merchant.code)
    if before is None:
        return
    if before.charity != merchant.charity:
        yield Finding(
            code="cannot_change",
            path=f"{path}.charity",
            what=f"{merchant.code!r} {'is' if before.charity else 'is no'} charity already",
            remedy="add another merchant",
        )
    written, known_contracts = merchant.contracts, contracts_of(before)
    for index, contract in enumerate(known_contracts):
        if index >= len(written) or written[index] != contract:
            yield Finding(
                code="cannot_change",
                path=f"{path}.contracts[{index}]" if index < len(written) else f"{path}.contracts",
                what=f"contract {index + 1} of {merchant.code!r}, of {contract.valid_from.isoformat()}, is "
                "not as it was agreed",
                remedy="leave it as it was, and add the next contract after it",
            )
            return
    for index, contract in enumerate(written[len(known_contracts) :], len(known_contracts)):
        if known_contracts and contract.valid_from < at:
            yield Finding(
                code="retroactive",
                path=f"{path}.contracts[{index}].valid_from",
                what=f"{contract.valid_from.isoformat()} is past",
                remedy=f"choose {at.isoformat()} or later",
            )


def contracts_of(merchant: Merchant) -> tuple[ContractPlan, ...]:
    """A merchant's contracts as they are written."""
    return tuple(
        ContractPlan(
            valid_from=contract.valid_from.astimezone(UTC),
            issue_fen_per_100=contract.issue_fen_per_100,
            reimburse_fen_per_100=contract.reimburse_fen_per_100,
            fee_permille=contract.fee_permille,
            payment_days=contract.payment_days,
        )
        for contract in merchant.contracts
    )


def _budgets(programme: Programme, base: Programme) -> Iterator[Finding]:
    before = {budget.code: budget.points for budget in base.rules.budgets}
    for index, budget in enumerate(programme.rules.budgets):
        if budget.points < before.get(budget.code, 0):
            yield Finding(
                code="cannot_change",
                path=f"rules.budgets[{index}].points",
                what=f"the budget {budget.code!r} has {before[budget.code]} points, which were promised",
                remedy="keep it or raise it; to give less, end the campaign or its rules",
            )

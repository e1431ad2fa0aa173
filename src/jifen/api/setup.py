"""Setting a programme up: units, merchants, contracts, stores, stocks, API keys and the test clock."""

import msgspec

from jifen.api.asking import Asking, utc
from jifen.api.calls import Call
from jifen.api.house import now_in
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.publishing import not_retroactive
from jifen.api.routing import Duty, Handle, Reply, Route, operators
from jifen.api.setup_bodies import (
    Clock,
    ContractView,
    MadeKey,
    MerchantView,
    MoreStock,
    NewContract,
    NewKey,
    NewMerchant,
    NewStore,
    NewUnit,
    ProgramView,
    RevokedKey,
    StockView,
    StoreView,
    UnitView,
)
from jifen.books.refusals import Code, Refusal
from jifen.engine.loading import load_stocks
from jifen.parties.catalog import Conflict, stock_id
from jifen.parties.programs import Contract, Merchant, Program, Unit

_encode = msgspec.json.Encoder().encode
_unit = msgspec.json.Decoder(NewUnit)
_merchant = msgspec.json.Decoder(NewMerchant)
_contract = msgspec.json.Decoder(NewContract)
_store = msgspec.json.Decoder(NewStore)
_stock = msgspec.json.Decoder(MoreStock)
_key = msgspec.json.Decoder(NewKey)
_clock = msgspec.json.Decoder(Clock)


async def program(call: Call) -> Reply:
    """The programme, as far as the caller sees it."""
    call.query()
    return Reply(200, _encode(program_view(call.asking)))


def program_view(asking: Asking) -> ProgramView:
    """A programme as a caller sees it."""
    whole = asking.program
    rules = whole.rules_at(asking.now)
    return ProgramView(
        code=whole.code,
        name=whole.name,
        zone=whole.zone,
        now=asking.now,
        test_clock=whole.test_clock,
        revision=whole.revision,
        rules_version=rules.version if rules else None,
        units=tuple(UnitView(*msgspec.structs.astuple(unit)) for unit in whole.units.values()),
        merchants=tuple(_merchant_view(one) for one in whole.merchants.values() if asking.sees(one.id)),
        stores=tuple(
            StoreView(one.code, one.name, one.merchant.code)
            for one in whole.stores.values()
            if asking.sees(one.merchant.id)
        ),
    )


def _merchant_view(merchant: Merchant) -> MerchantView:
    contracts = tuple(ContractView(*msgspec.structs.astuple(contract)) for contract in merchant.contracts)
    return MerchantView(merchant.code, merchant.name, merchant.charity, contracts)


async def add_unit(call: Call) -> Reply:
    """Add a unit."""
    call.query()
    body = read(_unit, await call.json())
    made = Unit(body.code, body.name, body.offset_points, body.offset_fen)
    await call.house.catalog.add_unit(call.asking.program.id, made)
    return Reply(201, _encode(UnitView(*msgspec.structs.astuple(made))))


async def add_merchant(call: Call) -> Reply:
    """Add a merchant, with its first contract where one is given."""
    call.query()
    body = read(_merchant, await call.json())
    first = None if body.contract is None else contract_of(call.asking, body.contract, (), "contract.")
    catalog, asking = call.house.catalog, call.asking
    made = await catalog.add_merchant(
        asking.program.id, body.code, body.name, asking.now, charity=body.charity
    )
    if first is not None:
        made = await catalog.add_contract(asking.program.id, made.merchants[body.code].id, first)
    return Reply(201, _encode(_merchant_view(made.merchants[body.code])))


async def add_contract(call: Call) -> Reply:
    """Put the next contract with a merchant in force."""
    call.query()
    body = read(_contract, await call.json())
    asking = call.asking
    merchant = asking.merchant_called(call.args["code"], "code")
    contract = contract_of(asking, body, merchant.contracts)
    made = await call.house.catalog.add_contract(asking.program.id, merchant.id, contract)
    return Reply(201, _encode(_merchant_view(made.merchants[merchant.code])))


def contract_of(asking: Asking, body: NewContract, before: tuple[Contract, ...], path: str = "") -> Contract:
    """The contract that is asked for, as the next version."""
    if body.reimburse_fen_per_100 > body.issue_fen_per_100:
        said = f"is above the issue price: choose at most {body.issue_fen_per_100}"
        raise invalid(f"{path}reimburse_fen_per_100", body.reimburse_fen_per_100, said)
    valid_from = utc(body.valid_from, f"{path}valid_from")
    not_retroactive(asking, f"{path}valid_from", valid_from, [contract.valid_from for contract in before])
    return Contract(
        max((contract.version for contract in before), default=0) + 1,
        valid_from,
        body.issue_fen_per_100,
        body.reimburse_fen_per_100,
        body.fee_permille,
        body.payment_days,
    )


async def add_store(call: Call) -> Reply:
    """Add a store of a merchant."""
    call.query()
    body = read(_store, await call.json())
    asking = call.asking
    merchant = asking.merchant_called(body.merchant)
    await call.house.catalog.add_store(asking.program.id, merchant.id, body.code, body.name)
    return Reply(201, _encode(StoreView(body.code, body.name, merchant.code)))


async def add_stock(call: Call) -> Reply:
    """Add to what is there of a scarce thing; under one key once, without a key each time again."""
    call.query()
    body = read(_stock, await call.json())
    asking = call.asking
    once = None
    if b"idempotency-key" in call.headers:
        once = (asking.owner.label, call.key(None), asking.now)
    try:
        await call.house.catalog.add_stock(asking.program.id, body.code, body.count, once)
    except Conflict as conflict:
        raise Problem(Code.KEY_REUSED, str(conflict)) from None
    return Reply(201, _encode(await _stock_view(call, body.code)))


async def stock(call: Call) -> Reply:
    """What is left of a scarce thing."""
    call.query()
    return Reply(200, _encode(await _stock_view(call, call.args["code"])))


async def _stock_view(call: Call, code: str) -> StockView:
    of = stock_id(call.asking.program.id, code)
    async with call.house.pool.acquire() as conn:
        left = (await load_stocks(conn, [of])).get(of)
    if left is None:
        raise refused(
            Refusal(Code.STOCK_UNKNOWN, f"there is no stock {code!r}: check its code, or add it", {})
        )
    return StockView(code, left)


async def make_key(call: Call) -> Reply:
    """Make an API key; its secret is answered this once."""
    call.query()
    body = read(_key, await call.json())
    asking = call.asking
    merchant = None if body.merchant is None else asking.merchant_called(body.merchant).id
    if body.role not in ("", "auditor") and merchant is not None:
        said = f"is the operator's, and the key is {body.merchant}'s: leave it out, or send auditor"
        raise invalid("role", body.role, said)
    secret = await call.house.keys.make(asking.program.id, merchant, body.label, asking.now, body.role)
    return Reply(201, _encode(MadeKey(body.label, body.merchant, secret, body.role)))


async def revoke_key(call: Call) -> Reply:
    """Revoke an API key by its label."""
    call.query()
    asking, label = call.asking, call.args["label"]
    known = label.isprintable()
    if not known or not await call.house.keys.revoke(asking.program.id, label, asking.now):
        raise invalid("label", label, "names no key that is in use: check the label", "api_key_unknown")
    return Reply(200, _encode(RevokedKey(label, asking.now)))


async def set_clock(call: Call) -> Reply:
    """Set the test clock, or let the system's time hold again."""
    call.query()
    body = read(_clock, await call.json())
    at = None if body.at is None else utc(body.at)
    made: Program = await call.house.catalog.set_clock(call.asking.program.id, at)
    return Reply(200, _encode(program_view(Asking(made, call.asking.owner, now_in(made)))))


def _post(
    name: str,
    path: str,
    summary: str,
    handle: Handle,
    body: type,
    answer: type,
    *codes: str,
    duty: Duty = "",
    key: bool = False,
) -> Route:
    return operators("POST", path, name, summary, handle, answer, codes, body, (201,), duty=duty, key=key)


ROUTES = (
    Route(
        method="GET",
        path="/v1/program",
        name="get_program",
        summary="The programme, as far as the caller sees it",
        handle=program,
        answer=ProgramView,
    ),
    _post("add_unit", "/v1/units", "Add a kind of points", add_unit, NewUnit, UnitView, "already_exists"),
    _post(
        "add_merchant",
        "/v1/merchants",
        "Add a merchant, with its first contract",
        add_merchant,
        NewMerchant,
        MerchantView,
        "already_exists",
    ),
    _post(
        "add_contract",
        "/v1/merchants/{code}/contracts",
        "Put the next contract with a merchant in force",
        add_contract,
        NewContract,
        MerchantView,
        "already_exists",
        "merchant_unknown",
        "retroactive",
    ),
    _post(
        "add_store",
        "/v1/stores",
        "Add a store of a merchant",
        add_store,
        NewStore,
        StoreView,
        "already_exists",
        "merchant_unknown",
    ),
    _post(
        "add_stock",
        "/v1/stocks",
        "Add to what is there of a scarce thing; a repeat adds again, but under the same key",
        add_stock,
        MoreStock,
        StockView,
        Code.KEY_REUSED,
        key=True,
    ),
    Route(
        method="GET",
        path="/v1/stocks/{code}",
        name="get_stock",
        summary="What is left of a scarce thing",
        handle=stock,
        answer=StockView,
        codes=(Code.STOCK_UNKNOWN,),
    ),
    _post(
        "make_key",
        "/v1/keys",
        "Make an API key",
        make_key,
        NewKey,
        MadeKey,
        "already_exists",
        "merchant_unknown",
        duty="approve",
    ),
    Route(
        method="DELETE",
        path="/v1/keys/{label}",
        name="revoke_key",
        summary="Revoke an API key",
        handle=revoke_key,
        who="operator",
        duty="approve",
        answer=RevokedKey,
        codes=("api_key_unknown",),
    ),
    Route(
        method="PUT",
        path="/v1/clock",
        name="set_clock",
        summary="Set or remove the test clock",
        handle=set_clock,
        who="operator",
        duty="approve",
        body=Clock,
        answer=ProgramView,
    ),
)

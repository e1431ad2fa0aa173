"""Members and households: enrolled one by one or by the thousand."""

from typing import Any

import asyncpg
import msgspec

from jifen.api.answers import problem_of
from jifen.api.calls import Call
from jifen.api.drafting import Found, Head, wallet_of
from jifen.api.lines import KINDS as LINE_KINDS
from jifen.api.lines import Numbered, Spool, chunks, refuse_header_key, too_long
from jifen.api.parsing import read
from jifen.api.problems import Problem, invalid, refused
from jifen.api.routing import NDJSON, Reply, Route
from jifen.api.setup_bodies import Enrolled, EnrolledLine, NewHousehold, NewMember, NumberLine
from jifen.books.refusals import Code, Refusal
from jifen.mall.family import terms_at
from jifen.mall.households import OpenHousehold, too_many
from jifen.parties.catalog import Conflict
from jifen.parties.households import kin, open_pool, pool_of
from jifen.parties.members import Joining, normal_phone
from jifen.values.ids import WalletId

_member = msgspec.json.Decoder(NewMember)
_household = msgspec.json.Decoder(NewHousehold)
_line: msgspec.json.Decoder[Any] = msgspec.json.Decoder(NumberLine)
_encode = msgspec.json.Encoder().encode

RACES = 3
"""How often numbers are looked up again because another request enrolled one of them meanwhile."""


async def enrol(call: Call) -> Reply:
    """Enrol a member."""
    call.query()
    body = read(_member, await call.json())
    check_number("number", body.number)
    if body.phone is not None:
        try:
            normal_phone(body.phone)
        except Conflict as wrong:
            said = "is no mainland mobile number: send eleven digits that begin with 13 to 19"
            raise invalid("phone", body.phone, said) from wrong
    asking = call.asking
    inviter = None if body.invited_by is None else await _inviter(call, body.number, body.invited_by)
    joining = Joining(body.number, body.name, body.phone, inviter, body.device, body.payer)
    wallet = await call.house.members.enrol(asking.program.id, joining, asking.now)
    return Reply(201, _encode(Enrolled(body.number, wallet)))


async def _inviter(call: Call, number: str, inviter: str) -> WalletId:
    """The wallet of who invited: another member, and a person (SCENARIOS S22)."""
    if inviter == number:
        raise invalid("invited_by", inviter, "is the member to be enrolled: nobody invites oneself")
    members = call.house.members
    found = Found(await members.wallets(call.asking.program.id, [inviter]), {})
    wallet = wallet_of(found, inviter, "invited_by")
    if await members.member(wallet) is None:
        raise invalid("invited_by", inviter, "is a household's pool: name the person who invited")
    return wallet


async def enrol_many(call: Call) -> Reply:
    """Enrol members by number, a line each; those that exist stay as they are."""
    call.query()
    call.must_be(*LINE_KINDS)
    refuse_header_key(call)
    spool = Spool()
    try:
        async for chunk in chunks(call):
            spool.write(await _enrol_chunk(call, chunk))
    except BaseException:
        spool.drop()
        raise
    return spool.reply()


async def _enrol_chunk(call: Call, chunk: list[Numbered]) -> list[bytes]:
    answers: dict[int, bytes] = {}
    numbers: dict[int, str] = {}
    for place, line in chunk:
        try:
            if line is None:
                raise too_long(call.house.settings.line_bytes_most)
            numbers[place] = _number(line)
        except Problem as problem:
            answers[place] = b'{"line":%d,%b' % (place, problem_of(problem).body()[1:])
    program = call.asking.program.id
    members = call.house.members
    known = await members.wallets(program, list(numbers.values()))
    for race in range(RACES):
        try:
            await members.enrol_all(program, list(numbers.values()), call.asking.now)
            break
        except asyncpg.UniqueViolationError:
            if race == RACES - 1:
                raise
    wallets = await members.wallets(program, list(numbers.values()))
    seen = set(known)
    for place, number in numbers.items():
        status = 200 if number in seen else 201
        seen.add(number)
        answers[place] = _encode(EnrolledLine(place, status, number, wallets[number]))
    return [answers[place] for place, _ in chunk]


def _number(line: bytes) -> str:
    plain = line.strip()
    if plain[:1] in (b'"', b"-") or plain[:1].isdigit():
        line = b'{"number":' + plain + b"}"
    number: str = read(_line, line).number
    check_number("number", number)
    return number


def check_number(field: str, number: str) -> None:
    """Refuse a number that could not be read out at a till."""
    if not number.isprintable() or number != number.strip():
        raise invalid(
            field, number, "holds spaces at an end, or letters that cannot be printed: leave them out"
        )


async def open_household(call: Call) -> Reply:
    """Open a household with a pool of its own."""
    call.query()
    body = read(_household, await call.json())
    check_number("number", body.number)
    asking = call.asking
    found = Found(await call.house.members.wallets(asking.program.id, body.members), {})
    wallets = [wallet_of(found, number, f"members[{index}]") for index, number in enumerate(body.members)]
    if len(set(wallets)) < len(wallets):
        raise invalid("members", list(body.members), "names a member twice: name each once")
    household, pool = pool_of(asking.program.id, body.number)
    taken = (await call.house.members.wallets(asking.program.id, [body.number])).get(body.number)
    if taken is None:
        if any(one.household is not None for one in (await kin(call.house.pool, wallets)).values()):
            raise Conflict("members", "a member is in a household already, or is not of this programme")
        if (refusal := too_many(len(wallets), terms_at(asking.program, asking.now))) is not None:
            raise refused(refusal)
        await open_pool(call.house.pool, asking.program.id, body.number, asking.now)
    elif taken != pool:
        raise Conflict("number", f"the number {body.number!r} is taken: choose another")
    content = msgspec.json.encode({"type": "household", "do": "open", "members": body.members})
    common = Head(asking, SYSTEM, f"household:{body.number}").common(pool, None, content)
    answer = await call.house.engine.submit(
        OpenHousehold(**common, household=household, number=body.number, members=tuple(wallets))
    )
    if isinstance(answer, Refusal):
        if answer.code is Code.KEY_REUSED:
            raise Conflict("number", f"the number {body.number!r} is taken: choose another")
        raise refused(answer)
    return Reply(201, _encode(Enrolled(body.number, pool)))


SYSTEM = "jobs"
"""The source of the fact that a household was opened: its number is its key, so it is opened once."""


ROUTES = (
    Route(
        method="POST",
        path="/v1/members",
        name="enrol_member",
        summary="Enrol a member",
        handle=enrol,
        who="operator",
        body=NewMember,
        answer=Enrolled,
        statuses=(201,),
        codes=("already_exists", "member_unknown"),
    ),
    Route(
        method="POST",
        path="/v1/members/bulk",
        name="enrol_members",
        summary="Enrol members by number, a line each",
        handle=enrol_many,
        who="operator",
        body=NumberLine,
        answer=EnrolledLine,
        kind=NDJSON,
        codes=("line_too_long",),
    ),
    Route(
        method="POST",
        path="/v1/households",
        name="open_household",
        summary="Open a household with a pool",
        handle=open_household,
        who="operator",
        body=NewHousehold,
        answer=Enrolled,
        statuses=(201,),
        codes=("already_exists", "member_unknown", Code.HOUSEHOLD_REFUSED),
    ),
)

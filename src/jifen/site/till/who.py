"""Who stands at the till: by the app's code, a card, or a phone that answers; masked, and for ten minutes."""

import re
import secrets
from datetime import datetime

import msgspec
from markupsafe import Markup

from jifen.engine.loading import load_wallets
from jifen.pages import figures
from jifen.pages.naming import tier_of
from jifen.parties.codes import card_number, looks_like_code
from jifen.rules.person import read_person
from jifen.site.inside import No
from jifen.site.visit import Visit
from jifen.till.offset import parts_of, pays
from jifen.values.ids import WalletId, parse_id
from jifen.values.points import POINTS_MAX

PHONE = re.compile(r"1[3-9][0-9]{9}")
PAYMENT = re.compile(r"(1[0-5]|2[5-9]|30)[0-9]{14,22}")
"""Payment codes begin so (COMPLIANCE §7): who scans one is told what to scan instead."""

BLANKS = re.compile(r"[\s\-]+")


class Person(msgspec.Struct, frozen=True):
    """A member at the till. id: of the identification, good until then; worth_fen: of all available points.

    fresh: whether it proves that the member is there, which a card does not. tier: empty where there is none.
    """

    id: str
    how: str
    number: str
    name: str
    phone: str
    tier: Markup
    fresh: bool
    until: datetime
    wallet: WalletId
    unit: Markup
    available: int
    worth_fen: int
    frozen_until: datetime | None


class Waiting(msgspec.Struct, frozen=True):
    """A phone to which a code was sent, whether or not it is a member's."""

    id: str
    until: datetime
    tries_left: int


class NotRead(Exception):
    """What was scanned or typed is none of the three. why: a key below `till.not_read`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def kind_of(text: str) -> tuple[str, str]:
    """What was scanned or typed, and in which form it is asked for: (code, card or phone; digits).

    Raises:
        NotRead: it is none of them.
    """
    digits = BLANKS.sub("", text).removeprefix("+86")
    if PHONE.fullmatch(digits):
        return "phone", digits
    if looks_like_code(digits):
        return "code", digits
    if card_number(digits) is not None:
        return "card", digits
    if PAYMENT.fullmatch(digits):
        raise NotRead("payment")
    raise NotRead("none")


async def identify(visit: Visit, text: str, key: str) -> str:
    """The id of the identification for what was scanned or typed.

    Raises:
        NotRead: it is neither code nor card nor phone.
        No: it is nobody's, or was used or is over.
    """
    how, digits = kind_of(text)
    made = await visit.api.post("/v1/identifications", {how: digits}, f"till-{key}")
    return str(made["id"])


async def confirm(visit: Visit, of: str, code: str) -> None:
    """The six digits that a phone was sent.

    Raises:
        No: they are others, or it is too late.
    """
    digits = BLANKS.sub("", code)
    await visit.api.post(f"/v1/identifications/{of}/confirm", {"code": digits}, secrets.token_hex(8))


async def known(visit: Visit, of: str) -> Person | Waiting | None:
    """Who was identified; None: nobody any more, or it is another merchant's."""
    try:
        parse_id(of)
        told = await visit.api.get(f"/v1/identifications/{of}")
    except (ValueError, No):
        return None
    if told["state"] == "waiting":
        until = datetime.fromisoformat(told["confirm_until"])
        return Waiting(of, until, told["tries_left"])
    if told["state"] != "known":
        return None
    return await _person(visit, of, told)


async def _person(visit: Visit, of: str, told: dict[str, object]) -> Person | None:
    number = str(told["member"])
    house, program = visit.house, visit.program
    wallet = (await house.members.wallets(program.id, [number])).get(number)
    rules = program.rules_at(visit.now)
    member = None if wallet is None else await house.members.member(wallet)
    if wallet is None or member is None or rules is None:
        return None
    async with house.pool.acquire() as conn:
        found = (await load_wallets(conn, [wallet], {program.id: program}, house.series))[wallet]
    unit = rules.definition.unit
    parts = parts_of(found, program, rules, visit.now, None)
    tier = read_person(found.facts).standing.tier
    frozen = found.frozen_until
    return Person(
        id=of,
        how=str(told["how"]),
        number=number,
        name=str(told["name"] or ""),
        phone=figures.masked(member.phone) if member.phone else "",
        tier=tier_of(tier, rules.definition, visit.words) if tier else Markup(),
        fresh=bool(told["fresh"]),
        until=datetime.fromisoformat(str(told["until"])),
        wallet=wallet,
        unit=visit.words.unit(program.units[unit]),
        available=found.balance(unit, visit.now).available,
        worth_fen=pays(parts, sum(part.points for part in parts), POINTS_MAX),
        frozen_until=frozen if frozen is not None and visit.now < frozen else None,
    )

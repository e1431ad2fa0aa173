"""Checks a member's statement with nothing but the file: `python check_statement.py statement.json`."""

# This file needs Python 3.11 and its standard library alone, so that it can be handed out with statements.
# docs/proof.md describes what it does, so that it can be written again in any language.

import json
import sys
from datetime import datetime
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, NoReturn

FORM = "jifen statement 1"

PARTS = ("form", "program", "wallet", "version", "head", "entries", "series", "root", "seal")
FACTS = (
    "no", "id", "kind", "source", "key", "occurred_at", "recorded_at", "reverses", "merchant", "unit",
    "balance", "legs", "event", "explanation", "hash",
)  # fmt: skip
TRAITS = (
    "program", "unit", "issuer", "funder", "contract", "terms", "offset_points", "offset_fen", "matures_at",
    "expires_at", "idle_months", "origin",
)  # fmt: skip
ROOT = ("day", "taken_at", "root", "wallets", "version", "path")


class NotProven(Exception):
    """The statement does not hold; says why and where."""


def check(content: bytes) -> dict[str, Any]:
    """The statement of a file, proven: its form, seal, series, chain, balances, head and inclusion.

    Raises:
        NotProven: something does not hold.
    """
    try:
        made = json.loads(
            content.decode(), object_pairs_hook=_once, parse_float=_no_number, parse_constant=_no_number
        )
        _form(made)
        _seal(made)
        units = {name: _series(name, traits) for name, traits in made["series"].items()}
        _chain(made)
        _balances(made, units)
        _inclusion(made)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as broken:
        raise NotProven(f"the file is no statement: {broken!r}") from broken
    return dict(made)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotProven("a name is given twice in one object")
    return made


def _no_number(text: str) -> NoReturn:
    raise NotProven(f"{text} is no whole number")


def _form(made: dict[str, Any]) -> None:
    if tuple(made) != PARTS or made["form"] != FORM:
        raise NotProven(f"this is no {FORM!r} of the parts {', '.join(PARTS)}")
    for entry in made["entries"]:
        if (
            tuple(entry) != FACTS
            or len(entry["balance"]) != 4
            or any(len(leg) not in (3, 4) for leg in entry["legs"])
        ):
            raise NotProven(f"entry {entry.get('no')} is not of the form that is hashed")
    if made["root"] is not None and tuple(made["root"]) != ROOT:
        raise NotProven(f"the root is not of the parts {', '.join(ROOT)}")


def compact(value: Any, **options: Any) -> bytes:
    """JSON without blanks, in UTF-8, escaping nothing that need not be: the form of every hashed line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), **options).encode()


def _seal(made: dict[str, Any]) -> None:
    content = {name: value for name, value in made.items() if name != "seal"}
    if sha256(compact(content, sort_keys=True)).hexdigest() != made["seal"]:
        raise NotProven("the seal is not that of the content: the file was changed after it was made")


def _hashed_id(*parts: str) -> str:
    raw = bytearray(blake2b("\x1f".join(parts).encode(), digest_size=16).digest())
    raw[6] = 0x80 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _series(name: str, traits: dict[str, str]) -> dict[str, str]:
    if tuple(traits) != TRAITS or _hashed_id("series", *traits.values()) != name:
        raise NotProven(f"series {name} is not the hash of its traits")
    return traits


def _chain(made: dict[str, Any]) -> None:
    head = b""
    for no, entry in enumerate(made["entries"], start=1):
        if entry["no"] != no:
            raise NotProven(f"entry {no} is missing: entry {entry['no']} stands in its place")
        if entry["id"] != _hashed_id("entry", made["program"], entry["source"], entry["key"]):
            raise NotProven(f"entry {no}: its id is not the hash of its programme, source and key")
        event, explanation = entry["event"], entry["explanation"]
        if "\n" in event or "\n" in explanation:
            raise NotProven(f"entry {no}: its event or explanation is not a single line")
        facts = [made["wallet"], *(entry[name] for name in FACTS[:12])]
        head = sha256(b"\n".join((head, compact(facts), event.encode(), explanation.encode()))).digest()
        if head.hex() != entry["hash"]:
            raise NotProven(f"entry {no}: its hash does not follow from its facts and the entry before")
    if (made["version"], made["head"]) != (len(made["entries"]), head.hex()):
        raise NotProven(f"the head is not that of entry {len(made['entries'])}, the last")


def _balances(made: dict[str, Any], series: dict[str, dict[str, str]]) -> None:
    lots: dict[str, int] = {}
    held: dict[str, int] = {}
    owed: dict[str, int] = {}
    for entry in made["entries"]:
        for name, account, points, *_ in entry["legs"]:
            unit = series[name]["unit"]
            lots[name] = lots.get(name, 0) + points
            if account == "held":
                held[unit] = held.get(unit, 0) - points
            elif account == "owed":
                owed[unit] = owed.get(unit, 0) + points
        unit = entry["unit"]
        available, pending, *rest = entry["balance"]
        free, idle, waiting = _sums(lots, series, unit, datetime.fromisoformat(entry["recorded_at"]))
        if (
            min(lots.values(), default=0) < 0
            or rest != [held.get(unit, 0), owed.get(unit, 0)]
            or pending != waiting
            or not free <= available <= free + idle
        ):
            raise NotProven(f"entry {entry['no']}: its balance is not the sum of all legs up to it")


def _sums(
    lots: dict[str, int], series: dict[str, dict[str, str]], unit: str, at: datetime
) -> tuple[int, int, int]:
    """What is free, what is free unless it is idle for too long, and what is not mature yet."""
    free = idle = waiting = 0
    for name, points in lots.items():
        traits = series[name]
        matures, expires = traits["matures_at"], traits["expires_at"]
        if traits["unit"] != unit:
            continue
        if matures != "None" and at < datetime.fromisoformat(matures):
            waiting += points
        elif traits["idle_months"] != "None":
            idle += points
        elif expires == "None" or at < datetime.fromisoformat(expires):
            free += points
    return free, idle, waiting


def _inclusion(made: dict[str, Any]) -> None:
    root = made["root"]
    if root is None:
        return
    version = root["version"]
    head = bytes.fromhex(made["entries"][version - 1]["hash"]) if version else b""
    wallet = bytes.fromhex(made["wallet"].replace("-", ""))
    node = sha256(b"\x00" + wallet + version.to_bytes(4, "big") + head).digest()
    for side, text in root["path"]:
        if side not in ("left", "right"):
            raise NotProven(f"a sibling stands neither left nor right, but {side!r}")
        sibling = bytes.fromhex(text)
        node = sha256(b"\x01" + (sibling + node if side == "left" else node + sibling)).digest()
    if node.hex() != root["root"]:
        raise NotProven(f"the path does not lead to the root of {root['day']}")


def told(made: dict[str, Any]) -> str:
    """What a proven statement shows."""
    lines = [
        f"The statement of wallet {made['wallet']} holds: {made['version']} entries, head {made['head']}."
    ]
    root = made["root"]
    if root is None:
        lines.append("No daily root is in it yet: what it says was not fixed on any day.")
    else:
        lines.append(f"Entries up to {root['version']} are fixed by the root of {root['day']}:")
        lines.append(f"  {root['root']}  over {root['wallets']} wallets.")
        lines.append("Compare this root with the one that the operator published for the day.")
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Check one file; 0: it holds, 1: it does not, 2: nothing was checked."""
    if len(arguments) != 1:
        print("usage: python check_statement.py statement.json", file=sys.stderr)
        return 2
    try:
        content = Path(arguments[0]).read_bytes()
    except OSError as unreadable:
        print(f"The file cannot be read: {unreadable}", file=sys.stderr)
        return 2
    try:
        print(told(check(content)))
    except NotProven as reason:
        print(f"The statement does not hold: {reason}.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

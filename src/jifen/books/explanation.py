"""The explanation of an earning or its return: short where it is stored, by names where it is told."""

from collections.abc import Mapping, Sequence

import msgspec


class Explanation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Why an entry moved its points: the rules' version, [rule, points] each, the counters read but 0.

    held: the rules whose conditions on the person held, so that nobody need remember the person as of then.
    """

    rules: int
    contract: int
    shares: tuple[tuple[str, int], ...] = ()
    read: tuple[tuple[str, str, int], ...] = ()
    held: tuple[str, ...] = ()


class _Stored(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An explanation by places: [rules, contract, {rule: points}, {"counter period": value}, [held, …]].

    The name of a counter holds no space; a period may, where it is a code.
    """

    rules: int
    contract: int
    shares: dict[str, int]
    read: dict[str, int] = {}
    held: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode
_stored = msgspec.json.Decoder(_Stored).decode
_named = msgspec.json.Decoder(Explanation).decode


def explained(
    rules: int,
    contract: int,
    shares: Mapping[str, int],
    read: Mapping[tuple[str, str], int] = {},
    held: Sequence[str] = (),
) -> str:
    """The stored form of an explanation; what is empty at its end is left out.

    shares: points by rule. read: counters by (name, period); 0 is not kept. held: as in Explanation.
    """
    seen: dict[str, int] = {}
    for (name, period), value in read.items():
        if value:
            seen[f"{name} {period}"] = value
    if held:
        return _encode((rules, contract, shares, seen, held)).decode()
    return _encode((rules, contract, shares, seen) if seen else (rules, contract, shares)).decode()


def read_explanation(text: str) -> Explanation:
    """An explanation from its stored form, also from that by names, which earlier versions stored.

    Raises:
        ValueError: it cannot be read.
    """
    if not text.startswith("["):
        return _named(text)
    short = _stored(text)
    read = []
    for counter, value in short.read.items():
        name, _, period = counter.partition(" ")
        read.append((name, period, value))
    return Explanation(short.rules, short.contract, tuple(short.shares.items()), tuple(read), short.held)


def told(text: str) -> bytes:
    """The stored explanation of any entry as callers read it: an object of JSON, by names."""
    return _encode(read_explanation(text)) if text.startswith("[") else text.encode()

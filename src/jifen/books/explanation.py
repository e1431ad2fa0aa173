"""The explanation of an earning or its return: short where it is stored, by names where it is told."""

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


def explained(explanation: Explanation) -> str:
    """The stored form of an explanation; what is empty at its end is left out."""
    whole = (
        explanation.rules,
        explanation.contract,
        dict(explanation.shares),
        {f"{name} {period}": value for name, period, value in explanation.read},
        explanation.held,
    )
    filled = 5 if explanation.held else 4 if explanation.read else 3
    return _encode(whole[:filled]).decode()


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

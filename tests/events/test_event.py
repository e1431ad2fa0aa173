"""The stored form of events is a promise: a repeat is recognised by it, and hashes are made of it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen.books.explanation import Explanation, explained, read_explanation, told
from jifen.events.event import (
    act_content,
    laid_out,
    lines_of,
    purchase_content,
    read_purchase,
    return_content,
)
from jifen.rules.award import Line, added_up

AT = datetime(2026, 11, 21, 2, 30, tzinfo=UTC)
BASKET = (
    Line("milk", "DAIRY", 2, 1300),
    Line("kale", "PRODUCE", 1, 590, ("organic",)),
    Line("butter", "DAIRY", 1, 1800),
)

FROZEN = [
    (
        purchase_content("liuhe", 3690, BASKET, AT),
        '{"store":"liuhe","at":"2026-11-21T02:30:00Z","categories":["DAIRY","PRODUCE"],'
        '"lines":[["milk",0,2,1300],["kale",1,1,590,["organic"]],["butter",0,1,1800]]}',
    ),
    (purchase_content("liuhe", 800, (), None), '{"store":"liuhe","amount":800}'),
    (act_content("survey", "", AT), '{"type":"act","act":"survey","at":"2026-11-21T02:30:00Z"}'),
    (
        return_content("r-1", [("milk", 1)], None, None),
        '{"type":"return","purchase":"r-1","lines":[["milk",1]]}',
    ),
    (return_content("r-1", [], 500, None), '{"type":"return","purchase":"r-1","amount":500}'),
    (return_content("r-1", [], None, None), '{"type":"return","purchase":"r-1","all":true}'),
    (
        explained(3, 1, {"base": 36}, {("cap:base", "2026-11"): 120}).encode(),
        '[3,1,{"base":36},{"cap:base 2026-11":120}]',
    ),
]


@pytest.mark.parametrize(("made", "frozen"), FROZEN)
def test_what_is_stored_keeps_its_bytes(made: bytes, frozen: str) -> None:
    """Were a byte to change, every key of before would be refused as used for something else."""
    assert made == frozen.encode()


def test_a_basket_reads_as_it_was_written() -> None:
    """Returns evaluate what was stored."""
    stored = read_purchase(purchase_content("liuhe", 3690, BASKET, AT).decode())
    assert lines_of(stored) == BASKET
    assert (stored.amount, stored.store, stored.at) == (3690, "liuhe", AT)
    assert read_purchase(purchase_content("liuhe", 800, (), None).decode()).amount == 800


def test_an_explanation_reads_as_it_was_written() -> None:
    """Facts of then are what a return is evaluated with."""
    made = explained(3, 1, {"base": 36}, {("once:first", "ever"): 1, ("buys", "ever"): 0})
    assert read_explanation(made) == Explanation(3, 1, (("base", 36),), (("once:first", "ever", 1),))
    nothing = explained(3, 0, {})
    assert (nothing, read_explanation(nothing)) == ("[3,0,{}]", Explanation(3, 0))
    person = explained(3, 1, {"gold": 5, "base": 36}, {}, ["gold"])
    assert read_explanation(person) == Explanation(3, 1, (("gold", 5), ("base", 36)), (), ("gold",))
    code = explained(3, 0, {"lecture": 5}, {("code:lecture", "hall 2 east"): 1, ("buys", "2026"): 2})
    read = (("code:lecture", "hall 2 east", 1), ("buys", "2026", 2))
    assert read_explanation(code) == Explanation(3, 0, (("lecture", 5),), read)


def test_an_explanation_by_names_is_read_too_and_is_what_callers_are_told() -> None:
    """Entries of before keep theirs, since their hashes are made of it; and callers see no difference."""
    by_names = (
        '{"rules":3,"contract":1,"shares":[["base",36]],"read":[["cap:base","2026-11",120]],"held":["gold"]}'
    )
    made = Explanation(3, 1, (("base", 36),), (("cap:base", "2026-11", 120),), ("gold",))
    short = explained(3, 1, {"base": 36}, {("cap:base", "2026-11"): 120}, ["gold"])
    assert read_explanation(by_names) == made
    assert told(by_names) == told(short) == by_names.encode()
    assert told('{"reached":5}') == b'{"reached":5}'


@pytest.mark.parametrize("text", ['[3,1,[["base",36]]]', "[3]", '{"rules":3}', "", "null"])
def test_what_is_no_explanation_is_refused(text: str) -> None:
    """`jifen verify` must find what was tampered with, in either form."""
    with pytest.raises(ValueError):
        read_explanation(text)


WORDS = st.sampled_from(("", "A", "绿"))
LINES = st.builds(
    Line,
    st.sampled_from(("milk", "kale")),
    WORDS,
    st.integers(1, 9),
    st.integers(0, 900),
    st.lists(WORDS.filter(bool), max_size=2).map(tuple),
    WORDS,
    WORDS,
)


@given(lines=st.lists(LINES, min_size=1, max_size=6).map(tuple))
def test_one_pass_adds_up_as_rules_do_and_stores_what_was_bought(lines: tuple[Line, ...]) -> None:
    """What rules read of a basket on its way in is what they read of it once it is stored."""
    laid = laid_out(lines)
    assert laid[0] == added_up(lines)
    stored = purchase_content("liuhe", 0, lines, None, laid=laid)
    assert lines_of(read_purchase(stored.decode())) == lines

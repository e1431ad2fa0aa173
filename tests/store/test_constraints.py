"""A violated constraint is told by the sentence that is its name."""

import asyncpg
import pytest
from asyncpg.exceptions import IntegrityConstraintViolationError, UniqueViolationError

from jifen.store import constraints

TABLES = """
CREATE TABLE wallet (
    id integer CONSTRAINT wallet_key PRIMARY KEY,
    phone text CONSTRAINT a_phone_belongs_to_one_member UNIQUE,
    remaining integer NOT NULL CONSTRAINT remaining_is_never_negative CHECK (remaining >= 0),
    held integer CHECK (held >= 0)
);
CREATE TABLE lot (
    wallet integer REFERENCES wallet, kept integer CONSTRAINT a_lot_has_a_wallet REFERENCES wallet);
INSERT INTO wallet VALUES (1, '138', 5);
"""


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE wallet SET remaining = -1", "remaining is never negative"),
        ("INSERT INTO wallet VALUES (2, '138', 5)", "a phone belongs to one member"),
        ("INSERT INTO lot VALUES (NULL, 7)", "a lot has a wallet"),
        ("INSERT INTO wallet VALUES (1, '139', 5)", "wallet: a row with this key exists already"),
        ("INSERT INTO wallet VALUES (3, '139')", "wallet: remaining must be given"),
        ("INSERT INTO wallet VALUES (3, '139', 5, -1)", "wallet: wallet held check does not hold"),
        ("INSERT INTO lot VALUES (7)", "lot: what the row refers to does not exist, or is still referred to"),
    ],
)
async def test_a_violation_in_words(database: str, statement: str, said: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute(TABLES)
    with pytest.raises(IntegrityConstraintViolationError) as refused:
        await connection.execute(statement)
    await connection.close()
    assert constraints.sentence(refused.value) == said
    assert "138" not in said


def test_the_number_of_a_shard_is_no_part_of_a_name() -> None:
    error = UniqueViolationError("duplicate key")
    error.constraint_name = "a_phone_belongs_to_one_member_102008"
    assert constraints.name(error) == "a_phone_belongs_to_one_member"
    assert constraints.sentence(error) == "a phone belongs to one member"

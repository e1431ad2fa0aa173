"""Planting faults: what a fault is, and how the row is picked on which it is planted."""

from typing import NamedTuple

from jifen.jobs.streaming import Connection


class Fault(NamedTuple):
    """A fault. pick: a query of (wallet, place, …), whose other columns are the arguments of `plant`.

    sees: the checks that tell of it; the first names wallet and place. first, plant: statements.
    """

    story: str
    sees: tuple[str, ...]
    pick: str
    plant: str
    first: str = ""


def entry(key: str) -> str:
    """Pick the entry of a key."""
    return f"SELECT wallet, 'entry ' || no, cell, wallet, no FROM entry WHERE key = '{key}'"


def wallet(who: str) -> str:
    """Pick somebody's wallet."""
    return f"SELECT w.id, 'wallet', w.cell, w.id FROM {of('wallet', who, 'id')}"


def of(table: str, who: str, column: str = "wallet") -> str:
    """The rows of a table that are somebody's, for FROM."""
    return f"{table} w JOIN member_number n ON n.wallet = w.{column} AND n.number = '{who}'"


def leg(key: str, account: str, more: str = "true") -> str:
    """Pick a leg of the entry of a key."""
    return (
        "SELECT m.wallet, 'entry ' || m.entry, m.cell, m.wallet, m.entry, m.leg FROM movement m"
        " JOIN entry e ON e.cell = m.cell AND e.wallet = m.wallet AND e.no = m.entry"
        f" WHERE e.key LIKE '{key}' AND m.account = '{account}' AND {more}"
    )


AN_ENTRY = "WHERE (cell, wallet, no) = ($1, $2, $3)"


def a_leg(part: int, value: str) -> str:
    """Replace a part of a picked leg, which stands in its entry, as JSON without a space."""
    changed = f"jsonb_set(legs::jsonb, ARRAY[$4::smallint::text, '{part}'], to_jsonb({value}))"
    return f"UPDATE entry SET legs = replace({changed}::text, ' ', '') {AN_ENTRY}"


MORE_IN_A_LEG = a_leg(2, "(legs::jsonb -> $4::smallint::int ->> 2)::bigint + 1")
ANOTHER_END_OF_A_LEG = a_leg(3, "gen_random_uuid()::text")

A_LOT = "WHERE (cell, wallet, series) = ($1, $2, $3)"
A_HOLD = "WHERE (cell, wallet, id) = ($1, $2, $3)"
A_CLAIM = "WHERE (cell, id) = ($1, $2)"
A_WALLET = "WHERE (cell, id) = ($1, $2)"
A_COUNTER = "WHERE (cell, wallet, name, period) = ($1, $2, $3, $4)"
A_ROOT = "WHERE (program, day) = ($1, $2)"
A_HEAD = "WHERE (cell, wallet, day) = ($1, $2, $3)"

LOT = "SELECT w.wallet, 'lot ' || w.series, w.cell, w.wallet, w.series FROM series s,"
LOT = f"{LOT} {of('lot', 'hal')} WHERE s.id = w.series AND s.unit = 'point' AND w.remaining > 1"
HOLD = "SELECT wallet, 'hold ' || id, cell, wallet, id FROM hold WHERE is_open"
CLAIM = (
    "SELECT c.wallet, 'claim ' || c.id, c.cell, c.id FROM claim c JOIN entry e USING (id) WHERE e.key = 'a2'"
)
CLAIMED = (
    "SELECT c.wallet, 'entry ' || c.no, c.cell, c.id FROM claim c JOIN entry e USING (id) WHERE e.key = 'a2'"
)


def past_counter(who: str) -> str:
    """Pick a counter of a period that is over."""
    told = (
        "SELECT w.wallet, format('counter %s of %s', w.name, period), w.cell, w.wallet, w.name, period, value"
    )
    return f"{told} FROM {of('counter', who)}"


def counter_under_way(who: str) -> str:
    """Pick a counter of the wallet's row, by its key there and by its name and period."""
    return (
        "SELECT w.id, format('counter %s of %s', c.name, period), w.cell, w.id, c.key, c.name, period, value"
        f" FROM {of('wallet', who, 'id')} CROSS JOIN LATERAL (SELECT key, split_part(key, ' ', 1) AS name,"
        " split_part(key, ' ', 2) AS period, value::bigint FROM json_each_text(w.counters::json)) c"
    )


ROOT = "SELECT NULL::uuid, format('root of %s of programme %s', day, program), program, day FROM daily_root"
HEAD = f"SELECT w.wallet, 'head of ' || w.day, w.cell, w.wallet, w.day FROM {of('daily_head', 'ann')}"
NOBODY = "00000000-0000-7000-8000-000000000009"


async def planted(connection: Connection, fault: Fault) -> tuple[str | None, str]:
    """Plant a fault; returns the wallet and the place that must be named."""
    picked = await connection.fetchrow(f"{fault.pick} ORDER BY 1, 2 LIMIT 1")
    assert picked is not None, f"the book has nothing for: {fault.story}"
    named, place, *arguments = picked
    if fault.first:
        await connection.execute(fault.first)
    changed = await connection.execute(fault.plant, *arguments)
    assert not changed.endswith(" 0"), f"nothing was planted by: {fault.story}"
    return None if named is None else str(named), place

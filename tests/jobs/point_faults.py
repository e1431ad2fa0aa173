"""Faults in what points there are: lots, debts, holds, transfers, series."""

from tests.jobs.planting import (
    A_HOLD,
    A_LOT,
    ANOTHER_END_OF_A_LEG,
    HOLD,
    LOT,
    MORE_IN_A_LEG,
    NOBODY,
    Fault,
    a_leg,
    leg,
    of,
)

LOTS = (
    Fault(
        "a point is taken out of a lot",
        ("lots", "books", "balances"),
        LOT,
        f"UPDATE lot SET remaining = remaining - 1 {A_LOT}",
    ),
    Fault(
        "a lot is said to have been larger", ("lots",), LOT, f"UPDATE lot SET granted = granted + 1 {A_LOT}"
    ),
    Fault("a lot is deleted", ("lots", "books", "balances", "holds"), LOT, f"DELETE FROM lot {A_LOT}"),
    Fault(
        "a lot appears that no leg moved",
        ("lots", "books"),
        f"SELECT w.id, 'lot ' || s.id, w.cell, w.id, s.id FROM series s, {of('wallet', 'dan', 'id')}",
        "INSERT INTO lot VALUES ($1, $2, $3, 100, 100, 0, 0)",
    ),
    Fault(
        "the points of a leg are changed",
        ("lots", "chains", "books", "figures"),
        leg("a5", "redeemed").replace("'entry ' || m.entry", "'lot ' || m.series"),
        MORE_IN_A_LEG,
    ),
    Fault(
        "more of an expiry is taken back than expired",
        ("lots", "chains", "orders", "figures"),
        leg(
            "expire:%",
            "expired",
            "(m.wallet, m.series) IN (SELECT wallet, series FROM movement"
            " WHERE account = 'expired' AND points > 0)",
        ).replace("'entry ' || m.entry", "'lot ' || m.series"),
        a_leg(1, "'donated'::text"),
    ),
    Fault(
        "a series is given to another programme",
        ("lots", "series"),
        f"SELECT w.wallet, 'lot ' || w.series, w.series FROM {of('lot', 'hal')} WHERE w.remaining > 1",
        "UPDATE series SET program = gen_random_uuid() WHERE id = $1",
    ),
)

OWED = (
    Fault(
        "a debt is forgiven without an entry",
        ("owed", "books", "balances"),
        f"SELECT w.wallet, format('point owed to %s', s.issuer), w.cell, w.wallet, w.series"
        f" FROM series s, {of('lot', 'bob')} WHERE s.id = w.series AND w.owed > 0",
        f"UPDATE lot SET owed = owed - 1 {A_LOT}",
    ),
)

HOLDS = (
    Fault(
        "an open hold loses a point",
        ("holds",),
        HOLD.replace("'hold ' || id", "'lot ' || series[1]"),
        f"UPDATE hold SET parts[1] = parts[1] - 1 {A_HOLD}",
    ),
    Fault(
        "a hold is forgotten",
        ("holds",),
        HOLD.replace("'hold ' || id", "'entry ' || entry"),
        f"DELETE FROM hold {A_HOLD}",
    ),
    Fault(
        "a hold names an entry that opened another", ("holds",), HOLD, f"UPDATE hold SET entry = 1 {A_HOLD}"
    ),
    Fault(
        "a hold is said to be of more points",
        ("holds",),
        HOLD,
        f"UPDATE hold SET points = points + 1 {A_HOLD}",
    ),
    Fault(
        "a hold is closed with its points in it",
        ("holds", "constraints"),
        HOLD,
        f"UPDATE hold SET is_open = false {A_HOLD}",
        "ALTER TABLE hold DROP CONSTRAINT an_open_hold_has_parts",
    ),
)

BOOKS = (
    Fault(
        "a lot lies outside every wallet",
        ("books", "strays"),
        "SELECT NULL::uuid, 'series ' || id, id FROM series",
        f"INSERT INTO lot VALUES (9, '{NOBODY}', $1, 5, 5, 0, 0)",
    ),
)

TRANSFERS = (
    Fault(
        "what was given arrives from somebody else",
        ("transfers", "chains"),
        leg("a11", "transferred", "m.points > 0"),
        ANOTHER_END_OF_A_LEG,
    ),
    Fault(
        "more arrives than was given",
        ("transfers", "chains", "lots", "books", "figures"),
        leg("a11", "transferred", "m.points > 0"),
        MORE_IN_A_LEG,
    ),
    Fault(
        "more comes back in grace than left",
        ("transfers", "chains", "lots", "books", "figures"),
        leg("lapse:%", "transferred", "m.points > 0"),
        MORE_IN_A_LEG,
    ),
)

SERIES = (
    Fault(
        "points are worth more than was promised",
        ("series", "figures"),
        "SELECT NULL::uuid, 'series ' || id, id FROM series",
        "UPDATE series SET offset_fen = offset_fen + 1 WHERE id = $1",
    ),
)

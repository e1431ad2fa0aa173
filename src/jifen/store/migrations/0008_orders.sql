-- Orders: what was redeemed of whom, and how far it has come; and donations, for the public tally.

CREATE TYPE order_state AS ENUM (
    'placed', 'confirmed', 'fulfilled', 'cancelled', 'returned', 'disputed', 'failed'
);

-- id is that of the entry which placed it, no that entry's number in the wallet. Money is in fen, for all pieces.
-- cash_fen: to be paid at the merchant; paid_fen: what it says it received; back_fen: what of that goes back.
-- payers: [[wallet, number of the entry, points], ...], the wallet's own among them. stocks: what was taken from.
CREATE TABLE redemption (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    no integer NOT NULL,
    merchant uuid NOT NULL,
    store text,
    reward text NOT NULL,
    rules integer NOT NULL,
    count bigint NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    cash_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    back_fen bigint NOT NULL,
    state order_state NOT NULL,
    placed_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL,
    fulfilled_at timestamptz,
    slot_since timestamptz,
    slot_until timestamptz,
    beneficiary text,
    payers jsonb NOT NULL,
    vouchers uuid[] NOT NULL,
    stocks text[] NOT NULL,
    quote uuid,
    reason text NOT NULL,
    by text NOT NULL,
    CONSTRAINT redemption_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT an_order_is_of_something CHECK (count > 0 AND points >= 0 AND cash_fen >= 0),
    CONSTRAINT nobody_pays_more_than_an_order_costs CHECK (paid_fen BETWEEN 0 AND cash_fen),
    CONSTRAINT no_more_cash_goes_back_than_came CHECK (back_fen BETWEEN 0 AND paid_fen),
    CONSTRAINT what_is_fulfilled_is_paid CHECK (state <> 'fulfilled' OR paid_fen = cash_fen),
    CONSTRAINT a_slot_has_two_ends CHECK ((slot_since IS NULL) = (slot_until IS NULL))
);
CREATE INDEX redemption_placed ON redemption (program, placed_at, id);
CREATE INDEX redemption_of_merchant ON redemption (program, merchant, placed_at, id);
CREATE INDEX redemption_of_wallet ON redemption (cell, wallet, placed_at, id);
CREATE INDEX redemption_open ON redemption (program, state, placed_at, id)
    WHERE state IN ('placed', 'confirmed', 'disputed');
CREATE INDEX redemption_slot ON redemption (program, slot_since) WHERE slot_since IS NOT NULL;

-- One row for each entry that gave points to a charity. contract: that of the charity then; 0: none.
CREATE TABLE donation (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    no integer NOT NULL,
    program uuid NOT NULL,
    charity uuid NOT NULL,
    unit text NOT NULL,
    points bigint NOT NULL,
    contract integer NOT NULL,
    CONSTRAINT donation_key PRIMARY KEY (cell, wallet, no),
    CONSTRAINT a_donation_gives_something CHECK (points > 0)
);
CREATE INDEX donation_tally ON donation (program, charity, unit, contract) INCLUDE (points, wallet);

INSERT INTO donation (cell, wallet, no, program, charity, unit, points, contract)
SELECT m.cell, m.wallet, m.entry, w.program, m.counterparty, e.unit, -sum(m.points)::bigint,
    coalesce((SELECT max(c.version) FROM contract c
        WHERE c.program = w.program AND c.merchant = m.counterparty AND c.valid_from <= e.occurred_at), 0)
FROM movement m
JOIN entry e ON e.cell = m.cell AND e.wallet = m.wallet AND e.no = m.entry
JOIN wallet w ON w.cell = m.cell AND w.id = m.wallet
WHERE m.account = 'donated'
GROUP BY m.cell, m.wallet, m.entry, w.program, m.counterparty, e.unit, e.occurred_at;

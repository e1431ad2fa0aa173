-- The till: what was quoted, and bills that are open, were captured or were voided.

-- The key under which somebody asked for a quote, with whose it is. Reserved first; a repeat finds it.
CREATE TABLE quote_claim (
    cell smallint NOT NULL,
    id uuid NOT NULL,
    wallet uuid NOT NULL,
    digest uuid NOT NULL,
    CONSTRAINT a_key_quotes_once PRIMARY KEY (cell, id)
);

-- What was quoted to whom, until when. content: what it pins, answer: what was answered, both as JSON.
-- rules: the version that holds for it; quoted_at: the instant that decides. used_by: the bill or order.
CREATE TABLE quote (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    kind text NOT NULL,
    merchant uuid NOT NULL,
    store text NOT NULL,
    rules integer NOT NULL,
    quoted_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    content text NOT NULL,
    answer text NOT NULL,
    used_by uuid,
    CONSTRAINT quote_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT a_quote_prices_a_basket_or_a_reward CHECK (kind IN ('basket', 'reward')),
    CONSTRAINT a_quote_lives_for_a_while CHECK (ends_at > quoted_at)
);

CREATE TYPE bill_state AS ENUM ('open', 'captured', 'void');

-- id is that of the entry which opened it, no that entry's number in the wallet; a hold of its points has the same.
-- at: the instant that decides rules and prices. content: the basket and what pays it, as JSON; it never changes.
-- closed_by: the entry that captured or voided it. One that is open past its deadline has lapsed.
CREATE TABLE bill (
    cell smallint NOT NULL,
    wallet uuid NOT NULL,
    id uuid NOT NULL,
    program uuid NOT NULL,
    no integer NOT NULL,
    merchant uuid NOT NULL,
    store text NOT NULL,
    quote uuid,
    unit text NOT NULL,
    points bigint NOT NULL,
    rules integer NOT NULL,
    at timestamptz NOT NULL,
    opened_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    content text NOT NULL,
    state bill_state NOT NULL,
    closed_by uuid,
    closed_at timestamptz,
    CONSTRAINT bill_key PRIMARY KEY (cell, wallet, id),
    CONSTRAINT a_bill_holds_points_or_none CHECK (points >= 0),
    CONSTRAINT a_bill_is_open_for_a_while CHECK (deadline > opened_at),
    CONSTRAINT a_closed_bill_names_what_closed_it
        CHECK ((state = 'open') = (closed_by IS NULL) AND (closed_by IS NULL) = (closed_at IS NULL))
);
CREATE INDEX bill_closed ON bill (cell, wallet, closed_by) WHERE closed_by IS NOT NULL;

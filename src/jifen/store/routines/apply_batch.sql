-- Write all plans of a batch, or nothing: the claims already booked, the wallets whose version moved on,
-- the stocks that fell short and the programmes that were changed are named, and then nothing is written.
-- A wallet that comes with the version it has was only looked at, by a command that was refused.
CREATE OR REPLACE FUNCTION apply_batch(
    p_program uuid[], p_revision bigint[],
    p_wallet_cell smallint[], p_wallet uuid[], p_expected integer[], p_version integer[], p_head bytea[],
    p_active timestamptz[], p_frozen timestamptz[],
    c_cell smallint[], c_id uuid[], c_wallet uuid[], c_no integer[], c_digest uuid[],
    e_cell smallint[], e_wallet uuid[], e_no integer[], e_reverses integer[], e_id uuid[], e_kind entry_kind[],
    e_occurred timestamptz[], e_recorded timestamptz[], e_available bigint[], e_pending bigint[],
    e_held bigint[], e_owed bigint[], e_merchant uuid[], e_unit text[], e_source text[], e_key text[],
    e_event text[], e_explanation text[], e_hash bytea[],
    m_cell smallint[], m_wallet uuid[], m_entry integer[], m_leg smallint[], m_points bigint[],
    m_account account[], m_series uuid[], m_counterparty uuid[],
    l_cell smallint[], l_wallet uuid[], l_series uuid[], l_granted bigint[], l_remaining bigint[],
    l_held bigint[], l_owed bigint[],
    k_cell smallint[], k_wallet uuid[], k_series uuid[], k_granted bigint[], k_remaining bigint[],
    k_held bigint[], k_owed bigint[],
    n_cell smallint[], n_wallet uuid[], n_name text[], n_period text[], n_value bigint[],
    s_cell smallint[], s_id uuid[], s_taken bigint[],
    p_effects jsonb,
    OUT booked uuid[], OUT stale uuid[], OUT short uuid[], OUT changed uuid[]
) LANGUAGE plpgsql AS $$
DECLARE
    effect record;
BEGIN
    changed := ARRAY(
        SELECT p.id FROM unnest(p_program, p_revision) AS asked (id, revision)
        JOIN program p ON p.id = asked.id WHERE p.revision <> asked.revision);
    WITH locked AS MATERIALIZED (
        SELECT w.id, w.version, asked.expected
        FROM unnest(p_wallet_cell, p_wallet, p_expected) AS asked (cell, id, expected)
        JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id
        ORDER BY w.cell, w.id FOR NO KEY UPDATE OF w
    )
    SELECT coalesce(array_agg(id) FILTER (WHERE version <> expected), '{}') INTO stale FROM locked;
    booked := ARRAY(
        SELECT c.id FROM unnest(c_cell, c_id) AS asked (cell, id)
        JOIN claim c ON c.cell = asked.cell AND c.id = asked.id);
    short := '{}';
    IF cardinality(s_id) > 0 THEN
        WITH locked AS MATERIALIZED (
            SELECT s.id, s.remaining, asked.taken
            FROM unnest(s_cell, s_id, s_taken) AS asked (cell, id, taken)
            JOIN stock s ON s.cell = asked.cell AND s.id = asked.id
            ORDER BY s.cell, s.id FOR NO KEY UPDATE OF s
        )
        SELECT coalesce(array_agg(id) FILTER (WHERE remaining < taken), '{}') INTO short FROM locked;
    END IF;
    IF cardinality(stale) + cardinality(booked) + cardinality(short) + cardinality(changed) > 0 THEN
        RETURN;
    END IF;

    INSERT INTO claim (cell, id, wallet, no, digest) SELECT * FROM unnest(c_cell, c_id, c_wallet, c_no, c_digest);
    UPDATE wallet w SET version = u.version, head = u.head, active_at = u.active, frozen_until = u.frozen
    FROM unnest(p_wallet_cell, p_wallet, p_expected, p_version, p_head, p_active, p_frozen)
        AS u (cell, id, expected, version, head, active, frozen)
    WHERE w.cell = u.cell AND w.id = u.id AND u.version > u.expected;
    INSERT INTO entry (cell, wallet, no, reverses, id, kind, occurred_at, recorded_at, available, pending, held,
        owed, merchant, unit, source, key, event, explanation, hash)
    SELECT * FROM unnest(e_cell, e_wallet, e_no, e_reverses, e_id, e_kind, e_occurred, e_recorded, e_available,
        e_pending, e_held, e_owed, e_merchant, e_unit, e_source, e_key, e_event, e_explanation, e_hash);
    INSERT INTO movement (cell, wallet, entry, leg, points, account, series, counterparty)
    SELECT * FROM unnest(m_cell, m_wallet, m_entry, m_leg, m_points, m_account, m_series, m_counterparty);
    IF cardinality(l_cell) > 0 THEN
        UPDATE lot l SET granted = u.granted, remaining = u.remaining, held = u.held, owed = u.owed
        FROM unnest(l_cell, l_wallet, l_series, l_granted, l_remaining, l_held, l_owed)
            AS u (cell, wallet, series, granted, remaining, held, owed)
        WHERE l.cell = u.cell AND l.wallet = u.wallet AND l.series = u.series;
    END IF;
    -- A lot that the snapshot did not hold is new, or was empty when the wallet was read: so it adds up.
    IF cardinality(k_cell) > 0 THEN
        INSERT INTO lot (cell, wallet, series, granted, remaining, held, owed)
        SELECT * FROM unnest(k_cell, k_wallet, k_series, k_granted, k_remaining, k_held, k_owed)
        ON CONFLICT ON CONSTRAINT lot_key DO UPDATE SET granted = lot.granted + excluded.granted,
            remaining = lot.remaining + excluded.remaining, held = lot.held + excluded.held,
            owed = lot.owed + excluded.owed;
    END IF;
    IF cardinality(n_cell) > 0 THEN
        INSERT INTO counter (cell, wallet, name, period, value)
        SELECT * FROM unnest(n_cell, n_wallet, n_name, n_period, n_value)
        ON CONFLICT ON CONSTRAINT counter_key DO UPDATE SET value = excluded.value;
    END IF;
    IF cardinality(s_id) > 0 THEN
        UPDATE stock s SET remaining = s.remaining - u.taken
        FROM unnest(s_cell, s_id, s_taken) AS u (cell, id, taken)
        WHERE s.cell = u.cell AND s.id = u.id;
    END IF;
    FOR effect IN SELECT key AS name, value AS rows FROM jsonb_each(p_effects) ORDER BY key LOOP
        EXECUTE format('SELECT %I($1)', 'effect_' || effect.name) USING effect.rows;
    END LOOP;
END $$;

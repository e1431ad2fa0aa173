-- Write all plans of a batch, or nothing: the claims already booked, the wallets whose version moved on,
-- the stocks that fell short and the programmes that were changed are named, and then nothing is written.
-- A wallet that comes with the version it has was only looked at, by a command that was refused.
-- What is stale, short or changed is named first: keys that were booked before show when the rest is in order.
-- Rows name wallets by their place in p_wallet, other ids by their place in p_id, times in p_time.
-- p_counters: what rows say of counters that are under way, or = where that stays as it is; c_: those of the table.
-- Columns that are 0 or missing throughout come empty; a kind, unit or source that stands alone is that of all rows.
-- Whole numbers travel as array literals and texts joined by the unit separator, long ones as their bytes in
-- UTF-8: cheapest on both sides.
CREATE OR REPLACE FUNCTION apply_batch(
    p_program uuid[], p_revision bigint[], p_id uuid[], p_time timestamptz[],
    p_wallet uuid[], p_cell text, p_expected text, p_version text, p_head text,
    p_active text, p_frozen text, p_counters text,
    e_wallet text, e_no text, e_reverses text, e_id uuid[], e_digest uuid[], e_kind text,
    e_occurred text, e_recorded text, e_available text, e_pending text, e_held text, e_owed text,
    e_merchant text, e_unit text, e_source text, e_key text, e_event bytea, e_explanation bytea, e_legs bytea,
    e_hash text,
    l_wallet text, l_series text, l_granted text, l_remaining text, l_held text, l_owed text,
    k_wallet text, k_series text, k_granted text, k_remaining text, k_held text, k_owed text,
    c_wallet text, c_name text, c_period text, c_value text,
    s_id uuid[], s_taken bigint[],
    p_effects jsonb,
    OUT booked uuid[], OUT stale uuid[], OUT short uuid[], OUT changed uuid[]
) LANGUAGE plpgsql
-- Plans are kept, also those that were made while tables were small: each row is to be found by its key, in order.
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    cells CONSTANT smallint[] := p_cell::smallint[];
    expected CONSTANT integer[] := p_expected::integer[];
    versions CONSTANT integer[] := p_version::integer[];
    kinds CONSTANT text[] := string_to_array(e_kind, E'\x1f');
    units CONSTANT text[] := string_to_array(e_unit, E'\x1f');
    sources CONSTANT text[] := string_to_array(e_source, E'\x1f');
    one_kind CONSTANT entry_kind := CASE WHEN cardinality(kinds) = 1 THEN kinds[1]::entry_kind END;
    one_unit CONSTANT text := CASE WHEN cardinality(units) = 1 THEN units[1] END;
    one_source CONSTANT text := CASE WHEN cardinality(sources) = 1 THEN sources[1] END;
    moved bigint;
    effect record;
BEGIN
    changed := ARRAY(
        SELECT p.id FROM unnest(p_program, p_revision) AS asked (id, revision)
        JOIN program p ON p.id = asked.id WHERE p.revision <> asked.revision);
    -- A write checks the version that it replaces. Those that are only looked at must be locked to be checked, and
    -- then all are, in the order in which every batch takes them.
    stale := '{}';
    IF EXISTS (SELECT FROM unnest(expected, versions) AS asked (expected, version) WHERE version = asked.expected) THEN
        WITH locked AS MATERIALIZED (
            SELECT w.id, w.version, asked.expected
            FROM unnest(cells, p_wallet, expected) AS asked (cell, id, expected)
            JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id
            ORDER BY w.cell, w.id FOR NO KEY UPDATE OF w
        )
        SELECT coalesce(array_agg(id) FILTER (WHERE version <> locked.expected), '{}') INTO stale FROM locked;
    END IF;
    short := '{}';
    IF cardinality(s_id) > 0 THEN
        WITH locked AS MATERIALIZED (
            SELECT s.id, s.remaining, asked.taken
            FROM unnest(s_id, s_taken) AS asked (id, taken)
            JOIN stock s ON s.cell = get_byte(uuid_send(asked.id), 15)::smallint AND s.id = asked.id
            ORDER BY s.cell, s.id FOR NO KEY UPDATE OF s
        )
        SELECT coalesce(array_agg(id) FILTER (WHERE remaining < taken), '{}') INTO short FROM locked;
    END IF;
    booked := '{}';
    IF cardinality(stale) + cardinality(short) + cardinality(changed) > 0 THEN
        RETURN;
    END IF;

    -- Whether wallets are as they were seen, and keys new, is not asked first: the write itself says so. Only where it
    -- cannot be done it is looked up which are not; then all of it is undone.
    BEGIN
        UPDATE wallet w SET version = u.version, head = decode(u.head, 'hex'), active_at = p_time[u.active],
            frozen_until = p_time[u.frozen], counters = coalesce(u.counters, w.counters)
        FROM (
            SELECT * FROM unnest(cells, p_wallet, expected, versions, string_to_array(p_head, E'\x1f'),
                    p_active::integer[], p_frozen::integer[], string_to_array(p_counters, E'\x1f', '='))
                AS asked (cell, id, expected, version, head, active, frozen, counters)
            WHERE asked.version > asked.expected
            ORDER BY asked.cell, asked.id
        ) AS u
        WHERE w.cell = u.cell AND w.id = u.id AND w.version = u.expected;
        GET DIAGNOSTICS moved = ROW_COUNT;
        IF moved < (SELECT count(*) FROM unnest(expected, versions) AS u (expected, version)
                WHERE u.version > u.expected) THEN
            RAISE serialization_failure USING MESSAGE = 'a wallet has moved on';
        END IF;
        INSERT INTO claim (cell, id, wallet, no, digest)
        SELECT get_byte(uuid_send(r.id), 15), r.id, p_wallet[r.w], r.no, r.digest
        FROM unnest(e_id, e_wallet::integer[], e_no::integer[], e_digest) AS r (id, w, no, digest)
        WHERE r.digest IS NOT NULL;
    EXCEPTION WHEN unique_violation OR serialization_failure THEN
        stale := ARRAY(
            SELECT w.id FROM unnest(cells, p_wallet, expected) AS asked (cell, id, expected)
            JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id
            WHERE w.version <> asked.expected);
        booked := ARRAY(
            SELECT c.id FROM unnest(e_id, e_digest) AS asked (id, digest)
            JOIN claim c ON c.cell = get_byte(uuid_send(asked.id), 15)::smallint AND c.id = asked.id
            WHERE asked.digest IS NOT NULL);
        IF cardinality(stale) + cardinality(booked) = 0 THEN
            RAISE;
        END IF;
        RETURN;
    END;

    INSERT INTO entry (cell, wallet, no, reverses, id, kind, occurred_at, recorded_at, available, pending, held,
        owed, merchant, unit, source, key, event, explanation, legs, hash)
    SELECT cells[r.w], p_wallet[r.w], r.no, r.reverses, r.id, coalesce(one_kind, r.kind::entry_kind),
        p_time[r.occurred], p_time[r.recorded], r.available, coalesce(r.pending, 0), coalesce(r.held, 0),
        coalesce(r.owed, 0), p_id[r.merchant], coalesce(one_unit, r.unit), coalesce(one_source, r.source),
        r.key, r.event, r.explanation, r.legs, decode(r.hash, 'hex')
    FROM (
        SELECT unnest(e_wallet::integer[]) AS w, unnest(e_no::integer[]) AS no, unnest(e_reverses::integer[]) AS reverses,
            unnest(e_id) AS id, unnest(kinds) AS kind, unnest(e_occurred::integer[]) AS occurred,
            unnest(e_recorded::integer[]) AS recorded,
            unnest(e_available::bigint[]) AS available, unnest(e_pending::bigint[]) AS pending,
            unnest(e_held::bigint[]) AS held, unnest(e_owed::bigint[]) AS owed, unnest(e_merchant::integer[]) AS merchant,
            unnest(units) AS unit, unnest(sources) AS source,
            unnest(string_to_array(e_key, E'\x1f')) AS key,
            unnest(string_to_array(convert_from(e_event, 'UTF8'), E'\x1f')) AS event,
            unnest(string_to_array(convert_from(e_explanation, 'UTF8'), E'\x1f')) AS explanation,
            unnest(string_to_array(convert_from(e_legs, 'UTF8'), E'\x1f')) AS legs,
            unnest(string_to_array(e_hash, E'\x1f')) AS hash
    ) r;
    UPDATE lot l SET granted = l.granted + u.granted, remaining = u.remaining, held = coalesce(u.held, 0),
        owed = coalesce(u.owed, 0)
    FROM unnest(l_wallet::integer[], l_series::integer[], l_granted::bigint[], l_remaining::bigint[],
            l_held::bigint[], l_owed::bigint[])
        AS u (w, series, granted, remaining, held, owed)
    WHERE l.cell = cells[u.w] AND l.wallet = p_wallet[u.w] AND l.series = p_id[u.series];
    -- A lot that the snapshot did not hold is new, or was empty when the wallet was read: so it adds up.
    INSERT INTO lot (cell, wallet, series, granted, remaining, held, owed)
    SELECT cells[r.w], p_wallet[r.w], p_id[r.series], r.granted, r.remaining, coalesce(r.held, 0), coalesce(r.owed, 0)
    FROM unnest(k_wallet::integer[], k_series::integer[], k_granted::bigint[], k_remaining::bigint[],
            k_held::bigint[], k_owed::bigint[])
        AS r (w, series, granted, remaining, held, owed)
    ON CONFLICT ON CONSTRAINT lot_key DO UPDATE SET granted = lot.granted + excluded.granted,
        remaining = lot.remaining + excluded.remaining, held = lot.held + excluded.held,
        owed = lot.owed + excluded.owed;
    -- Counters of periods that are over: most batches have none.
    IF c_wallet <> '{}' THEN
        INSERT INTO counter (cell, wallet, name, period, value)
        SELECT cells[r.w], p_wallet[r.w], r.name, r.period, r.value
        FROM unnest(c_wallet::integer[], string_to_array(c_name, E'\x1f'), string_to_array(c_period, E'\x1f'),
                c_value::bigint[])
            AS r (w, name, period, value)
        ON CONFLICT ON CONSTRAINT counter_key DO UPDATE SET value = excluded.value;
    END IF;
    IF cardinality(s_id) > 0 THEN
        UPDATE stock s SET remaining = s.remaining - u.taken
        FROM unnest(s_id, s_taken) AS u (id, taken)
        WHERE s.cell = get_byte(uuid_send(u.id), 15)::smallint AND s.id = u.id;
    END IF;
    IF EXISTS (SELECT FROM webhook h WHERE h.program = ANY (p_program) AND h.removed_at IS NULL) THEN
        PERFORM webhook_note(cells, p_wallet, p_time, e_wallet::integer[], e_no::integer[],
            CASE WHEN one_kind IS NULL THEN kinds ELSE array_fill(kinds[1], ARRAY[cardinality(e_id)]) END,
            e_recorded::integer[]);
    END IF;
    FOR effect IN SELECT key AS name, value AS rows FROM jsonb_each(p_effects) ORDER BY key LOOP
        EXECUTE format('SELECT %I($1)', 'effect_' || effect.name) USING effect.rows;
    END LOOP;
END $$;

-- The holds that the plans of a batch opened or changed, as they are from now on.
CREATE OR REPLACE FUNCTION effect_hold(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO hold (cell, wallet, id, entry, merchant, unit, points, deadline, series, parts, is_open)
    SELECT cell, wallet, id, entry, merchant, unit, points, deadline, series, parts, cardinality(parts) > 0
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, entry integer, merchant uuid, unit text, points bigint,
        deadline timestamptz, series uuid[], parts bigint[])
    ON CONFLICT ON CONSTRAINT hold_key DO UPDATE SET series = excluded.series, parts = excluded.parts,
        is_open = excluded.is_open;
$$;

-- What rules read of the holders of some wallets from now on.
-- The rows are unnested, since of a recordset 100 are expected, and then all wallets of the table are read.
CREATE OR REPLACE FUNCTION effect_facts(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE wallet w SET facts = r.asked ->> 'facts'
    FROM unnest(ARRAY(SELECT jsonb_array_elements(p_rows))) AS r (asked)
    WHERE w.cell = (r.asked ->> 'cell')::smallint AND w.id = (r.asked ->> 'wallet')::uuid;
$$;

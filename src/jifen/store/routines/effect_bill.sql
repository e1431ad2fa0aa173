-- Bills as they are from now on. Those that come with their content are opened.
CREATE OR REPLACE FUNCTION effect_bill(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO bill (cell, wallet, id, program, no, merchant, store, quote, unit, points, rules, at, opened_at,
        deadline, content, state)
    SELECT cell, wallet, id, program, no, merchant, store, quote, unit, points, rules, at, opened_at, deadline,
        content, 'open'
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, program uuid, no integer, merchant uuid, store text, quote uuid,
        unit text, points bigint, rules integer, at timestamptz, opened_at timestamptz, deadline timestamptz,
        content text)
    WHERE content IS NOT NULL;
    UPDATE bill b SET state = r.state, closed_by = r.closed_by, closed_at = r.closed_at
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, state bill_state, closed_by uuid, closed_at timestamptz, content text)
    WHERE r.content IS NULL AND b.cell = r.cell AND b.wallet = r.wallet AND b.id = r.id;
$$;

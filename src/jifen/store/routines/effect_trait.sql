-- Traits of the members of some purchases; those that are known stay as they are.
CREATE OR REPLACE FUNCTION effect_trait(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO trait (cell, wallet, blind, program, kind, seen_at)
    SELECT DISTINCT ON (cell, wallet, blind) cell, wallet, decode(blind, 'hex'), program, kind, seen_at
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, blind text, program uuid, kind text, seen_at timestamptz)
    ORDER BY cell, wallet, blind, seen_at
    ON CONFLICT ON CONSTRAINT trait_key DO NOTHING;
$$;

-- Credit tokens that were withdrawn: kept, so that none of them is taken again. Its cell is the token's.
CREATE OR REPLACE FUNCTION effect_token_withdrawn(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO token_withdrawn (cell, program, authority, token, at)
    SELECT DISTINCT get_byte(sha256(convert_to(token, 'UTF8')), 0), program, authority, token, at
    FROM jsonb_to_recordset(p_rows) AS r (program uuid, authority text, token text, at timestamptz)
    ON CONFLICT ON CONSTRAINT a_token_is_withdrawn_once DO NOTHING;
$$;

-- The evidence behind a freeze, in the same commit as the freeze.
CREATE OR REPLACE FUNCTION effect_freeze(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO freeze_case (cell, wallet, no, reason, evidence, notice, until)
    SELECT cell, wallet, no, reason, evidence, notice, until
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, no integer, reason text, evidence text, notice text, until timestamptz);
$$;

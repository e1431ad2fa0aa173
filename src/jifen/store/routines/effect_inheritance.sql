-- Whose points went to an heir, with the case and its evidence, in the same commit.
CREATE OR REPLACE FUNCTION effect_inheritance(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO inheritance (cell, wallet, no, heir, case_ref, evidence, at)
    SELECT cell, wallet, no, heir, case_ref, evidence, at
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, no integer, heir uuid, case_ref text, evidence text, at timestamptz);
$$;

-- What rules read of the holders of some wallets from now on.
CREATE OR REPLACE FUNCTION effect_facts(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE wallet w SET facts = r.facts
    FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, facts text)
    WHERE w.cell = r.cell AND w.id = r.wallet;
$$;

-- Quotes that a bill or an order has used, or has left free again.
CREATE OR REPLACE FUNCTION effect_quote(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE quote q SET used_by = r.used_by
    FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, id uuid, used_by uuid)
    WHERE q.cell = r.cell AND q.wallet = r.wallet AND q.id = r.id;
$$;

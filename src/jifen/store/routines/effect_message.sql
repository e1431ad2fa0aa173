-- Messages about what the plans of a batch did, in the same commit; a key that was put before stays as it was.
CREATE OR REPLACE FUNCTION effect_message(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT message_put(p_rows);
$$;

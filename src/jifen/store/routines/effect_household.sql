-- To which household some wallets belong from now on; null: to none.
CREATE OR REPLACE FUNCTION effect_household(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    UPDATE wallet w SET household = (r.asked ->> 'household')::uuid
    FROM unnest(ARRAY(SELECT jsonb_array_elements(p_rows))) AS r (asked)
    WHERE w.cell = (r.asked ->> 'cell')::smallint AND w.id = (r.asked ->> 'wallet')::uuid;
$$;

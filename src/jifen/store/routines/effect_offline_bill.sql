-- Bills with points that tills reported later.
CREATE OR REPLACE FUNCTION effect_offline_bill(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO offline_bill (cell, wallet, no, day, points, owed)
    SELECT cell, wallet, no, day, points, owed
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, no integer, day uuid, points bigint, owed bigint);
$$;

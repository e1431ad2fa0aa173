-- When the tiers of some wallets are to be reviewed; without a day they are not.
CREATE OR REPLACE FUNCTION effect_standing(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT ON (cell, wallet) cell, wallet, program, due
        FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, program uuid, due date)
        ORDER BY cell, wallet, no DESC
    ), gone AS (
        DELETE FROM standing_due s USING asked a
        WHERE s.cell = a.cell AND s.wallet = a.wallet AND a.due IS NULL
    )
    INSERT INTO standing_due (cell, program, wallet, due)
    SELECT cell, program, wallet, due FROM asked WHERE due IS NOT NULL
    ON CONFLICT ON CONSTRAINT standing_due_key DO UPDATE SET due = excluded.due;
$$;

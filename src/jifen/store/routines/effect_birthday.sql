-- Birthdays as they are from now on; without a month one is forgotten. The last word of a batch counts.
CREATE OR REPLACE FUNCTION effect_birthday(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT ON (cell, wallet, ref) *
        FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, program uuid, ref text,
            whose text, month smallint, day smallint, lunar boolean)
        ORDER BY cell, wallet, ref, no DESC
    ), gone AS (
        DELETE FROM birthday b USING asked a
        WHERE b.cell = a.cell AND b.wallet = a.wallet AND b.ref = a.ref AND a.month IS NULL
    )
    INSERT INTO birthday (cell, program, wallet, ref, whose, month, day, lunar)
    SELECT cell, program, wallet, ref, whose, month, day, lunar FROM asked WHERE month IS NOT NULL
    ON CONFLICT ON CONSTRAINT birthday_key DO UPDATE SET whose = excluded.whose, month = excluded.month,
        day = excluded.day, lunar = excluded.lunar;
$$;

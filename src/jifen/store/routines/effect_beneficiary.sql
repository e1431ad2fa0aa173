-- Beneficiaries as they are from now on; without a sealed name one is forgotten. The last word counts.
CREATE OR REPLACE FUNCTION effect_beneficiary(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT ON (cell, wallet, id) *
        FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, id uuid, program uuid,
            ref text, sealed text, blind text, named date)
        ORDER BY cell, wallet, id, no DESC
    ), gone AS (
        DELETE FROM beneficiary b USING asked a
        WHERE b.cell = a.cell AND b.wallet = a.wallet AND b.id = a.id AND a.sealed IS NULL
    )
    INSERT INTO beneficiary (cell, wallet, id, program, ref, sealed, blind, named)
    SELECT cell, wallet, id, program, ref, decode(sealed, 'hex'), decode(blind, 'hex'), named
    FROM asked WHERE sealed IS NOT NULL
    ON CONFLICT ON CONSTRAINT beneficiary_key DO UPDATE SET sealed = excluded.sealed, blind = excluded.blind,
        named = excluded.named;
$$;

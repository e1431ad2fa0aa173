-- Children and pets as they are from now on; without a sealed name one is forgotten.
CREATE OR REPLACE FUNCTION effect_relative(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    WITH asked AS (
        SELECT DISTINCT ON (cell, wallet, ref) *
        FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, program uuid, ref text,
            whose text, sealed text, consent text, at timestamptz)
        ORDER BY cell, wallet, ref, no DESC
    ), gone AS (
        DELETE FROM relative b USING asked a
        WHERE b.cell = a.cell AND b.wallet = a.wallet AND b.ref = a.ref AND a.sealed IS NULL
    )
    INSERT INTO relative (cell, program, wallet, ref, whose, sealed, guardian_consent, consented_at, added_at)
    SELECT cell, program, wallet, ref, whose, decode(sealed, 'hex'), decode(consent, 'hex'),
        CASE WHEN consent IS NOT NULL THEN at END, at
    FROM asked WHERE sealed IS NOT NULL
    ON CONFLICT ON CONSTRAINT relative_key DO UPDATE SET whose = excluded.whose, sealed = excluded.sealed,
        guardian_consent = excluded.guardian_consent, consented_at = excluded.consented_at;
$$;

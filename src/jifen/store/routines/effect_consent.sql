-- Lines of the ledger of consents that a command adds in its own commit, in the order in which they came.
CREATE OR REPLACE FUNCTION effect_consent(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO consent (cell, wallet, purpose, no, program, given, version, text_hash, channel, at)
    SELECT r.cell, r.wallet, r.purpose,
        coalesce((SELECT max(c.no) FROM consent c
            WHERE c.cell = r.cell AND c.wallet = r.wallet AND c.purpose = r.purpose), 0)
            + row_number() OVER (PARTITION BY r.cell, r.wallet, r.purpose ORDER BY r.no),
        r.program, r.given, r.version, decode(r.text_hash, 'hex'), r.channel, r.at
    FROM jsonb_to_recordset(p_rows) AS r (cell smallint, wallet uuid, no integer, purpose text, program uuid,
        given boolean, version text, text_hash text, channel text, at timestamptz);
$$;

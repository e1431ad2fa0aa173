-- Vouchers as they are from now on. Those that come with the hash of a code are new, and found by it.
CREATE OR REPLACE FUNCTION effect_voucher(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO voucher (cell, wallet, id, no, program, redemption, reward, rules, merchant, terms, issued_at,
        expires_at, state)
    SELECT cell, wallet, id, no, program, redemption, reward, rules, merchant, terms, issued_at, expires_at,
        'issued'
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, no integer, program uuid, redemption uuid, reward text,
        rules integer, merchant uuid, terms text, issued_at timestamptz, expires_at timestamptz, hash text)
    WHERE hash IS NOT NULL;
    INSERT INTO voucher_code (cell, program, hash, wallet, voucher)
    SELECT get_byte(decode(hash, 'hex'), 0), program, decode(hash, 'hex'), wallet, id
    FROM jsonb_to_recordset(p_rows) AS r (wallet uuid, id uuid, program uuid, hash text)
    WHERE hash IS NOT NULL;
    UPDATE voucher v SET state = r.state, bill = r.bill, locked_until = r.locked_until, expires_at = r.expires_at
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, state text, bill uuid, locked_until timestamptz,
        expires_at timestamptz, hash text)
    WHERE r.hash IS NULL AND v.cell = r.cell AND v.wallet = r.wallet AND v.id = r.id;
$$;

-- Donations of a batch, for the public tally; an entry gives to one charity.
CREATE OR REPLACE FUNCTION effect_donation(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO donation (cell, wallet, no, program, charity, unit, points, contract)
    SELECT cell, wallet, no, program, charity, unit, points, contract
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, no integer, program uuid, charity uuid, unit text, points bigint,
        contract integer);
$$;

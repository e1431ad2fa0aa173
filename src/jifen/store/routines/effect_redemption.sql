-- Orders as the plans of a batch place or change them; what an order is of never changes once it is placed.
CREATE OR REPLACE FUNCTION effect_redemption(p_rows jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO redemption (cell, wallet, id, program, no, merchant, store, reward, rules, count, unit, points,
        cash_fen, paid_fen, back_fen, state, placed_at, changed_at, fulfilled_at, slot_since, slot_until,
        beneficiary, payers, vouchers, stocks, quote, reason, by)
    SELECT DISTINCT ON (cell, wallet, id) cell, wallet, id, program, coalesce(placed_no, no), merchant, store,
        reward, rules, count, unit, points, cash_fen, paid_fen, back_fen, state::order_state, placed_at,
        changed_at, fulfilled_at, slot_since, slot_until, beneficiary, payers, vouchers, stocks, quote, reason, by
    FROM jsonb_to_recordset(p_rows) AS r (
        cell smallint, wallet uuid, id uuid, program uuid, no integer, placed_no integer, merchant uuid,
        store text, reward text, rules integer, count bigint, unit text, points bigint, cash_fen bigint,
        paid_fen bigint, back_fen bigint, state text, placed_at timestamptz, changed_at timestamptz,
        fulfilled_at timestamptz, slot_since timestamptz, slot_until timestamptz, beneficiary text, payers jsonb,
        vouchers uuid[], stocks text[], quote uuid, reason text, by text)
    ORDER BY cell, wallet, id, no DESC
    ON CONFLICT ON CONSTRAINT redemption_key DO UPDATE SET paid_fen = excluded.paid_fen,
        back_fen = excluded.back_fen, state = excluded.state, changed_at = excluded.changed_at,
        fulfilled_at = excluded.fulfilled_at, reason = excluded.reason, by = excluded.by;
$$;

-- A page of a programme's orders, newest first. What is null does not matter; slots: those booked in a time.
-- booked: what is booked and still to come at an instant, or the rest of what is booked.
SELECT r.id, r.wallet, r.no, r.merchant, r.store, r.reward, r.rules, r.count, r.unit, r.points, r.cash_fen,
    r.paid_fen, r.back_fen, r.state::text AS state, r.placed_at, r.changed_at, r.fulfilled_at, r.slot_since,
    r.slot_until, r.beneficiary, r.payers::text AS payers, r.vouchers, r.stocks, r.quote, r.reason, r.by, m.number
FROM redemption r
LEFT JOIN member m ON m.cell = r.cell AND m.wallet = r.wallet
WHERE r.program = $1 AND (r.placed_at, r.id) < ($2, $3)
    AND ($4::uuid IS NULL OR r.merchant = $4)
    AND ($5::text[] IS NULL OR r.state = ANY ($5::order_state[]))
    AND ($6::text IS NULL OR r.reward = $6)
    AND ($7::text IS NULL OR r.store = $7)
    AND ($8::timestamptz IS NULL OR (r.slot_since >= $8 AND r.slot_since < $9))
    AND ($11::text IS NULL OR (r.slot_since IS NOT NULL AND ($11 = 'coming') =
        (r.slot_until > $12 AND r.state IN ('placed', 'confirmed'))))
ORDER BY r.placed_at DESC, r.id DESC
LIMIT $10

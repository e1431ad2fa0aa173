-- Open orders of a reward, of a merchant or of both, oldest first.
SELECT r.id, r.wallet, r.no, r.merchant, r.store, r.reward, r.rules, r.count, r.unit, r.points, r.cash_fen,
    r.paid_fen, r.back_fen, r.state::text AS state, r.placed_at, r.changed_at, r.fulfilled_at, r.slot_since,
    r.slot_until, r.beneficiary, r.payers::text AS payers, r.vouchers, r.stocks, r.quote, r.reason, r.by, m.number
FROM redemption r
LEFT JOIN member m ON m.cell = r.cell AND m.wallet = r.wallet
WHERE r.program = $1 AND r.state IN ('placed', 'confirmed', 'disputed') AND (r.placed_at, r.id) > ($2, $3)
    AND ($4::uuid IS NULL OR r.merchant = $4)
    AND ($5::text IS NULL OR r.reward = $5)
ORDER BY r.placed_at, r.id LIMIT $6

-- An order of a programme, by the id of the claim that placed it, with the member whose it is.
SELECT r.id, r.wallet, r.no, r.merchant, r.store, r.reward, r.rules, r.count, r.unit, r.points, r.cash_fen,
    r.paid_fen, r.back_fen, r.state::text AS state, r.placed_at, r.changed_at, r.fulfilled_at, r.slot_since,
    r.slot_until, r.beneficiary, r.payers::text AS payers, r.vouchers, r.stocks, r.quote, r.reason, r.by, m.number
FROM claim c
JOIN redemption r ON r.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND r.wallet = c.wallet AND r.id = c.id
LEFT JOIN member m ON m.cell = r.cell AND m.wallet = r.wallet
WHERE c.cell = $1 AND c.id = $2 AND r.program = $3

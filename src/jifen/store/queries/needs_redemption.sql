-- Orders by their ids, each of the wallet that it is asked of.
SELECT asked.id AS asked, r.id, r.wallet, r.no, r.merchant, r.store, r.reward, r.rules, r.count, r.unit, r.points,
    r.cash_fen, r.paid_fen, r.back_fen, r.state::text AS state, r.placed_at, r.changed_at, r.fulfilled_at, r.slot_since,
    r.slot_until, r.beneficiary, r.payers::text AS payers, r.vouchers, r.stocks, r.quote, r.reason, r.by
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN redemption r ON r.cell = asked.cell AND r.wallet = asked.wallet AND r.id = asked.id

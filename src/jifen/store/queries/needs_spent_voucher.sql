-- The vouchers that paid a bill and are spent still, by wallet and the id of the entry that captured it.
SELECT asked.id AS asked, v.id, v.wallet, v.no, v.redemption, v.reward, v.rules, v.merchant, v.terms, v.issued_at,
    v.expires_at, v.state, v.bill, v.locked_until
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN bill b ON b.cell = asked.cell AND b.wallet = asked.wallet AND b.closed_by = asked.id
JOIN voucher v ON v.cell = b.cell AND v.wallet = b.wallet AND v.bill = b.id AND v.state = 'spent'

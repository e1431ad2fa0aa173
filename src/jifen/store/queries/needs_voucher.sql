-- Vouchers by wallet and id, as they are stored.
SELECT asked.id AS asked, v.id, v.wallet, v.no, v.redemption, v.reward, v.rules, v.merchant, v.terms, v.issued_at,
    v.expires_at, v.state, v.bill, v.locked_until
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN voucher v ON v.cell = asked.cell AND v.wallet = asked.wallet AND v.id = asked.id

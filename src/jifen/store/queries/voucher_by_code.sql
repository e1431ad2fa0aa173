-- The voucher that a code leads to, by the code's hash, and what rules read of its holder.
SELECT v.id, v.wallet, v.no, v.redemption, v.reward, v.rules, v.merchant, v.terms, v.issued_at, v.expires_at,
    v.state, v.bill, v.locked_until, w.facts
FROM voucher_code c
JOIN voucher v ON v.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND v.wallet = c.wallet AND v.id = c.voucher
JOIN wallet w ON w.cell = v.cell AND w.id = v.wallet
WHERE c.cell = $1 AND c.program = $2 AND c.hash = $3

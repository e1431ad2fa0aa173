-- Vouchers of a wallet, newest first, from behind a place on: all, or those that stand so at an instant.
WITH known AS (
    SELECT v.*, CASE WHEN v.state IN ('spent', 'returned') THEN v.state
        WHEN v.state = 'locked' AND v.locked_until > $3 THEN 'locked'
        WHEN v.expires_at <= $3 THEN 'lapsed'
        ELSE 'issued' END AS standing
    FROM voucher v WHERE v.cell = $1 AND v.wallet = $2
)
SELECT id, wallet, no, redemption, reward, rules, merchant, terms, issued_at, expires_at, state, bill, locked_until
FROM known
WHERE ($4::text IS NULL OR standing = $4) AND (no, id) < ($5, $6)
ORDER BY no DESC, id DESC LIMIT $7

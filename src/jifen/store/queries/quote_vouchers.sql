-- The vouchers of a wallet that can be used at an instant, as far as nobody holds them, newest first.
SELECT id, wallet, no, redemption, reward, rules, merchant, terms, issued_at, expires_at, state, bill, locked_until
FROM voucher
WHERE cell = $1 AND wallet = $2 AND expires_at > $3
    AND (state = 'issued' OR state = 'locked' AND locked_until <= $3)
ORDER BY no DESC, id LIMIT $4

-- Vouchers of a programme that nobody has used and no bill holds at an instant ($6), which lapse after one instant and
-- up to another; one row for each wallet, reward and date, after a given one.
SELECT v.wallet, v.reward, v.expires_at, max(v.rules) AS rules, (array_agg(v.merchant ORDER BY v.id DESC))[1] AS merchant,
    count(*) AS count
FROM voucher v
WHERE v.program = $1 AND v.expires_at >= $2 AND (v.expires_at, v.wallet, v.reward) > ($2, $3, $4) AND v.expires_at <= $5
    AND v.expires_at > $6 AND (v.state = 'issued' OR (v.state = 'locked' AND v.locked_until <= $6))
GROUP BY v.expires_at, v.wallet, v.reward
ORDER BY v.expires_at, v.wallet, v.reward LIMIT $7

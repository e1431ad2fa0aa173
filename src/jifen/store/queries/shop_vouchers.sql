-- How many vouchers that a merchant gave are out at an instant, and how many were used, by reward.
SELECT reward, count(*) FILTER (WHERE state IN ('issued', 'locked') AND expires_at > $2) AS out,
    count(*) FILTER (WHERE state = 'spent') AS used
FROM voucher WHERE merchant = $1 GROUP BY reward ORDER BY reward

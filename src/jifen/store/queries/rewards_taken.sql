-- How many of each reward were taken from an instant up to another, without what was cancelled or not delivered.
SELECT reward, sum(count)::bigint AS count FROM redemption
WHERE program = $1 AND placed_at >= $2 AND placed_at < $3 AND state NOT IN ('cancelled', 'failed')
GROUP BY reward

-- How many of each reward were taken from an instant to another, both counted, without what was cancelled or not delivered.
SELECT reward, sum(count)::bigint AS count FROM redemption
WHERE program = $1 AND placed_at BETWEEN $2 AND $3 AND state NOT IN ('cancelled', 'failed')
GROUP BY reward

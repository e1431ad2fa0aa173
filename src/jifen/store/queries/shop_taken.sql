-- How many of each reward were taken at a merchant since an instant, and ever, without what was cancelled or failed.
SELECT reward, coalesce(sum(count) FILTER (WHERE placed_at >= $3), 0)::bigint AS lately, sum(count)::bigint AS ever
FROM redemption WHERE program = $1 AND merchant = $2 AND state NOT IN ('cancelled', 'failed') GROUP BY reward

-- The newest daily roots, with how many entries were counted on the day before each.
SELECT r.day, r.root, r.wallets, r.taken_at, c.entries
FROM daily_root r LEFT JOIN daily_count c ON c.program = r.program AND c.day = r.day - 1
WHERE r.program = $1 ORDER BY r.day DESC LIMIT $2

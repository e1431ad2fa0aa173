-- The first day whose root fixes an entry of a wallet.
SELECT h.day FROM daily_head h JOIN daily_root r ON r.program = $3 AND r.day = h.day
WHERE h.cell = $1 AND h.wallet = $2 AND h.version >= $4 ORDER BY h.day LIMIT 1

-- The newest root that a wallet is in.
SELECT r.day, r.root, r.wallets, r.taken_at, h.version, h.head
FROM daily_head h JOIN daily_root r ON r.program = $3 AND r.day = h.day
WHERE h.cell = $1 AND h.wallet = $2 ORDER BY h.day DESC LIMIT 1

-- The heads kept for a programme's day, in the order of the tree's leaves.
SELECT h.wallet, h.version, h.head
FROM daily_head h JOIN wallet w ON w.cell = h.cell AND w.id = h.wallet
WHERE h.day = $2 AND w.program = $1 ORDER BY h.wallet

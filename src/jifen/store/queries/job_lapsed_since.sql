-- Wallets of a cell, after a given one, in which points expired since an instant.
SELECT DISTINCT e.wallet FROM entry e JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
WHERE e.cell = $1 AND e.wallet > $2 AND w.program = $3 AND e.kind = 'expire' AND e.occurred_at >= $4
ORDER BY e.wallet LIMIT $5

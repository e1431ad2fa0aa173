-- Standings that are due by a day, after a given one, with what the wallet knows of its holder.
SELECT d.due, d.wallet, w.facts
FROM standing_due d JOIN wallet w ON w.cell = d.cell AND w.id = d.wallet
WHERE d.program = $1 AND d.due <= $2 AND (d.due, d.wallet) > ($3, $4)
ORDER BY d.due, d.wallet LIMIT $5

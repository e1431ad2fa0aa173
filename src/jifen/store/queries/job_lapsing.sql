-- Open holds of a programme past their deadline, after a given one.
SELECT h.wallet, h.id, h.deadline
FROM hold h JOIN wallet w ON w.cell = h.cell AND w.id = h.wallet
WHERE h.is_open AND h.deadline <= $2 AND (h.deadline, h.id) > ($3, $4) AND w.program = $1
ORDER BY h.deadline, h.id LIMIT $5

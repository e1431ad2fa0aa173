-- Tell a webhook again of the entries of a cell that were recorded from an instant on and before another.
INSERT INTO webhook_delivery (cell, wallet, webhook, no, program, next_at)
SELECT e.cell, e.wallet, h.code, e.no, h.program, $6
FROM webhook h JOIN wallet w ON w.program = h.program AND w.cell = $3
JOIN entry e ON e.cell = w.cell AND e.wallet = w.id
WHERE h.program = $1 AND h.code = $2 AND h.removed_at IS NULL AND h.kinds && ARRAY[e.kind::text, '*']
    AND e.recorded_at >= $4 AND e.recorded_at < $5
ON CONFLICT ON CONSTRAINT an_entry_is_told_to_a_webhook_once DO UPDATE SET state = 'waiting',
    next_at = excluded.next_at, lease = NULL, tries = 0
RETURNING no

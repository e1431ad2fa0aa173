-- Take deliveries to a webhook until a later instant: of each wallet only the first that waits, with its entry.
WITH due AS MATERIALIZED (
    SELECT d.cell, d.wallet, d.no FROM webhook_delivery d
    WHERE d.program = $1 AND d.webhook = $2 AND d.state = 'waiting' AND d.next_at <= $3
        AND NOT EXISTS (
            SELECT FROM webhook_delivery e
            WHERE e.cell = d.cell AND e.wallet = d.wallet AND e.webhook = d.webhook AND e.no < d.no
                AND e.state = 'waiting')
    ORDER BY d.next_at LIMIT $4 FOR UPDATE OF d SKIP LOCKED
), mine AS (
    UPDATE webhook_delivery d SET next_at = $5, lease = $6 FROM due
    WHERE d.cell = due.cell AND d.wallet = due.wallet AND d.webhook = $2 AND d.no = due.no
    RETURNING d.cell, d.wallet, d.no, d.tries
)
SELECT mine.*, e.id, e.kind, e.occurred_at, e.recorded_at, e.available, e.pending, e.held, e.owed, e.unit,
    e.source, e.key, e.event, e.explanation, e.legs, e.hash, e.reverses, e.merchant, p.number
FROM mine
JOIN entry e ON e.cell = mine.cell AND e.wallet = mine.wallet AND e.no = mine.no
LEFT JOIN member p ON p.cell = mine.cell AND p.wallet = mine.wallet

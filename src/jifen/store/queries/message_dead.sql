-- A programme's dead letters, oldest first.
SELECT m.id, p.number, m.key, m.event, m.purpose, m.put_at, m.reason
FROM message_due d
JOIN message m ON m.cell = d.cell AND m.wallet = d.wallet AND m.id = d.id
LEFT JOIN member p ON p.cell = m.cell AND p.wallet = m.wallet
WHERE d.program = $1 AND d.next_at IS NULL ORDER BY m.put_at, m.id LIMIT $2

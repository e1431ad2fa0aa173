-- A page of a programme's dead letters, newest first, of one event (NULL: of all), found by what is left to do.
SELECT m.id, p.number, m.key, m.event, m.purpose, m.fields, m.put_at, m.due_at, m.state, m.reason, m.channel,
    m.settled_at, d.next_at, d.tries
FROM message_due d
JOIN message m ON m.cell = d.cell AND m.wallet = d.wallet AND m.id = d.id
LEFT JOIN member p ON p.cell = m.cell AND p.wallet = m.wallet
WHERE d.program = $1 AND d.next_at IS NULL AND (m.put_at, m.id) < ($2, $3) AND ($4::text IS NULL OR m.event = $4)
    AND m.state = $5
ORDER BY m.put_at DESC, m.id DESC LIMIT $6

-- A page of the messages to one member, newest first, of one event or state (NULL: of all).
SELECT m.id, p.number, m.key, m.event, m.purpose, m.fields, m.put_at, m.due_at, m.state, m.reason, m.channel,
    m.settled_at, d.next_at, d.tries
FROM message m
LEFT JOIN message_due d ON d.cell = m.cell AND d.wallet = m.wallet AND d.id = m.id
LEFT JOIN member p ON p.cell = m.cell AND p.wallet = m.wallet
WHERE m.program = $1 AND (m.put_at, m.id) < ($2, $3) AND ($4::text IS NULL OR m.event = $4)
    AND ($5::text IS NULL OR m.state = $5) AND m.cell = $7 AND m.wallet = $8
ORDER BY m.put_at DESC, m.id DESC LIMIT $6

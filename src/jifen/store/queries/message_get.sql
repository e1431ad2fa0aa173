-- A message of a programme.
SELECT m.id, p.number, m.key, m.event, m.purpose, m.fields, m.put_at, m.due_at, m.state, m.reason, m.channel,
    m.settled_at, d.next_at, d.tries
FROM message m
LEFT JOIN message_due d ON d.cell = m.cell AND d.wallet = m.wallet AND d.id = m.id
LEFT JOIN member p ON p.cell = m.cell AND p.wallet = m.wallet
WHERE m.id = $1 AND m.program = $2

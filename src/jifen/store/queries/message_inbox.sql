-- A page of a member's inbox, newest first: what was told, in the words of then.
SELECT a.message, m.event, a.subject, a.body, a.tried_at
FROM message_attempt a
JOIN message m ON m.cell = a.cell AND m.wallet = a.wallet AND m.id = a.message
WHERE a.cell = $1 AND a.wallet = $2 AND a.channel = 'in_app' AND (a.tried_at, a.message) < ($3, $4)
ORDER BY a.tried_at DESC, a.message DESC LIMIT $5

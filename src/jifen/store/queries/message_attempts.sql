-- The attempts of some messages, in order.
SELECT a.message, a.no, a.channel, a.provider, a.template, a.subject, a.body, a.outcome, a.detail, a.provider_id,
    a.tried_at, a.settled_at
FROM message m JOIN message_attempt a ON a.cell = m.cell AND a.wallet = m.wallet AND a.message = m.id
WHERE m.id = ANY ($1::uuid[]) AND m.program = $2 ORDER BY a.message, a.no

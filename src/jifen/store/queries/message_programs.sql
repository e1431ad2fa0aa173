-- Programmes that have something to deliver now, each by its own clock: messages, and entries to webhooks.
SELECT p.id, p.test_clock, due.messages, due.webhooks
FROM program p
CROSS JOIN LATERAL (
    SELECT
        EXISTS (
            SELECT FROM message_due d
            WHERE d.program = p.id AND d.next_at <= coalesce(p.test_clock, $1)) AS messages,
        EXISTS (
            SELECT FROM webhook h JOIN webhook_delivery d ON d.program = h.program AND d.webhook = h.code
            WHERE h.program = p.id AND h.removed_at IS NULL AND d.state = 'waiting'
                AND d.next_at <= coalesce(p.test_clock, $1)) AS webhooks
) AS due
WHERE due.messages OR due.webhooks ORDER BY p.code

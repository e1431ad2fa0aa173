-- Take messages that are due until a later instant: what others took is passed by, what a killed process took
-- is due again. Each comes with all that the choice of its channel asks for.
WITH due AS MATERIALIZED (
    SELECT d.cell, d.wallet, d.id FROM message_due d
    WHERE d.program = $1 AND d.next_at <= $2 ORDER BY d.next_at LIMIT $3 FOR UPDATE SKIP LOCKED
), mine AS (
    UPDATE message_due d SET next_at = $4, lease = $5 FROM due
    WHERE d.cell = due.cell AND d.wallet = due.wallet AND d.id = due.id
    RETURNING d.cell, d.wallet, d.id, d.tries, d.attempts, d.awaiting, d.used, d.counted
)
SELECT mine.*, m.event, m.purpose, m.fields, coalesce(p.phone, s.phone) AS phone, coalesce(c.language, s.language) AS language, c.email, c.push, c.wechat,
    m.purpose = 'marketing' AND coalesce((
        SELECT s.given FROM consent s
        WHERE s.cell = m.cell AND s.wallet = m.wallet AND s.purpose = 'marketing'
        ORDER BY s.no DESC LIMIT 1), false) AS consented,
    CASE WHEN c.wechat IS NULL THEN '{}' ELSE ARRAY(
        SELECT s.template FROM wechat_subscription s
        WHERE s.cell = m.cell AND s.wallet = m.wallet AND s.remaining > 0) END AS subscribed,
    a.channel, a.outcome, a.provider_id, a.tried_at
FROM mine
JOIN message m ON m.cell = mine.cell AND m.wallet = mine.wallet AND m.id = mine.id
LEFT JOIN member p ON p.cell = m.cell AND p.wallet = m.wallet
LEFT JOIN sign_in s ON s.cell = m.cell AND s.id = m.wallet
LEFT JOIN contact c ON c.cell = m.cell AND c.wallet = m.wallet
LEFT JOIN message_attempt a
    ON a.cell = m.cell AND a.wallet = m.wallet AND a.message = m.id AND a.no = mine.awaiting

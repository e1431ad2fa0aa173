-- Write down what is about to be sent, for messages that are still ours; which these are.
WITH mine AS MATERIALIZED (
    SELECT r.*, d.attempts + 1 AS no FROM unnest($3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[],
        $8::integer[], $9::text[], $10::text[], $11::text[], $12::text[])
        AS r (cell, wallet, id, channel, provider, template, language, approved, subject, body)
    JOIN message_due d ON d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND d.lease = $1
    ORDER BY d.cell, d.wallet, d.id FOR UPDATE OF d
), tried AS (
    UPDATE message_due d SET attempts = r.no, awaiting = r.no FROM mine r
    WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id
), told AS (
    INSERT INTO message_attempt (cell, wallet, message, no, channel, provider, template, language, approved,
        subject, body, outcome, tried_at)
    SELECT r.cell, r.wallet, r.id, r.no, r.channel, r.provider, r.template, r.language, r.approved, r.subject,
        r.body, 'sending', $2
    FROM mine r
)
SELECT id, no FROM mine

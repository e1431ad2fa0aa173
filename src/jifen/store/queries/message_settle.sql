-- Messages that are still ours are done with: delivered (with the words that now stand in the inbox, where there
-- are some), sent for good, suppressed, or dead; a dead letter stays among what is due, without a time.
WITH mine AS MATERIALIZED (
    SELECT r.*, d.attempts FROM unnest($3::smallint[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[],
        $9::integer[], $10::text[], $11::text[], $12::text[])
        AS r (cell, wallet, id, state, reason, channel, template, language, subject, body)
    JOIN message_due d ON d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND d.lease = $1
    ORDER BY d.cell, d.wallet, d.id FOR UPDATE OF d
), done AS (
    DELETE FROM message_due d USING mine r
    WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND r.state <> 'dead'
), dead AS (
    UPDATE message_due d SET next_at = NULL, lease = NULL, awaiting = NULL FROM mine r
    WHERE d.cell = r.cell AND d.wallet = r.wallet AND d.id = r.id AND r.state = 'dead'
), told AS (
    INSERT INTO message_attempt (cell, wallet, message, no, channel, provider, template, language, subject, body,
        outcome, tried_at, settled_at)
    SELECT r.cell, r.wallet, r.id, r.attempts + 1, r.channel, 'inbox', r.template, r.language, r.subject, r.body,
        'delivered', $2, $2
    FROM mine r WHERE r.body IS NOT NULL
)
UPDATE message m SET state = r.state, reason = r.reason, channel = r.channel, settled_at = $2 FROM mine r
WHERE m.cell = r.cell AND m.wallet = r.wallet AND m.id = r.id

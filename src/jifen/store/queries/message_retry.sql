-- Let dead letters be delivered again, from the first channel on: one, or (NULL) all of a programme.
WITH again AS (
    UPDATE message_due d SET next_at = $3, tries = 0, used = '{}', lease = NULL, awaiting = NULL
    WHERE d.program = $1 AND d.next_at IS NULL AND ($2::uuid IS NULL OR d.id = $2)
    RETURNING d.cell, d.wallet, d.id
)
UPDATE message m SET state = 'waiting', reason = '', settled_at = NULL FROM again
WHERE m.cell = again.cell AND m.wallet = again.wallet AND m.id = again.id
RETURNING m.id

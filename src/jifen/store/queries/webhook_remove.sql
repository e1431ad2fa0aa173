-- Remove a webhook, and what waits for it.
WITH gone AS (
    UPDATE webhook SET removed_at = $3 WHERE program = $1 AND code = $2 AND removed_at IS NULL RETURNING code
), dropped AS (
    DELETE FROM webhook_delivery d USING gone
    WHERE d.program = $1 AND d.webhook = gone.code AND d.state = 'waiting'
)
SELECT code FROM gone

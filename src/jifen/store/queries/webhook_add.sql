-- A new webhook, or one that was removed, anew.
INSERT INTO webhook (program, code, url, secret, kinds, added_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT webhook_key DO UPDATE SET url = excluded.url, secret = excluded.secret,
    kinds = excluded.kinds, added_at = excluded.added_at, removed_at = NULL, paused_until = NULL, failures = 0
WHERE webhook.removed_at IS NOT NULL
RETURNING code

-- The webhooks of a programme that may be told something now.
SELECT code, url, secret, failures FROM webhook
WHERE program = $1 AND removed_at IS NULL AND (paused_until IS NULL OR paused_until <= $2) ORDER BY code

-- A session is used.
UPDATE session SET seen_at = $3 WHERE cell = $1 AND token_hash = $2 AND seen_at < $3

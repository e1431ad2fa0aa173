-- Revoke a key.
UPDATE api_key SET revoked_at = $3 WHERE program = $1 AND label = $2 AND revoked_at IS NULL RETURNING id

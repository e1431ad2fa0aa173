-- Whose key has this hash, if it is not revoked.
SELECT program, merchant, label, role FROM api_key WHERE secret_hash = $1 AND revoked_at IS NULL

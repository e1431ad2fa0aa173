-- The API keys of a programme, those in use first. A label without a secret of its own is a hook's.
SELECT k.label, k.merchant, k.role, k.created_at, k.revoked_at
FROM api_key k
WHERE k.program = $1 AND NOT EXISTS (SELECT FROM hook h WHERE h.program = k.program AND h.code = k.label)
ORDER BY k.revoked_at IS NOT NULL, k.created_at DESC, k.label

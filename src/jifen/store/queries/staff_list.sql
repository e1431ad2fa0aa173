-- The staff of a programme, or of one merchant of it.
SELECT id, program, merchant, store, login, name, role, disabled_at IS NOT NULL, totp IS NOT NULL FROM staff
WHERE program = $1 AND ($2::uuid IS NULL OR merchant = $2) ORDER BY merchant NULLS FIRST, role, login

-- One of the staff by login.
SELECT id, program, merchant, store, login, name, role, disabled_at IS NOT NULL, totp IS NOT NULL FROM staff
WHERE login = $1

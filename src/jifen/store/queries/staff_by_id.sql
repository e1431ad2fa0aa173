-- One of the staff.
SELECT id, program, merchant, store, login, name, role, disabled_at IS NOT NULL, totp IS NOT NULL FROM staff WHERE id = $1

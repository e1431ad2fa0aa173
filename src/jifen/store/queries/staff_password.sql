-- A new password.
UPDATE staff SET password = $2, password_at = $3 WHERE id = $1 RETURNING login

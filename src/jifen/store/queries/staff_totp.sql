-- A new secret for codes, or none.
UPDATE staff SET totp = $2, totp_step = 0 WHERE id = $1 RETURNING login

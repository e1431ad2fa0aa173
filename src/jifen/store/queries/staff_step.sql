-- Use up a step of somebody's codes; nothing is answered where it, or a later one, was used.
UPDATE staff SET totp_step = $2 WHERE id = $1 AND totp_step < $2 RETURNING id

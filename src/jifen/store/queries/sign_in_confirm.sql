-- The phone has answered.
UPDATE sign_in SET confirmed_at = $3 WHERE cell = $1 AND id = $2 AND confirmed_at IS NULL RETURNING id

-- Use up one try at the code; none is left after five, nor after its time, nor once it was right.
UPDATE sign_in SET tries = tries + 1
WHERE cell = $1 AND id = $2 AND confirmed_at IS NULL AND tries < 5 AND code_until > $3
RETURNING tries, program, phone

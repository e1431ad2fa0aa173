-- Use up one try at the code that was sent to a phone; none is left after five, nor after its time.
UPDATE identification SET tries = tries + 1
WHERE cell = $1 AND id = $2 AND confirmed_at IS NULL AND tries < 5 AND code_until > $3
RETURNING code_hash

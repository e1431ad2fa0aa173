-- The card that a source issued under a key.
SELECT number, what, issued_at, stopped_at, stopped_for FROM card
WHERE cell = $1 AND wallet = $2 AND source = $3 AND key = $4

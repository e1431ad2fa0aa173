-- The name of a programme changes.
UPDATE program SET name = $2 WHERE id = $1

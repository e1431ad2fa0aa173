-- The name of a merchant changes.
UPDATE merchant SET name = $3 WHERE program = $1 AND code = $2

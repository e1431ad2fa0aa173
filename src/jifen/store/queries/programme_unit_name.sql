-- The name of a unit changes.
UPDATE unit SET name = $3 WHERE program = $1 AND code = $2

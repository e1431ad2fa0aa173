-- The name of a store changes.
UPDATE store SET name = $3 WHERE program = $1 AND code = $2

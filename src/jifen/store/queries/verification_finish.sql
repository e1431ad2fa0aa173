-- A proof is done.
UPDATE verification SET finished_at = $3, findings = $4, report = $5
WHERE program = $1 AND id = $2 AND finished_at IS NULL

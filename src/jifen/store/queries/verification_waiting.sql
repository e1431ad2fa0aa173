-- The proof that waits or runs.
SELECT id, asked_by, asked_at, finished_at, findings, report FROM verification
WHERE program = $1 AND finished_at IS NULL

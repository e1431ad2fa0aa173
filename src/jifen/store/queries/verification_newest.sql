-- The newest proofs that are done.
SELECT id, asked_by, asked_at, finished_at, findings, report FROM verification
WHERE program = $1 AND finished_at IS NOT NULL ORDER BY finished_at DESC, id LIMIT $2

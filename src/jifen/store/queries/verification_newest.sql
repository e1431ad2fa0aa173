-- The newest proofs that are done; where a test clock stands still, their ids tell which came later.
SELECT id, asked_by, asked_at, finished_at, findings, report FROM verification
WHERE program = $1 AND finished_at IS NOT NULL ORDER BY finished_at DESC, id DESC LIMIT $2

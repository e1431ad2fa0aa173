-- Somebody wants the books proven; where that waits already, it stays one.
INSERT INTO verification (program, id, asked_by, asked_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (program) WHERE finished_at IS NULL DO NOTHING

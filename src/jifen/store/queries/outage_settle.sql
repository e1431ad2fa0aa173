-- Everybody has got what an outage gives.
UPDATE outage SET settled_at = $3 WHERE program = $1 AND id = $2 AND settled_at IS NULL

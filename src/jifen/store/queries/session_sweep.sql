-- Forget some sessions that have ended.
DELETE FROM session WHERE (cell, token_hash) IN (
    SELECT s.cell, s.token_hash FROM session s WHERE s.ends_at <= $1 ORDER BY s.ends_at LIMIT 20
    FOR UPDATE SKIP LOCKED)

-- Forget some windows that are over.
DELETE FROM access_limit WHERE about IN (
    SELECT a.about FROM access_limit a WHERE a.until < $1 ORDER BY a.until LIMIT 20 FOR UPDATE SKIP LOCKED)

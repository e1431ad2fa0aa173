-- Forget some tries of long ago.
DELETE FROM login_try WHERE about IN (
    SELECT t.about FROM login_try t WHERE t.tried_at < $1 ORDER BY t.tried_at LIMIT 20 FOR UPDATE SKIP LOCKED)

-- Forget some phones that were asked long ago.
DELETE FROM sign_in WHERE (cell, id) IN (
    SELECT s.cell, s.id FROM sign_in s WHERE s.asked_at < $1 ORDER BY s.asked_at LIMIT 20 FOR UPDATE SKIP LOCKED)

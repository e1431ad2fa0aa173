-- Take one of so many within a window; how many were taken, and when the window ends.
INSERT INTO access_limit (about, until, taken) VALUES ($1, $3, 1)
ON CONFLICT ON CONSTRAINT access_limit_key DO UPDATE
SET until = CASE WHEN access_limit.until <= $2 THEN $3 ELSE access_limit.until END,
    taken = CASE WHEN access_limit.until <= $2 THEN 1 ELSE least(access_limit.taken, $4) + 1 END
RETURNING taken, until

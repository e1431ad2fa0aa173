-- The newest counted day up to one on which something was recorded.
SELECT max(day) FROM daily_count WHERE program = $1 AND day <= $2 AND entries > 0

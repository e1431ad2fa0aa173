-- No day of a programme is counted any more.
DELETE FROM daily_count WHERE program = $1

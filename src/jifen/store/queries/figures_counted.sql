-- Up to which day the figures of a programme are counted; null: none is.
SELECT max(day) FROM daily_count WHERE program = $1

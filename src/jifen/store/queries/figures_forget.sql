-- The figures of some days are counted anew.
DELETE FROM daily_figure WHERE program = $1 AND day BETWEEN $2 AND $3

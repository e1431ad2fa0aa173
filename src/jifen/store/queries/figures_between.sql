-- The figures of a unit from a day up to another, by days, merchants and accounts.
SELECT day, merchant, account, sum(points)::bigint AS points
FROM daily_figure WHERE program = $1 AND unit = $2 AND day BETWEEN $3 AND $4 GROUP BY 1, 2, 3

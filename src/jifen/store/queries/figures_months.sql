-- The figures of a unit by months, accounts and worth.
SELECT date_trunc('month', day)::date AS month, account, offset_points, offset_fen, sum(points)::bigint AS points
FROM daily_figure WHERE program = $1 AND unit = $2 GROUP BY 1, 2, 3, 4

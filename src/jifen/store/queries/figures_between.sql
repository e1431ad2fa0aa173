-- The figures of a unit by merchants and accounts: of a period ($3 to $4), of the one before ($5 to $6), and of the days
-- from $7 on up to the day before $8 and on $8.
SELECT merchant, account,
    coalesce(sum(points) FILTER (WHERE day BETWEEN $3 AND $4), 0)::bigint AS now,
    coalesce(sum(points) FILTER (WHERE day BETWEEN $5 AND $6), 0)::bigint AS before,
    coalesce(sum(points) FILTER (WHERE day >= $7 AND day < $8), 0)::bigint AS usual,
    coalesce(sum(points) FILTER (WHERE day = $8), 0)::bigint AS today
FROM daily_figure
WHERE program = $1 AND unit = $2 AND day BETWEEN least($3::date, $5::date, $7::date) AND greatest($4::date, $8::date)
GROUP BY 1, 2

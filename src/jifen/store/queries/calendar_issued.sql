-- Points of a unit that were issued on each day from one up to another, of the days that were counted.
SELECT c.day, coalesce(sum(abs(f.points)), 0)::bigint AS points
FROM daily_count c
LEFT JOIN daily_figure f ON f.program = c.program AND f.day = c.day AND f.unit = $2 AND f.account = 'issued'
WHERE c.program = $1 AND c.day BETWEEN $3 AND $4
GROUP BY c.day

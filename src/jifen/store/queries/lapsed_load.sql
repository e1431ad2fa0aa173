-- Of series in wallets, and of those to which their points moved for a later date: what expired unused, less what
-- returns, outages and bills took back of that, with the lots as they are.
WITH asked AS (
    SELECT * FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS a (cell, wallet, series)
), lapsed AS (
    SELECT w.cell, w.wallet, (l.leg ->> 0)::uuid AS series, -sum((l.leg ->> 2)::bigint)::bigint AS points
    FROM (SELECT DISTINCT cell, wallet FROM asked) w
    JOIN entry e ON e.cell = w.cell AND e.wallet = w.wallet AND e.kind IN ('expire', 'return', 'extend', 'purchase')
        AND e.legs LIKE '%"expired"%'
    CROSS JOIN LATERAL json_array_elements(e.legs::json) AS l (leg)
    WHERE l.leg ->> 1 = 'expired'
    GROUP BY w.cell, w.wallet, l.leg ->> 0
)
SELECT x.wallet, x.series, x.points, l.granted, l.remaining, l.held, l.owed
FROM lapsed x
JOIN series s ON s.id = x.series
JOIN lot l ON l.cell = x.cell AND l.wallet = x.wallet AND l.series = x.series
WHERE x.points > 0 AND EXISTS (
    SELECT FROM asked a WHERE a.cell = x.cell AND a.wallet = x.wallet AND a.series IN (s.id, s.origin))

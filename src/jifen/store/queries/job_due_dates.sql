-- Like job_due, but one row for each date that has passed: the series' own, or for points that live by activity,
-- after how many idle months and when the last activity was. A page begins after a row of the page before.
SELECT l.wallet, s.unit, w.version, w.pool, w.active_at, s.expires_at, s.idle_months
FROM lot l
JOIN series s ON s.id = l.series
JOIN wallet w ON w.cell = l.cell AND w.id = l.wallet
WHERE l.cell = $1 AND l.wallet >= $2
    AND (l.wallet, s.unit, coalesce(s.expires_at, 'epoch'), coalesce(s.idle_months, 0)) > ($2, $3, $4, $5)
    AND l.remaining > 0 AND s.program = $6
    AND (s.expires_at <= $7
        OR w.active_at < ($9::timestamptz[])[array_position($8::integer[], s.idle_months)])
GROUP BY l.wallet, s.unit, w.version, w.pool, w.active_at, s.expires_at, s.idle_months
ORDER BY l.wallet, s.unit, coalesce(s.expires_at, 'epoch'), coalesce(s.idle_months, 0) LIMIT $10

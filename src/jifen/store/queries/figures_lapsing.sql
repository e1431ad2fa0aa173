-- Free points of a unit that lapse between two instants, by the last day on which they can be used, and by how far
-- their holders were reminded of it: told (delivered to somebody concerned), failed (no channel was left) or waiting
-- (no reminder is due yet, or it is on its way). $6: how many days ahead reminders go out.
WITH due AS (
    SELECT l.wallet, w.pool, w.household, ((x.expires - interval '1 microsecond') AT TIME ZONE $5)::date AS last_day,
        sum(l.remaining)::bigint AS points
    FROM lot l
    JOIN series s ON s.id = l.series
    JOIN wallet w ON w.cell = l.cell AND w.id = l.wallet
    CROSS JOIN LATERAL (SELECT coalesce(s.expires_at, ((w.active_at AT TIME ZONE $5)::date
        + make_interval(months => s.idle_months) + interval '1 day') AT TIME ZONE $5) AS expires) x
    WHERE s.program = $1 AND s.unit = $2 AND l.remaining > 0 AND x.expires > $3 AND x.expires <= $4
    GROUP BY 1, 2, 3, 4
), told AS (
    SELECT d.wallet, d.last_day, bool_or(m.state = 'delivered') AS told, bool_or(m.state = 'dead') AS failed,
        bool_or(m.state IN ('waiting', 'sent')) AS waiting
    FROM due d
    CROSS JOIN unnest($6::integer[]) AS step
    CROSS JOIN LATERAL (
        SELECT '' AS ending WHERE NOT d.pool
        UNION ALL SELECT ':' || h.id FROM wallet h WHERE d.pool AND h.household = d.household AND NOT h.pool
    ) AS concerned
    JOIN message m ON m.id = message_id($1,
        'points_lapsing:' || d.wallet || ':' || $2 || ':' || d.last_day || ':' || step || concerned.ending)
    WHERE d.last_day <= $7
    GROUP BY 1, 2
)
SELECT d.last_day, CASE WHEN t.told THEN 'told' WHEN t.failed AND NOT t.waiting THEN 'failed' ELSE 'waiting' END AS how,
    sum(d.points)::bigint AS points, count(*) AS wallets
FROM due d LEFT JOIN told t USING (wallet, last_day)
GROUP BY 1, 2 ORDER BY 1, 2

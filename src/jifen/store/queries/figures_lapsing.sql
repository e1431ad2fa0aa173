-- Free points of a unit that lapse between two instants, by the last day on which they can be used, and by how far
-- their holders were reminded of it: told (delivered to somebody concerned), failed (no channel was left) or waiting
-- (no reminder is due yet, or it is on its way). $6: how many days ahead reminders go out; $7: the last day that is so
-- near that one may have gone out.
WITH dated AS MATERIALIZED (
    SELECT s.id, s.idle_months, s.expires_at FROM series s
    WHERE s.program = $1 AND s.unit = $2
        AND (s.idle_months IS NOT NULL OR (s.expires_at > $3 AND s.expires_at <= $4))
), free AS MATERIALIZED (
    SELECT l.wallet, w.pool, w.household, l.remaining, CASE WHEN s.expires_at IS NOT NULL THEN s.expires_at
        ELSE ((w.active_at AT TIME ZONE $5)::date + make_interval(months => s.idle_months) + interval '1 day')
            AT TIME ZONE $5 END AS expires
    FROM lot l
    JOIN dated s ON s.id = l.series
    JOIN wallet w ON w.cell = l.cell AND w.id = l.wallet
    WHERE l.remaining > 0
), due AS (
    SELECT wallet, pool, household, expires, sum(remaining)::bigint AS points,
        ((expires - interval '1 microsecond') AT TIME ZONE $5)::date AS last_day
    FROM free WHERE expires > $3 AND expires <= $4 AND expires <= ($7::date + 1)::timestamp AT TIME ZONE $5
    GROUP BY wallet, pool, household, expires
)
SELECT d.last_day, CASE WHEN t.told THEN 'told' WHEN t.failed AND NOT t.waiting THEN 'failed' ELSE 'waiting' END AS how,
    sum(d.points)::bigint AS points, count(*) AS wallets
FROM due d
CROSS JOIN LATERAL (
    SELECT bool_or(m.state = 'delivered') AS told, bool_or(m.state = 'dead') AS failed,
        bool_or(m.state IN ('waiting', 'sent')) AS waiting
    FROM unnest($6::integer[]) AS step
    CROSS JOIN (
        SELECT '' AS ending WHERE NOT d.pool
        UNION ALL SELECT ':' || h.id FROM wallet h WHERE d.pool AND h.household = d.household AND NOT h.pool
    ) AS concerned
    JOIN message m ON m.id = message_id($1,
        'points_lapsing:' || d.wallet || ':' || $2 || ':' || d.last_day || ':' || step || concerned.ending)
) t
GROUP BY 1, 2
UNION ALL
SELECT ((expires - interval '1 microsecond') AT TIME ZONE $5)::date, 'waiting', sum(remaining)::bigint,
    count(DISTINCT wallet)
FROM free WHERE expires > $3 AND expires <= $4 AND expires > ($7::date + 1)::timestamp AT TIME ZONE $5
GROUP BY expires
ORDER BY 1, 2

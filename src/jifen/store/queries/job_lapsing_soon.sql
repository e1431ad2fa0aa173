-- Wallets of a cell with free points that will lapse after one instant and up to another, one row for each date,
-- with what the points are worth in fen, as promised at issue. For points that live by activity the two instants are
-- given as those of the last activity. A page begins after a row of the page before.
SELECT l.wallet, s.unit, w.pool, w.active_at, s.expires_at, s.idle_months, sum(l.remaining)::bigint AS points,
    sum(div(l.remaining::numeric * s.offset_fen, s.offset_points))::bigint AS fen
FROM lot l
JOIN series s ON s.id = l.series
JOIN wallet w ON w.cell = l.cell AND w.id = l.wallet
WHERE l.cell = $1 AND l.wallet >= $2
    AND (l.wallet, s.unit, coalesce(s.expires_at, 'epoch'), coalesce(s.idle_months, 0)) > ($2, $3, $4, $5)
    AND l.remaining > 0 AND s.program = $6
    AND ((s.expires_at > $7 AND s.expires_at <= $8)
        OR (w.active_at >= ($10::timestamptz[])[array_position($9::integer[], s.idle_months)]
            AND w.active_at < ($11::timestamptz[])[array_position($9::integer[], s.idle_months)]))
GROUP BY l.wallet, s.unit, w.pool, w.active_at, s.expires_at, s.idle_months
ORDER BY l.wallet, s.unit, coalesce(s.expires_at, 'epoch'), coalesce(s.idle_months, 0) LIMIT $12

-- Wallets of a cell, after a given wallet and unit, with free points past their date: that of the series, or for
-- points that live by activity, where the last activity was too long ago for so many months.
SELECT l.wallet, s.unit, w.version
FROM lot l
JOIN series s ON s.id = l.series
JOIN wallet w ON w.cell = l.cell AND w.id = l.wallet
WHERE l.cell = $1 AND l.wallet >= $2 AND (l.wallet, s.unit) > ($2, $3) AND l.remaining > 0 AND s.program = $4
    AND (s.expires_at <= $5
        OR w.active_at < ($7::timestamptz[])[array_position($6::integer[], s.idle_months)])
GROUP BY l.wallet, s.unit, w.version ORDER BY l.wallet, s.unit LIMIT $8

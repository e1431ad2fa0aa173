-- A page of wallets of some cells, after a given one, with their lots that are not empty.
SELECT w.cell, w.id, w.program, coalesce(p.zone, 'UTC') AS zone, w.version, w.head, w.household, w.active_at,
    w.frozen_until, w.counters, lots.series, lots.granted, lots.remaining, lots.held, lots.owed
FROM wallet w
LEFT JOIN program p ON p.id = w.program
LEFT JOIN LATERAL (
    SELECT array_agg(l.series) AS series, array_agg(l.granted) AS granted, array_agg(l.remaining) AS remaining,
        array_agg(l.held) AS held, array_agg(l.owed) AS owed
    FROM lot l
    WHERE l.cell = w.cell AND l.wallet = w.id AND (l.remaining <> 0 OR l.held <> 0 OR l.owed <> 0)
) lots ON true
WHERE w.cell BETWEEN $1 AND $2 AND ($3::uuid IS NULL OR w.program = $3) AND (w.cell, w.id) > ($4, $5)
ORDER BY w.cell, w.id LIMIT $6

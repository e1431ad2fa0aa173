-- Snapshots of wallets with their lots that are not empty; the version is read first, so what is newer shows.
SELECT w.cell, w.id, w.program, w.version, w.head, w.household, w.active_at, w.frozen_until, w.facts, w.counters,
    lots.series, lots.granted, lots.remaining, lots.held, lots.owed
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id
LEFT JOIN LATERAL (
    SELECT array_agg(l.series) AS series, array_agg(l.granted) AS granted, array_agg(l.remaining) AS remaining,
        array_agg(l.held) AS held, array_agg(l.owed) AS owed
    FROM lot l
    WHERE l.cell = w.cell AND l.wallet = w.id AND (l.remaining > 0 OR l.held > 0 OR l.owed > 0)
) lots ON true

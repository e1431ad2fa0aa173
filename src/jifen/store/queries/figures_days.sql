-- So many entries were recorded on each of some days; the instants are those at which the days begin and end.
INSERT INTO daily_count (program, day, entries)
SELECT $1, d.day::date, coalesce(c.entries, 0)
FROM generate_series($2::date, $3::date, '1 day') AS d (day)
LEFT JOIN (
    SELECT (e.recorded_at AT TIME ZONE $6)::date AS day, count(*) AS entries
    FROM entry e JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
    WHERE e.recorded_at >= $4 AND e.recorded_at < $5 AND w.program = $1
    GROUP BY 1
) c ON c.day = d.day::date
ON CONFLICT ON CONSTRAINT daily_count_key DO UPDATE SET entries = EXCLUDED.entries

-- The figures of each counted day beside the sums of the legs that were recorded on it, and how many entries it had.
WITH counted AS (
    SELECT c.program, c.day, c.entries, p.zone FROM daily_count c JOIN program p ON p.id = c.program
    WHERE $1::uuid IS NULL OR c.program = $1
), span AS (
    SELECT program, zone, min(day) AS first, max(day) AS last FROM counted GROUP BY program, zone
), recorded AS (
    SELECT w.program, (e.recorded_at AT TIME ZONE span.zone)::date AS day, e.merchant, e.legs
    FROM span
    JOIN entry e ON e.recorded_at >= span.first::timestamp AT TIME ZONE span.zone
        AND e.recorded_at < (span.last + 1)::timestamp AT TIME ZONE span.zone
    JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet AND w.program = span.program
), numbers AS (
    SELECT program, day, count(*) AS entries FROM recorded GROUP BY 1, 2
), sums AS (
    SELECT r.program, r.day, s.unit,
        CASE WHEN l.leg ->> 1 IN ('redeemed', 'donated') THEN coalesce((l.leg ->> 3)::uuid, r.merchant) ELSE s.issuer END
            AS merchant,
        (l.leg ->> 1)::account AS account, s.offset_points, s.offset_fen, sum((l.leg ->> 2)::bigint)::bigint AS points
    FROM recorded r
    CROSS JOIN LATERAL json_array_elements(r.legs::json) AS l (leg)
    JOIN series s ON s.id = (l.leg ->> 0)::uuid
    JOIN counted c ON c.program = r.program AND c.day = r.day
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), stored AS (
    SELECT f.* FROM daily_figure f WHERE $1::uuid IS NULL OR f.program = $1
), wrong AS (
    SELECT format('figures of %s of programme %s', day, program) AS place,
        format('%s %s of %s: %s', account, unit, merchant, coalesce(f.points, 0)) AS so,
        format('%s: the sum of its legs', coalesce(s.points, 0)) AS expected
    FROM stored f FULL JOIN sums s USING (program, day, unit, merchant, account, offset_points, offset_fen)
    WHERE f.points IS DISTINCT FROM s.points
    UNION ALL
    SELECT format('figures of %s of programme %s', c.day, c.program), format('%s entries', c.entries),
        format('%s entries', coalesce(n.entries, 0))
    FROM counted c LEFT JOIN numbers n USING (program, day) WHERE c.entries <> coalesce(n.entries, 0)
)
SELECT looked.looked, NULL::uuid AS wallet, wrong.*
FROM (SELECT count(*) AS looked FROM counted) looked LEFT JOIN wrong ON true

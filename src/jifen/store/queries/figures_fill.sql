-- The sums of all legs of a stretch of time, by the day on which they were recorded and what they are of.
INSERT INTO daily_figure (program, day, unit, merchant, account, offset_points, offset_fen, points, legs)
SELECT s.program, (e.recorded_at AT TIME ZONE $4)::date, s.unit,
    CASE WHEN l.leg ->> 1 IN ('redeemed', 'donated') THEN coalesce((l.leg ->> 3)::uuid, e.merchant) ELSE s.issuer END,
    (l.leg ->> 1)::account, s.offset_points, s.offset_fen, sum((l.leg ->> 2)::bigint)::bigint, count(*)
FROM entry e
CROSS JOIN LATERAL json_array_elements(e.legs::json) AS l (leg)
JOIN series s ON s.id = (l.leg ->> 0)::uuid
WHERE e.recorded_at >= $2 AND e.recorded_at < $3 AND s.program = $1
GROUP BY 1, 2, 3, 4, 5, 6, 7

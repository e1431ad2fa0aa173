-- What moved since an instant, which no day's figures hold yet: as figures_fill sums it.
SELECT (e.recorded_at AT TIME ZONE $4)::date AS day, s.unit,
    CASE WHEN l.leg ->> 1 IN ('redeemed', 'donated') THEN coalesce((l.leg ->> 3)::uuid, e.merchant) ELSE s.issuer END
        AS merchant,
    (l.leg ->> 1)::account AS account, s.offset_points, s.offset_fen, sum((l.leg ->> 2)::bigint)::bigint AS points
FROM entry e
CROSS JOIN LATERAL json_array_elements(e.legs::json) AS l (leg)
JOIN series s ON s.id = (l.leg ->> 0)::uuid
WHERE e.recorded_at >= $2 AND s.program = $1 AND s.unit = $3
GROUP BY 1, 2, 3, 4, 5, 6

-- Members whose available points of a unit reach a number, by number; no points are told.
SELECT m.number FROM member m
WHERE m.program = $1 AND (
    SELECT coalesce(sum(l.remaining), 0) FROM lot l JOIN series s ON s.id = l.series
    WHERE l.cell = m.cell AND l.wallet = m.wallet AND s.unit = $2
        AND (s.matures_at IS NULL OR s.matures_at <= $4) AND (s.expires_at IS NULL OR s.expires_at > $4)
) >= $3
ORDER BY m.number

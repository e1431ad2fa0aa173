-- A merchant's entries of a stretch of time, newest first, from behind a place on. What is null does not matter: the
-- wallet (its cell before it), the store (of what was bought, or of what came back), the first letter of the name.
SELECT e.*, coalesce(h.deadline, f.until) AS until, w.active_at, n.number, n.name
FROM (
    SELECT e.cell, e.wallet, e.no FROM entry e
    WHERE e.merchant = $1 AND e.recorded_at >= $2 AND e.recorded_at < $3
        AND ($5::uuid IS NULL OR (e.cell = $4 AND e.wallet = $5))
        AND ($6::text IS NULL OR position('"store":"' || $6 || '"' IN e.event) > 0
            OR EXISTS (SELECT FROM entry o WHERE o.cell = e.cell AND o.wallet = e.wallet AND o.no = e.reverses
                AND position('"store":"' || $6 || '"' IN o.event) > 0))
        AND ($7::text IS NULL OR EXISTS (SELECT FROM member n
            WHERE n.cell = e.cell AND n.wallet = e.wallet AND left(n.name, 1) = $7))
        AND (e.recorded_at, e.wallet, e.no) < ($8, $9, $10)
    ORDER BY e.recorded_at DESC, e.wallet DESC, e.no DESC LIMIT $11
) p
JOIN entry e ON e.cell = p.cell AND e.wallet = p.wallet AND e.no = p.no
JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
LEFT JOIN member n ON n.cell = e.cell AND n.wallet = e.wallet
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
ORDER BY e.recorded_at DESC, e.wallet DESC, e.no DESC

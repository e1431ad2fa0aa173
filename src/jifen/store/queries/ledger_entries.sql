-- Entries of a programme that were recorded in a stretch of time, newest first, from behind a place on. What is null
-- does not matter: kinds, merchant, store (of purchases and payments), source, key.
SELECT e.*, coalesce(h.deadline, f.until) AS until, w.active_at, n.number, n.name
FROM (
    SELECT e.cell, e.wallet, e.no FROM entry e
    JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
    WHERE e.recorded_at >= $2 AND e.recorded_at < $3 AND w.program = $1
        AND ($4::text[] IS NULL OR e.kind::text = ANY ($4))
        AND ($5::uuid IS NULL OR e.merchant = $5)
        AND ($6::text IS NULL OR position('"store":"' || $6 || '"' IN e.event) > 0)
        AND ($7::text IS NULL OR e.source = $7)
        AND ($8::text IS NULL OR e.key = $8)
        AND (e.recorded_at, e.wallet, e.no) < ($9, $10, $11)
    ORDER BY e.recorded_at DESC, e.wallet DESC, e.no DESC LIMIT $12
) p
JOIN entry e ON e.cell = p.cell AND e.wallet = p.wallet AND e.no = p.no
JOIN wallet w ON w.cell = e.cell AND w.id = e.wallet
LEFT JOIN member n ON n.cell = e.cell AND n.wallet = e.wallet
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
ORDER BY e.recorded_at DESC, e.wallet DESC, e.no DESC

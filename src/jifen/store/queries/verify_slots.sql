-- Each time that can be booked: its places are those left and those that orders in force and sales took. Who does
-- not come has taken the place.
WITH taken AS (
    SELECT k.cell, k.id, sum(r.count) AS places
    FROM redemption r CROSS JOIN LATERAL unnest(r.stocks) AS place (code)
    JOIN stock k ON k.program = r.program AND k.code = place.code
    WHERE r.slot_since IS NOT NULL AND ($1::uuid IS NULL OR r.program = $1)
        AND (r.state IN ('placed', 'confirmed', 'fulfilled', 'disputed') OR r.state = 'cancelled' AND EXISTS (
            SELECT FROM entry e WHERE e.cell = r.cell AND e.wallet = r.wallet AND e.kind IN ('order', 'reverse')
                AND e.explanation LIKE '%"step":"no_show"%' AND e.explanation::jsonb ->> 'order' = r.id::text))
    GROUP BY k.cell, k.id
), sold AS (
    SELECT s.stock AS id, sum(s.count) AS places FROM slot_sale s
    WHERE s.cancelled_at IS NULL AND ($1::uuid IS NULL OR s.program = $1) GROUP BY s.stock
), compared AS (
    SELECT s.stock, s.of, s.since, s.capacity, k.remaining, coalesce(t.places, 0) + coalesce(d.places, 0) AS gone
    FROM slot s LEFT JOIN stock k ON k.cell = s.cell AND k.id = s.stock
    LEFT JOIN taken t ON t.id = s.stock LEFT JOIN sold d ON d.id = s.stock
    WHERE $1::uuid IS NULL OR s.program = $1
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted
LEFT JOIN (
    SELECT NULL::uuid AS wallet, format('slot %s of %s', stock, of) AS place,
        format('%s places, of which %s are left', capacity, coalesce(remaining::text, 'none')) AS so,
        format('%s places: what is left and the %s that were taken', remaining + gone, gone) AS expected
    FROM compared WHERE capacity IS DISTINCT FROM remaining + gone
) wrong ON true

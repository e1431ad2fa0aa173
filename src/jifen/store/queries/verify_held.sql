-- The held points of lots of some cells beside the parts of open holds; where the two differ.
WITH parts AS (
    SELECT h.cell, h.wallet, p.series, sum(p.points) AS held
    FROM hold h CROSS JOIN LATERAL unnest(h.series, h.parts) AS p (series, points)
    WHERE h.cell BETWEEN $1 AND $2 AND h.is_open GROUP BY h.cell, h.wallet, p.series
), compared AS (
    SELECT wallet, series, coalesce(l.held, 0) AS held, coalesce(parts.held, 0) AS due
    FROM (SELECT * FROM lot WHERE cell BETWEEN $1 AND $2 AND held <> 0) l
    FULL JOIN parts USING (cell, wallet, series) AS k
    JOIN wallet w ON w.cell = k.cell AND w.id = k.wallet
    WHERE $3::uuid IS NULL OR w.program = $3
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted
LEFT JOIN (
    SELECT wallet, 'lot ' || series AS place, format('held %s', held) AS so,
        format('%s: the parts of its open holds', due) AS expected
    FROM compared WHERE held <> due
) wrong ON true

-- The lots of some cells beside the sums of their legs; which lots differ, have no legs or no row, are of another
-- programme's series, or had more expiries taken back than there were.
WITH moved AS (
    SELECT cell, wallet, series, sum(points) AS remaining,
        coalesce(-sum(points) FILTER (WHERE account = 'held'), 0) AS held,
        coalesce(sum(points) FILTER (WHERE points > 0 AND account IN ('issued', 'transferred', 'adjusted')), 0)
            AS granted,
        coalesce(-sum(points) FILTER (WHERE account = 'expired'), 0) AS lapsed
    FROM movement WHERE cell BETWEEN $1 AND $2 GROUP BY cell, wallet, series
), compared AS (
    SELECT w.id AS wallet, series, l.granted, l.remaining, l.held, m.granted AS due_granted,
        m.remaining AS due_remaining, m.held AS due_held, m.lapsed, s.program IS DISTINCT FROM w.program AS foreign_series
    FROM (SELECT * FROM lot WHERE cell BETWEEN $1 AND $2) l
    FULL JOIN moved m USING (cell, wallet, series) AS k
    JOIN wallet w ON w.cell = k.cell AND w.id = k.wallet
    LEFT JOIN series s ON s.id = series
    WHERE $3::uuid IS NULL OR w.program = $3
), wrong AS (
    SELECT wallet, 'lot ' || series AS place,
        coalesce(format('granted %s, remaining %s, held %s', granted, remaining, held), 'there is no lot') AS so,
        CASE WHEN due_granted IS NULL THEN 'legs that moved its points'
            ELSE format('granted %s, remaining %s, held %s: the sums of its legs', due_granted, due_remaining,
                due_held)
        END AS expected
    FROM compared
    WHERE (granted, remaining, held) IS DISTINCT FROM (due_granted, due_remaining, due_held)
    UNION ALL
    SELECT wallet, 'lot ' || series, 'its series is unknown, or of another programme', 'a series of its programme'
    FROM compared WHERE foreign_series
    UNION ALL
    SELECT wallet, 'lot ' || series, format('%s points more were taken back of its expiries than expired', -lapsed),
        'what returns take back had expired'
    FROM compared WHERE lapsed < 0
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted LEFT JOIN wrong ON true

-- Per series over all wallets: what the lots hold beside what the accounts at the other ends gave and took.
WITH lots AS (
    SELECT series, sum(remaining) AS remaining, sum(held) AS held FROM lot GROUP BY series
), moved AS (
    SELECT series, sum(points) AS remaining, coalesce(-sum(points) FILTER (WHERE account = 'held'), 0) AS held
    FROM movement GROUP BY series
), compared AS (
    SELECT series, coalesce(l.remaining, 0) AS remaining, coalesce(l.held, 0) AS held,
        coalesce(m.remaining, 0) AS due_remaining, coalesce(m.held, 0) AS due_held
    FROM lots l FULL JOIN moved m USING (series)
    LEFT JOIN series s ON s.id = series
    WHERE $1::uuid IS NULL OR s.id IS NULL OR s.program = $1
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted
LEFT JOIN (
    SELECT NULL::uuid AS wallet, 'series ' || series AS place,
        format('its lots hold %s free and %s held', remaining, held) AS so,
        format('%s free and %s held: what its accounts gave', due_remaining, due_held) AS expected
    FROM compared WHERE (remaining, held) IS DISTINCT FROM (due_remaining, due_held)
) wrong ON true

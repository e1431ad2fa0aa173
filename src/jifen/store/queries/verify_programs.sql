-- Per programme and unit over all wallets: transfers sum to nothing, and lots owe what was lent and not repaid.
WITH moved AS (
    SELECT s.program, s.unit, coalesce(sum(m.points) FILTER (WHERE m.account = 'transferred'), 0) AS transferred,
        coalesce(sum(m.points) FILTER (WHERE m.account = 'owed'), 0) AS lent
    FROM movement m JOIN series s ON s.id = m.series GROUP BY s.program, s.unit
), owing AS (
    SELECT s.program, s.unit, sum(l.owed) AS owed FROM lot l JOIN series s ON s.id = l.series
    GROUP BY s.program, s.unit
), compared AS (
    SELECT program, unit, coalesce(m.transferred, 0) AS transferred, coalesce(m.lent, 0) AS lent,
        coalesce(o.owed, 0) AS owed
    FROM moved m FULL JOIN owing o USING (program, unit)
    WHERE $1::uuid IS NULL OR program = $1
), wrong AS (
    SELECT NULL::uuid AS wallet, format('unit %s of programme %s', unit, program) AS place,
        format('transfers sum to %s', transferred) AS so, '0: what one wallet gives another gets' AS expected
    FROM compared WHERE transferred <> 0
    UNION ALL
    SELECT NULL, format('unit %s of programme %s', unit, program), format('lots owe %s', owed),
        format('%s: lent and not repaid', lent)
    FROM compared WHERE owed <> lent
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted LEFT JOIN wrong ON true

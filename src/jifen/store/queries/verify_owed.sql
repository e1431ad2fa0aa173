-- What wallets of some cells owe to whom beside the sums of their owed legs; where the two differ.
WITH lots AS (
    SELECT l.cell, l.wallet, s.issuer AS creditor, s.unit, sum(l.owed) AS owed
    FROM lot l JOIN series s ON s.id = l.series
    WHERE l.cell BETWEEN $1 AND $2 AND l.owed <> 0 GROUP BY l.cell, l.wallet, s.issuer, s.unit
), moved AS (
    SELECT m.cell, m.wallet, m.counterparty AS creditor, s.unit, sum(m.points) AS owed
    FROM movement m JOIN series s ON s.id = m.series
    WHERE m.cell BETWEEN $1 AND $2 AND m.account = 'owed' GROUP BY m.cell, m.wallet, m.counterparty, s.unit
), compared AS (
    SELECT wallet, creditor, unit, coalesce(lots.owed, 0) AS owed, coalesce(moved.owed, 0) AS due
    FROM lots FULL JOIN moved USING (cell, wallet, creditor, unit) AS k
    JOIN wallet w ON w.cell = k.cell AND w.id = k.wallet
    WHERE $3::uuid IS NULL OR w.program = $3
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM compared) counted
LEFT JOIN (
    SELECT wallet, format('%s owed to %s', unit, creditor) AS place, format('its lots owe %s', owed) AS so,
        format('%s: the sum of its owed legs', due) AS expected
    FROM compared WHERE owed <> due
) wrong ON true

-- Each transferred leg between two wallets beside the leg of the other wallet, of the same fact and series; and
-- what moved between series of one wallet, which sums to nothing in each entry and unit.
WITH leg AS (
    SELECT e.id, m.wallet, m.counterparty, m.series, m.entry, s.unit, sum(m.points) AS points
    FROM movement m
    JOIN entry e ON e.cell = m.cell AND e.wallet = m.wallet AND e.no = m.entry
    JOIN wallet w ON w.cell = m.cell AND w.id = m.wallet
    LEFT JOIN series s ON s.id = m.series
    WHERE m.account = 'transferred' AND ($1::uuid IS NULL OR w.program = $1)
    GROUP BY e.id, m.wallet, m.counterparty, m.series, m.entry, s.unit
), wrong AS (
    SELECT one.wallet, 'entry ' || one.entry AS place,
        format('%s of series %s from or to wallet %s', one.points, one.series, one.counterparty) AS so,
        format('%s in that wallet, not %s', -one.points, coalesce(other.points::text, 'nothing')) AS expected
    FROM leg one
    LEFT JOIN leg other ON other.id = one.id AND other.wallet = one.counterparty
        AND other.counterparty = one.wallet AND other.series = one.series
    WHERE one.counterparty <> one.wallet AND other.points IS DISTINCT FROM -one.points
    UNION ALL
    SELECT wallet, 'entry ' || entry, format('%s of unit %s moved within the wallet', sum(points), unit),
        '0: what leaves one series enters another'
    FROM leg WHERE counterparty = wallet GROUP BY wallet, entry, unit HAVING sum(points) <> 0
)
SELECT counted.looked, wrong.*
FROM (SELECT count(*) AS looked FROM leg) counted LEFT JOIN wrong ON true

-- The whole history of some pools, each in order: whose points are in it is told from that. The id is the wallet's.
SELECT e.wallet AS asked, e.no, e.reverses, e.merchant, e.legs
FROM unnest($1::smallint[], $2::uuid[], $3::uuid[]) AS asked (cell, wallet, id)
JOIN entry e ON e.cell = asked.cell AND e.wallet = asked.wallet AND asked.id = asked.wallet
WHERE e.legs <> '[]' ORDER BY e.wallet, e.no

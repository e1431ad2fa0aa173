-- The entries that take back an entry of a wallet, in order.
SELECT e.*
FROM unnest($1::smallint[], $2::uuid[], $3::integer[]) AS asked (cell, wallet, no)
JOIN entry e ON e.cell = asked.cell AND e.wallet = asked.wallet AND e.reverses = asked.no
ORDER BY e.wallet, e.no

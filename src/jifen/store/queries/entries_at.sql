-- Entries by their wallet and number.
SELECT e.*
FROM unnest($1::smallint[], $2::uuid[], $3::integer[]) AS asked (cell, wallet, no)
JOIN entry e ON e.cell = asked.cell AND e.wallet = asked.wallet AND e.no = asked.no

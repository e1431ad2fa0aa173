-- What decisions read of some wallets, and their households.
SELECT w.id, w.household, w.facts FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id

-- Some wallets as they are now: their versions, and which are households' pools.
SELECT w.id, w.version, w.pool FROM unnest($1::smallint[], $2::uuid[]) AS a (cell, id)
JOIN wallet w ON w.cell = a.cell AND w.id = a.id

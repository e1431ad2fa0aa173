-- Take the wallets' locks in order, for a batch that lost too many races to go on optimistically.
SELECT w.id FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN wallet w ON w.cell = asked.cell AND w.id = asked.id
ORDER BY w.cell, w.id FOR NO KEY UPDATE OF w

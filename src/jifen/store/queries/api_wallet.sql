-- A wallet as it is now, with the member whose it is; a household's pool has none.
SELECT w.id, w.version, w.head, w.household, w.pool, w.frozen_until, w.opened_at, m.number, m.name, m.phone, m.joined_at
FROM wallet w LEFT JOIN member m ON m.cell = w.cell AND m.wallet = w.id
WHERE w.cell = $1 AND w.id = $2

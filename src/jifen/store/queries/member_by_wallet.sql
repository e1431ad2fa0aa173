-- The member whose wallet it is.
SELECT m.id, m.number, m.name, m.joined_at, m.phone, w.household
FROM wallet w JOIN member m ON m.cell = w.cell AND m.wallet = w.id
WHERE w.cell = $1 AND w.id = $2

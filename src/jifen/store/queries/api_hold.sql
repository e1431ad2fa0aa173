-- A hold of a programme, by the id of the claim that made it.
SELECT h.wallet, h.id, h.entry, h.merchant, h.unit, h.points, h.deadline, h.parts, h.is_open
FROM claim c
JOIN wallet w ON w.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND w.id = c.wallet
JOIN hold h ON h.cell = w.cell AND h.wallet = w.id AND h.id = c.id
WHERE c.cell = $1 AND c.id = $2 AND w.program = $3

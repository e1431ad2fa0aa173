-- What was booked under claims of a programme: enough to find the wallet and to see whose fact it is.
SELECT e.id, e.wallet, e.kind::text AS kind, e.merchant, e.source, e.key
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN claim c ON c.cell = asked.cell AND c.id = asked.id
JOIN wallet w ON w.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND w.id = c.wallet AND w.program = $3
JOIN entry e ON e.cell = w.cell AND e.wallet = c.wallet AND e.no = c.no

-- What was booked under claims of a programme: enough to find the wallet and to see whose fact it is; of what opened
-- a bill also under which source and key it was captured.
SELECT e.id, e.wallet, e.kind::text AS kind, e.merchant, e.source, e.key, p.source AS captured_from,
    p.key AS captured_by
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN claim c ON c.cell = asked.cell AND c.id = asked.id
JOIN wallet w ON w.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND w.id = c.wallet AND w.program = $3
JOIN entry e ON e.cell = w.cell AND e.wallet = c.wallet AND e.no = c.no
LEFT JOIN bill b ON e.kind IN ('hold', 'bill') AND b.cell = e.cell AND b.wallet = e.wallet AND b.id = e.id
    AND b.state = 'captured'
LEFT JOIN claim k ON k.cell = get_byte(uuid_send(b.closed_by), 15)::smallint AND k.id = b.closed_by
LEFT JOIN entry p ON p.cell = b.cell AND p.wallet = k.wallet AND p.no = k.no

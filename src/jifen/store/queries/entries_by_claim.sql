-- Entries by the id of their claim, with the digest of what was asked.
SELECT e.*, c.digest
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN claim c ON c.cell = asked.cell AND c.id = asked.id
JOIN entry e ON e.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND e.wallet = c.wallet AND e.no = c.no

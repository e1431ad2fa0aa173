-- Entries by the id of their claim, with their legs and the digest of what was asked.
SELECT e.*, c.digest, legs.series, legs.account, legs.points, legs.counterparty
FROM unnest($1::smallint[], $2::uuid[]) AS asked (cell, id)
JOIN claim c ON c.cell = asked.cell AND c.id = asked.id
JOIN entry e ON e.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND e.wallet = c.wallet AND e.no = c.no
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true

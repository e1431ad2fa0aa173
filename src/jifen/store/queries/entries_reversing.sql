-- The entries that take back an entry of a wallet, with their legs, in order.
SELECT e.*, NULL::uuid AS digest, legs.series, legs.account, legs.points, legs.counterparty
FROM unnest($1::smallint[], $2::uuid[], $3::integer[]) AS asked (cell, wallet, no)
JOIN entry e ON e.cell = asked.cell AND e.wallet = asked.wallet AND e.reverses = asked.no
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true
ORDER BY e.wallet, e.no

-- All entries of a wallet in order, each with its legs.
SELECT e.no, e.reverses, e.id, e.kind::text AS kind, e.occurred_at, e.recorded_at, e.available, e.pending, e.held,
    e.owed, e.merchant, e.unit, e.source, e.key, e.event, e.explanation, e.hash,
    legs.series, legs.account, legs.points, legs.counterparty
FROM entry e
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true
WHERE e.cell = $1 AND e.wallet = $2 ORDER BY e.no

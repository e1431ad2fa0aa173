-- All entries of a wallet in order, each with its legs.
SELECT e.no, e.reverses, e.id, e.kind::text AS kind, e.occurred_at, e.recorded_at, e.available, e.pending, e.held,
    e.owed, e.merchant, e.unit, e.source, e.key, e.event, e.explanation, e.legs, e.hash
FROM entry e
WHERE e.cell = $1 AND e.wallet = $2 ORDER BY e.no

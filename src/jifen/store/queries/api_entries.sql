-- A page of a wallet's entries before a number, newest first, with their legs; of one merchant where it is given.
SELECT e.*, legs.series, legs.account, legs.points, legs.counterparty
FROM entry e
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true
WHERE e.cell = $1 AND e.wallet = $2 AND e.no < $3 AND ($4::uuid IS NULL OR e.merchant = $4)
ORDER BY e.no DESC LIMIT $5

-- The newest entries of a wallet below a number, with their legs; and until when, where one began a hold or a freeze.
SELECT e.*, legs.series, legs.account, legs.points, legs.counterparty, coalesce(h.deadline, f.until) AS until
FROM entry e
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true
WHERE e.cell = $1 AND e.wallet = $2 AND e.no < $3
ORDER BY e.no DESC LIMIT $4

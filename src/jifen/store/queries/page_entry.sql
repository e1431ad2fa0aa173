-- One entry of a wallet, the one it takes back, and those that take it back, with their legs, newest first.
SELECT e.*, legs.series, legs.account, legs.points, legs.counterparty, coalesce(h.deadline, f.until) AS until,
    f.reason
FROM entry e
LEFT JOIN hold h ON h.cell = e.cell AND h.wallet = e.wallet AND h.id = e.id
LEFT JOIN freeze_case f ON f.cell = e.cell AND f.wallet = e.wallet AND f.no = e.no
LEFT JOIN LATERAL (
    SELECT array_agg(m.series ORDER BY m.leg) AS series, array_agg(m.account::text ORDER BY m.leg) AS account,
        array_agg(m.points ORDER BY m.leg) AS points, array_agg(m.counterparty ORDER BY m.leg) AS counterparty
    FROM movement m WHERE m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
) legs ON true
WHERE e.cell = $1 AND e.wallet = $2 AND (e.no = $3 OR e.reverses = $3 OR e.no = (
    SELECT o.reverses FROM entry o WHERE o.cell = $1 AND o.wallet = $2 AND o.no = $3))
ORDER BY e.no DESC

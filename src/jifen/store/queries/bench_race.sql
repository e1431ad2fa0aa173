-- What was booked after the race began (in wallets' entries past $1): how much was spent, from how many lots.
SELECT e.id::text AS id, e.no, e.kind::text AS kind, e.key, coalesce(-sum(m.points), 0)::bigint AS points,
    count(DISTINCT m.series) AS lots,
    (SELECT count(*) FROM claim c WHERE c.cell = get_byte(uuid_send(e.id), 15)::smallint AND c.id = e.id) AS claims
FROM entry e
LEFT JOIN movement m ON m.cell = e.cell AND m.wallet = e.wallet AND m.entry = e.no
WHERE e.no > $1
GROUP BY e.cell, e.wallet, e.no
ORDER BY e.no

-- What a till has reported, in the order of its numbers, after a given one, of bills since an instant.
SELECT r.sequence, r.entry, r.key, r.at, r.reported_at, r.points, r.refused, m.number
FROM offline_report r
LEFT JOIN member m ON m.cell = get_byte(uuid_send(r.wallet), 15)::smallint AND m.wallet = r.wallet
WHERE r.cell = $1 AND r.program = $2 AND r.merchant = $3 AND r.till = $4 AND r.sequence > $5 AND r.at >= $6
ORDER BY r.sequence LIMIT $7

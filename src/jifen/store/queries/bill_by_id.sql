-- A bill of a programme, by the id of the claim that opened it, with the number of its member.
SELECT b.id, b.wallet, b.no, b.merchant, b.store, b.quote, b.unit, b.points, b.rules, b.at, b.opened_at, b.deadline,
    b.content, b.state::text AS state, b.closed_by, b.closed_at, m.number
FROM claim c
JOIN bill b ON b.cell = get_byte(uuid_send(c.wallet), 15)::smallint AND b.wallet = c.wallet AND b.id = c.id
LEFT JOIN member m ON m.cell = b.cell AND m.wallet = b.wallet
WHERE c.cell = $1 AND c.id = $2 AND b.program = $3

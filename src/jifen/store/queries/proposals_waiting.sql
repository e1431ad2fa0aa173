-- Proposals that wait, with the member's number, oldest first.
SELECT p.id, p.wallet, p.act, p.code, p.said, p.occurred_at, p.proposed_at, p.state, p.decided_at, p.decided_by,
    p.reason, m.number
FROM proposal p LEFT JOIN member m ON m.cell = get_byte(uuid_send(p.wallet), 15)::smallint AND m.wallet = p.wallet
WHERE p.program = $1 AND p.state = 'waiting' ORDER BY p.proposed_at, p.id LIMIT $2

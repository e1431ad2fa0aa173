-- Appeals that were decided, newest first, with the member's number and the freeze that each is about, if any.
SELECT a.id, a.frozen_by, a.said, a.made_at, a.state, a.decided_at, a.decided_by, a.reason, m.number, m.name,
    f.reason AS frozen_for, f.evidence, f.until
FROM appeal a
LEFT JOIN freeze_case f ON f.cell = get_byte(uuid_send(a.wallet), 15)::smallint AND f.wallet = a.wallet AND f.no = a.frozen_by
LEFT JOIN member m ON m.cell = get_byte(uuid_send(a.wallet), 15)::smallint AND m.wallet = a.wallet
WHERE a.program = $1 AND a.state <> 'waiting' ORDER BY a.decided_at DESC, a.id LIMIT $2

-- An appeal, with the member's number and, where it is about a freeze, that freeze.
SELECT a.id, a.wallet, a.frozen_by, a.said, a.made_at, a.state, a.decided_at, a.decided_by, a.reason, m.number,
    f.reason AS frozen_for, f.evidence, f.until
FROM appeal a
LEFT JOIN freeze_case f ON f.cell = get_byte(uuid_send(a.wallet), 15)::smallint AND f.wallet = a.wallet AND f.no = a.frozen_by
LEFT JOIN member m ON m.cell = get_byte(uuid_send(a.wallet), 15)::smallint AND m.wallet = a.wallet
WHERE a.cell = $1 AND a.id = $2 AND a.program = $3

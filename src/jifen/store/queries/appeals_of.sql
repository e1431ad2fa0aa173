-- What one member of a programme objected to, newest first, with the freeze that each is about, if any.
SELECT a.id, a.wallet, a.frozen_by, a.said, a.made_at, a.state, a.decided_at, a.decided_by, a.reason, m.number,
    f.reason AS frozen_for, f.evidence, f.until
FROM appeal a
LEFT JOIN freeze_case f ON f.cell = $3 AND f.wallet = a.wallet AND f.no = a.frozen_by
LEFT JOIN member m ON m.cell = $3 AND m.wallet = a.wallet
WHERE a.program = $1 AND a.wallet = $2 ORDER BY a.made_at DESC, a.id LIMIT $4

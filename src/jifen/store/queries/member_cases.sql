-- The freezes of a wallet with their appeals, newest first.
SELECT f.no, f.reason, f.evidence, f.notice, f.until, e.recorded_at, a.id AS appeal, a.said, a.made_at, a.state,
    a.decided_at, a.decided_by, a.reason AS decided_for
FROM freeze_case f
JOIN entry e ON e.cell = f.cell AND e.wallet = f.wallet AND e.no = f.no
LEFT JOIN appeal a ON a.program = $3 AND a.wallet = f.wallet AND a.frozen_by = f.no
WHERE f.cell = $1 AND f.wallet = $2 ORDER BY f.no DESC, a.made_at DESC LIMIT 20

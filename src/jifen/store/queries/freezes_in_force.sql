-- Freezes that hold at an instant, soonest to end first, each with its evidence.
SELECT n.number, n.name, w.frozen_until, f.no, f.reason, f.evidence, f.notice, e.recorded_at, e.source
FROM wallet w
JOIN LATERAL (SELECT * FROM freeze_case c WHERE c.cell = w.cell AND c.wallet = w.id ORDER BY c.no DESC LIMIT 1) f ON true
JOIN entry e ON e.cell = f.cell AND e.wallet = f.wallet AND e.no = f.no
LEFT JOIN member n ON n.cell = w.cell AND n.wallet = w.id
WHERE w.program = $1 AND w.frozen_until > $2 ORDER BY w.frozen_until, n.number LIMIT $3

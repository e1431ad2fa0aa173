-- Proposed corrections: those that wait, oldest first, or all, newest first; $3: those of one member only.
SELECT a.id, a.wallet, a.number, a.unit, a.points, a.reason, a.evidence, a.author, a.proposed_at, a.state, a.decided_by,
    a.decided_at, a.decision, a.no, p.approver_above
FROM adjustment_proposal a JOIN program p ON p.id = a.program
WHERE a.program = $1 AND ($2 OR a.state IN ('waiting', 'booking')) AND ($3::text IS NULL OR a.number = $3)
ORDER BY CASE WHEN $2 THEN NULL ELSE a.proposed_at END, a.proposed_at DESC, a.id LIMIT $4

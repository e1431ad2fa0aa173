-- One proposed correction, with the limit above which it is for an approver.
SELECT a.id, a.wallet, a.number, a.unit, a.points, a.reason, a.evidence, a.author, a.proposed_at, a.state, a.decided_by,
    a.decided_at, a.decision, a.no, p.approver_above
FROM adjustment_proposal a JOIN program p ON p.id = a.program
WHERE a.program = $1 AND a.id = $2

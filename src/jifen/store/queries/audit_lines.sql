-- Lines of a programme's audit log from a number on, for their proof.
SELECT no, at, actor, role, action, target, outcome, facts, hash FROM audit
WHERE program = $1 AND no > $2 ORDER BY no LIMIT $3

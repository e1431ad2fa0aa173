-- A page of a programme's audit log, newest first: of one actor, role, action, target, outcome, and of a time.
SELECT no, at, actor, role, action, target, outcome, facts, hash FROM audit
WHERE program = $1 AND no < $2 AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR role = $4)
    AND ($5::text IS NULL OR action = $5) AND ($6::text IS NULL OR target = $6)
    AND ($7::text IS NULL OR outcome = $7) AND ($8::timestamptz IS NULL OR at >= $8)
    AND ($9::timestamptz IS NULL OR at < $9)
ORDER BY no DESC LIMIT $10

-- Somebody did something.
INSERT INTO audit (program, no, at, actor, role, action, target, outcome, facts, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)

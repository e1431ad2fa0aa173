-- One proposal.
SELECT id, wallet, source, key, act, store, code, said, occurred_at, proposed_at, state, decided_at, decided_by, reason
FROM proposal WHERE cell = $1 AND id = $2 AND program = $3

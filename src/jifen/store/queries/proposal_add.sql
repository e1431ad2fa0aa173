-- Put an act up for judgement; one of the same source and key stays as it is.
INSERT INTO proposal (cell, id, program, wallet, source, key, act, store, code, said, occurred_at, proposed_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting')
ON CONFLICT ON CONSTRAINT proposal_key DO NOTHING

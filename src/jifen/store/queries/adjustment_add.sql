-- Somebody proposes a correction; the same request again stays as it is.
INSERT INTO adjustment_proposal (program, id, wallet, number, unit, points, reason, evidence, author, proposed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT ON CONSTRAINT adjustment_proposal_key DO NOTHING

-- Remember a trait of a member.
INSERT INTO trait (cell, wallet, blind, program, kind, seen_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ON CONSTRAINT trait_key DO NOTHING

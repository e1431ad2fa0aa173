-- Somebody is signed in.
INSERT INTO session (cell, token_hash, program, wallet, number, staff, device, started_at, seen_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)

-- Open a wallet.
INSERT INTO wallet (cell, id, program, household, pool, opened_at) VALUES ($1, $2, $3, $4, $5, $6)

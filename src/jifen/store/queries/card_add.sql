-- Issue a card.
INSERT INTO card (cell, wallet, number, program, what, source, key, issued_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)

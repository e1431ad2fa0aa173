-- Reserve a number of a till for the bill that it reports under it.
INSERT INTO offline_report (cell, program, merchant, till, sequence, entry, key, wallet, at, reported_at, points)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)

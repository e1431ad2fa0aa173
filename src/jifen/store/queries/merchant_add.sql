-- A new merchant.
INSERT INTO merchant (program, id, code, name, charity, created_at) VALUES ($1, $2, $3, $4, $5, $6)

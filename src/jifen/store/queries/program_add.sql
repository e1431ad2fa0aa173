-- A new programme.
INSERT INTO program (id, code, name, zone, created_at) VALUES ($1, $2, $3, $4, $5)

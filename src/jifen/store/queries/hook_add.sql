-- A new hook in.
INSERT INTO hook (code, program, merchant, secret, added_at) VALUES ($1, $2, $3, $4, $5)

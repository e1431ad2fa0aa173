-- A new API key, hashed.
INSERT INTO api_key (id, program, merchant, label, secret_hash, created_at, role)
VALUES ($1, $2, $3, $4, $5, $6, $7)

-- Make evidence known.
INSERT INTO evidence (program, code, kind, body, valid_from, valid_until) VALUES ($1, $2, $3, $4, $5, $6)

-- A new store.
INSERT INTO store (program, id, merchant, code, name) VALUES ($1, $2, $3, $4, $5)

-- Keep a quote; one that was made meanwhile under the same key stands.
INSERT INTO quote (cell, wallet, id, program, kind, merchant, store, rules, quoted_at, ends_at, content, answer)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT ON CONSTRAINT quote_key DO NOTHING

-- A member was shown a text of the terms, or acknowledged it; a repeat of the same instant stays one row.
INSERT INTO terms_receipt (cell, wallet, version, how, channel, at, program, language, text_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT ON CONSTRAINT terms_receipt_key DO NOTHING

-- Somebody is known, or is to be known by a code that was sent to a phone.
INSERT INTO identification
    (cell, id, program, merchant, wallet, how, asked, made_at, code_hash, code_until, confirmed_at, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)

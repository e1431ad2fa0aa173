-- A phone is asked for a code.
INSERT INTO sign_in (cell, id, program, phone, language, asked_at, code_until) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- Count one more try at something; how many these are since an instant.
INSERT INTO identification_try (cell, program, about, since, tries) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT ON CONSTRAINT identification_try_key DO UPDATE SET tries = identification_try.tries + 1
RETURNING tries

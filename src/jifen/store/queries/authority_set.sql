-- Make an authority known, or change what is known of it.
INSERT INTO authority (program, code, name, key, grants) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT authority_key DO UPDATE SET name = excluded.name, key = excluded.key,
    grants = excluded.grants

-- A routine was created or replaced, in the transaction that this belongs to.
INSERT INTO schema_routine (name, checksum, signature) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, signature = excluded.signature

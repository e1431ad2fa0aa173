-- A migration was applied, in the transaction that this belongs to.
INSERT INTO schema_migration (number, name, checksum, took_ms) VALUES ($1, $2, $3, $4)

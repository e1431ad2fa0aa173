-- Which migrations were applied, with which text.
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    took_ms integer NOT NULL,
    CONSTRAINT a_migration_is_applied_once PRIMARY KEY (number)
);

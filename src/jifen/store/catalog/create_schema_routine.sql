-- Which routines the package put here, with which text, and how to drop them.
CREATE TABLE IF NOT EXISTS schema_routine (
    name text NOT NULL,
    checksum text NOT NULL,
    signature text NOT NULL,
    CONSTRAINT a_routine_is_recorded_once PRIMARY KEY (name)
);

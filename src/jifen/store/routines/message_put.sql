-- Put messages into the outbox, those whose key was never put before; how many these are.
CREATE OR REPLACE FUNCTION message_put(p_rows jsonb) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    fresh integer;
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT DISTINCT ON (r.program, r.key) r.*, message_id(r.program, r.key) AS id
        FROM jsonb_to_recordset(p_rows) AS r (
            cell smallint, wallet uuid, program uuid, key text, event text, purpose text, fields text,
            put_at timestamptz, due_at timestamptz)
        ORDER BY r.program, r.key
    ), made AS (
        INSERT INTO message (cell, wallet, id, program, key, event, purpose, fields, put_at, due_at)
        SELECT cell, wallet, id, program, key, event, purpose, fields, put_at, due_at FROM asked a
        WHERE NOT EXISTS (SELECT FROM message m WHERE m.id = a.id)
        ON CONFLICT ON CONSTRAINT a_message_is_put_once DO NOTHING
        RETURNING cell, wallet, id, program, due_at
    ), due AS (
        INSERT INTO message_due (cell, wallet, id, program, next_at)
        SELECT cell, wallet, id, program, due_at FROM made
    )
    SELECT count(*) INTO fresh FROM made;
    RETURN fresh;
END $$;

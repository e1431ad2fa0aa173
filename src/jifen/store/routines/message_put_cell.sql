-- Put one message to every member of a programme in a cell; the key is the prefix and the wallet. How many are new.
CREATE OR REPLACE FUNCTION message_put_cell(
    p_cell smallint, p_program uuid, p_event text, p_purpose text, p_prefix text, p_fields text,
    p_at timestamptz
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    fresh integer;
BEGIN
    WITH made AS (
        INSERT INTO message (cell, wallet, id, program, key, event, purpose, fields, put_at, due_at)
        SELECT m.cell, m.wallet, message_id(p_program, p_prefix || ':' || m.wallet), p_program,
            p_prefix || ':' || m.wallet, p_event, p_purpose, p_fields, p_at, p_at
        FROM member m WHERE m.cell = p_cell AND m.program = p_program
        ON CONFLICT ON CONSTRAINT a_message_is_put_once DO NOTHING
        RETURNING cell, wallet, id
    ), due AS (
        INSERT INTO message_due (cell, wallet, id, program, next_at)
        SELECT cell, wallet, id, p_program, p_at FROM made
    )
    SELECT count(*) INTO fresh FROM made;
    RETURN fresh;
END $$;

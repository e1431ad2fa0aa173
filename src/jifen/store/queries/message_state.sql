-- The state of a message of a programme.
SELECT state FROM message WHERE id = $1 AND program = $2

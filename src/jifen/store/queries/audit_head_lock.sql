-- The last line of a programme's audit log, until the next is written.
SELECT no, hash FROM audit_head WHERE program = $1 FOR UPDATE

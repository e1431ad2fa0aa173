-- The last line of a programme's audit log.
SELECT no, hash FROM audit_head WHERE program = $1

-- The next line is the last one now.
UPDATE audit_head SET no = $2, hash = $3 WHERE program = $1

-- A proposal is decided.
UPDATE publication_proposal SET state = $3, decided_by = $4, decided_at = $5, reason = $6, version = $7
WHERE program = $1 AND id = $2 AND state = 'waiting'

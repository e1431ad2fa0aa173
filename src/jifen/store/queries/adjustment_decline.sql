-- A second person says no to a correction.
UPDATE adjustment_proposal SET state = 'declined', decided_by = $3, decided_at = $4, decision = $5
WHERE program = $1 AND id = $2 AND state = 'waiting'

-- The books refused a correction: it waits again.
UPDATE adjustment_proposal SET state = 'waiting', decided_by = NULL, decided_at = NULL, decision = ''
WHERE program = $1 AND id = $2 AND state = 'booking'

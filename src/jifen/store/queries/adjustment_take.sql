-- A second person approves a correction: from now on it is to be booked. One that is to be booked already stays.
UPDATE adjustment_proposal SET state = 'booking', decided_by = $3, decided_at = $4, decision = $5
WHERE program = $1 AND id = $2 AND state = 'waiting'

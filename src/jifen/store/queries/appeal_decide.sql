-- Decide an appeal that waits; what was decided stays.
UPDATE appeal SET state = $3, decided_at = $4, decided_by = $5, reason = $6
WHERE cell = $1 AND id = $2 AND state = 'waiting'

-- Say when an outage ended, once.
UPDATE outage SET until = $3, closed_at = $4 WHERE program = $1 AND id = $2 AND until IS NULL RETURNING id

-- How a webhook did: failures in a row, and until when it is left in peace.
UPDATE webhook SET failures = $3, paused_until = $4 WHERE program = $1 AND code = $2

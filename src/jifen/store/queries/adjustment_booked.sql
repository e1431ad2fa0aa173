-- A correction is in the books, as an entry of that number.
UPDATE adjustment_proposal SET state = 'approved', no = $3 WHERE program = $1 AND id = $2 AND state = 'booking'

-- Why the points of a reported bill were not taken; none: they were.
UPDATE offline_report SET refused = $6
WHERE cell = $1 AND program = $2 AND merchant = $3 AND till = $4 AND sequence = $5 AND refused <> $6

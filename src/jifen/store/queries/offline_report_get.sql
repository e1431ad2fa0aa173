-- The bill that a till reported under a number.
SELECT entry, key FROM offline_report
WHERE cell = $1 AND program = $2 AND merchant = $3 AND till = $4 AND sequence = $5

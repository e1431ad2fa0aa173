-- The entries of a cell whose ids begin alike, from the first such id to the last: what a receipt's number means.
SELECT id FROM claim WHERE cell = $1 AND id BETWEEN $2 AND $3 LIMIT 2

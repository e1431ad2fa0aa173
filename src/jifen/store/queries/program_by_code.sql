-- A programme by its code.
SELECT id FROM program WHERE code = $1

-- How often programmes were changed: by this a process sees the changes that others made.
SELECT id, revision FROM program WHERE id = ANY($1::uuid[])

-- Whether the database answers and has our tables.
SELECT count(*) FROM program

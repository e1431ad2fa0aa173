-- How many members a programme has.
SELECT count(*) FROM member WHERE program = $1

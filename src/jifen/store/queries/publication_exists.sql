-- Whether a programme was ever published in whole.
SELECT EXISTS (SELECT 1 FROM publication WHERE program = $1)
